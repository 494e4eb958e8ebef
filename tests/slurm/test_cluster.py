"""The real workflow on a real Slurm of two nodes: run by `make test-slurm`, one case after another.

README.md tells how the cluster is made. Every run is compared with the same study run locally.
"""

import os
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import cluster as slurm
import pytest
from cluster import OWN, REPOSITORY, Cluster, call, command, run, run_id, tables

pytestmark = pytest.mark.slurm
LEVELS = {  # the rules of one job: those of a level run side by side
    "quality": [["assess_quality"], ["plot_quality"]],
    "contrast": [["test_contrast"], ["plot_contrast", "enrich_pathways"], ["plot_enrichment"]],
    "closing": [
        ["check_contrasts", "check_demo", "extract_markers", "plot_model"],
        ["plot_markers", "write_provenance"],
        ["build_workbook", "build_report"],
    ],
}
FIT_AND_TEST = ("--forcerun", "fit_model", "--until", "test_contrast")
ACCOUNT = ("--default-resources", *OWN)


@pytest.fixture(scope="module", autouse=True)
def possible(request):
    """Skip, with the reason, where these tests were not asked for or no cluster can be."""
    if "slurm" not in request.config.option.markexpr:
        pytest.skip("the cluster cases run with: make test-slurm")
    if slurm.missing():
        pytest.skip(slurm.missing())


@pytest.fixture(scope="module")
def cluster(possible):
    yield from started("with")


@pytest.fixture(scope="module")
def local(possible, tmp_path_factory):
    """The small study, run on this machine."""
    study = slurm.small_studies().make_study(tmp_path_factory.mktemp("local"))
    done = study.run()
    assert done.returncode == 0, done.stderr
    return study


@pytest.fixture
def imported(local, tmp_path):
    """A copy of the small study with its results, to run parts of it again."""
    return shutil.copytree(local.path, tmp_path / "study")


def test_demo_runs_as_slurm_jobs_and_gives_the_local_tables(cluster, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        shutil.copytree(REPOSITORY / "config", folder / "config")
        shutil.copy(folder / "config" / "config.yaml", folder)
    demo = slurm.small_studies().StudyFolder(here)
    done = demo.run()
    assert done.returncode == 0, done.stderr

    said, name = run(there, *ACCOUNT)

    assert tables(there) == tables(here)
    assert len(tables(here)) > 20
    jobs = cluster.jobs(name)
    assert {(job.account, job.partition, job.state) for job in jobs} == {
        ("lab", "short", "COMPLETED")
    }
    asked = asked_memory(said)
    assert set(asked) - {"default"} == {rule for job in jobs for rule in rules(job)}
    assert set(re.findall(r"^localrule (\w+):", said, re.M)) == {"default"}
    for job in jobs:
        assert job.asked == expected_memory(job, asked), job
        assert job.peak < job.asked, job
        assert job.minutes >= 5
    assert {job.node for job in jobs} == {"node1", "node2"}
    assert len(jobs) == 10  # for 30 rule runs


def test_a_job_killed_for_memory_gets_more_and_succeeds(cluster, local, imported):
    little = "fit_model:mem_mb=350 * 3 ** (attempt - 1)"
    said, name = run(imported, *ACCOUNT, *FIT_AND_TEST, "--set-resources", little)

    fits = [job for job in cluster.jobs(name) if "fit_model" in job.comment]
    assert [job.asked for job in fits] == [350, 1050]
    assert [job.state == "COMPLETED" for job in fits] == [False, True]
    assert "memory" in slurm_log(imported, fits[0])
    assert [job.minutes for job in fits] == [10, 20]
    assert tables(imported) == tables(local.path)


def test_work_ends_on_the_other_node_when_one_goes_down(cluster, local, imported):
    process = start(imported, *ACCOUNT, *FIT_AND_TEST)
    number, node = cluster.running("fit_model")
    call("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    try:
        _, said = process.communicate()
    finally:
        call("scontrol", "update", f"nodename={node}", "state=resume")

    assert process.returncode == 0, said
    jobs = cluster.jobs(run_id(said))
    assert (jobs[0].number, jobs[0].state, jobs[0].node) == (number, "NODE_FAIL", node)
    assert {(job.state, job.node) for job in jobs[1:]} == {
        ("COMPLETED", {"node1": "node2", "node2": "node1"}[node])
    }
    assert tables(imported) == tables(local.path)


def test_recovery_after_a_killed_snakemake_gives_identical_tables(cluster, local, tmp_path):
    study = slurm.small_studies().make_study(tmp_path)
    process = start(study.path, *ACCOUNT)
    cluster.running("test_contrast", seconds=180)
    os.kill(child(process), signal.SIGKILL)
    _, said = process.communicate()

    # docs/cluster.md, after a killed Snakemake
    call("scancel", "--name", run_id(said))
    cluster.idle()
    call(*command(study.path, *ACCOUNT, "--unlock"))
    again, name = run(study.path, *ACCOUNT)

    assert tables(study.path) == tables(local.path)
    assert "fit_model" not in asked_memory(again)  # what was finished is kept
    assert {job.state for job in cluster.jobs(name)} == {"COMPLETED"}


def test_a_cluster_without_accounting(cluster, local, imported, tmp_path):
    """The other profile, with the partition in a profile of the user's own. Stops the cluster."""
    cluster.stop()
    own = tmp_path / "own"
    own.mkdir()
    (own / "config.yaml").write_text("default-resources:\n  slurm_partition: short\n")
    with contextmanager(started)("without"):
        said, _ = run(imported, "--profile", str(own), *FIT_AND_TEST, profile="slurm-noaccounting")
        finished = call("squeue", "-h", "-t", "completed", "-o", "%P %k")
    assert "Slurm accounting storage is disabled" not in said
    assert "short rule_fit_model" in finished
    assert len(finished.splitlines()) == 3
    assert tables(imported) == tables(local.path)


def started(accounting):
    """A cluster with or without accounting, until it is no longer needed."""
    folder = Path(mkdtemp(prefix="recurseq-slurm-"))  # short: sockets have a limit of 107 letters
    cluster = Cluster(folder, accounting)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def start(study, *arguments) -> subprocess.Popen:
    return subprocess.Popen(
        command(study, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def child(process) -> int:
    """Snakemake's own process, below `timeout`."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def asked_memory(said) -> dict[str, int]:
    """What each rule of a run asked for, as Snakemake announced it."""
    asked = {}
    for block in re.split(r"\n(?=\s*\[)", said):
        rule = re.search(r"^\s*(?:local)?rule (\w+):", block, re.M)
        memory = re.search(r"mem_mb=(\d+)", block)
        if rule and memory:
            asked[rule[1]] = int(memory[1])
    return asked


def rules(job) -> list[str]:
    name = job.comment.removeprefix("rule_").split("_wildcards_")[0]
    for group, levels in LEVELS.items():
        if name.startswith(f"{group}_"):
            return [rule for level in levels for rule in level if rule in name]
    return [name]


def expected_memory(job, asked) -> int:
    """The sum of what runs side by side, and the largest of what runs in turn."""
    name = job.comment.removeprefix("rule_")
    for group, levels in LEVELS.items():
        if name.startswith(f"{group}_"):
            return max(sum(asked[rule] for rule in level) for level in levels)
    return asked[rules(job)[0]]


def slurm_log(study, job) -> str:
    return next((study / ".snakemake" / "slurm_logs").rglob(f"{job.number}.log")).read_text()
