"""The real workflow on a real Slurm of two nodes: run by `make test-slurm`, one case after another.

README.md tells how the cluster is made. Every run is compared with the same study run locally.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from support.paths import REPOSITORY
from support.slurm_cluster import OWN, Cluster, call, command, missing, run, run_id, tables
from support.small_study import make_study

pytestmark = pytest.mark.slurm
LEVELS = {  # the rules of one job: those of a level run side by side
    "quality": [["assess_quality"], ["plot_quality", "write_multiqc"]],
    "contrast": [["test_contrast"], ["plot_contrast"]],
    "pathways": [["enrich_pathways"], ["find_themes"], ["plot_enrichment"]],
    "markers": [["extract_markers"], ["associate_panel", "nominate_markers", "plot_markers"]],
    "patterns": [["classify_patterns"], ["plot_patterns"]],
    "coexpression": [["correlate_genes"], ["plot_coexpression"]],
    "signatures": [["score_signatures"], ["plot_signatures"]],
    "replication": [
        ["simulate_second_cohort"],
        ["fit_second_cohort"],
        ["replicate"],
        ["plot_replication"],
    ],
    "confounding": [["measure_confounding"], ["adjust_for_covariates"]],
    "closing": [
        ["check_claims", "check_contrasts", "check_demo", "plot_model"],
        ["write_provenance"],
        ["build_workbook", "build_report"],
        ["pack_report"],
    ],
    "patients": [
        ["import_assays", "import_clinical"],
        ["derive_endpoints", "trace_cohort"],
        ["measure_markers"],
        ["find_cutoffs"],
    ],
    "outcomes": [
        ["analyse_survival", "associate_clinical", "fit_outcome"],
        ["gather_cautions", "plot_models", "plot_survival"],
        ["check_clinical_demo"],
    ],
}
# Of a group, but in the demo without anything of it before or behind.
ALONE = ("plot_cohort", "write_h5ad")
FIT = ("--until", "fit_model")
ACCOUNT = ("--default-resources", *OWN)


@pytest.fixture(scope="module", autouse=True)
def possible(request):
    """Skip, with the reason, where these tests were not asked for or no cluster can be."""
    if "slurm" not in request.config.option.markexpr:
        pytest.skip("the cluster cases run with: make test-slurm")
    if missing():
        pytest.skip(missing())


@pytest.fixture(scope="module")
def cluster(possible):
    yield from started("with")


def contrasts_only(folder):
    """Write the small study with its contrasts and nothing beside them: each job takes a while."""
    study = make_study(folder)
    for section in ("omnibus", "markers", "enrichment"):
        del study.config[section]
    study.write()
    return study


@pytest.fixture(scope="module")
def local(possible, tmp_path_factory):
    """The same study, run on this machine."""
    study = contrasts_only(tmp_path_factory.mktemp("local"))
    done = study.run()
    assert done.returncode == 0, done.stderr
    return study


@pytest.fixture
def imported(local, tmp_path):
    """A copy of the small study with its results, of which the model is to be made again."""
    study = shutil.copytree(local.path, tmp_path / "study")
    (study / "results" / "model.h5ad").unlink()
    return study


def test_demo_runs_as_slurm_jobs_and_gives_the_local_tables(cluster, tmp_path, record_property):
    # Nothing to do where the demo was made before, as in CI.
    here, there = REPOSITORY, tmp_path / "there"
    subprocess.run(["make", "-C", here, "demo"], check=True, capture_output=True)
    shutil.copytree(REPOSITORY / "config", there / "config")
    shutil.copy(there / "config" / "config.yaml", there)

    said, name = run(there, *ACCOUNT)

    assert tables(there) == tables(here)
    assert len(tables(here)) > 20
    jobs = cluster.jobs(name)
    assert {(job.account, job.partition, job.state) for job in jobs} == {
        ("lab", "short", "COMPLETED")
    }
    asked = asked_memory(said)
    assert set(re.findall(r"^localrule (\w+):", said, re.M)) == {"default"}
    assert set(asked) - {"default"} == {
        rule for job in jobs for level in levels(job) for rule in level
    }
    for job in jobs:
        # what runs side by side adds up, what runs in turn does not
        assert job.asked == max(sum(asked[rule] for rule in level) for level in levels(job)), job
        assert job.peak < job.asked, job
        assert job.minutes >= 5
    assert {job.node for job in jobs} == {"node1", "node2"}
    assert len(jobs) == 30  # for 66 rule runs
    record_property("cluster case", "every rule of the demo in a Slurm job")
    record_property(
        "result", f"{len(jobs)} jobs, each within the memory it asked for; same tables as locally"
    )


def test_a_job_killed_for_memory_gets_more_and_succeeds(cluster, local, imported, record_property):
    little = "fit_model:mem_mb=350 * 3 ** (attempt - 1)"
    _, name = run(imported, *ACCOUNT, *FIT, "--set-resources", little)

    fits = cluster.jobs(name)
    assert {job.comment for job in fits} == {"rule_fit_model"}
    assert [job.asked for job in fits] == [350, 1050]
    assert [job.state == "COMPLETED" for job in fits] == [False, True]
    assert "memory" in slurm_log(imported, fits[0])
    assert [job.minutes for job in fits] == [10, 20]
    assert model(imported) == model(local.path)
    record_property("cluster case", "a job killed for memory")
    record_property(
        "result",
        f"came back with {fits[1].asked} MB instead of {fits[0].asked}; same model as locally",
    )


def test_work_ends_on_the_other_node_when_one_goes_down(cluster, local, imported, record_property):
    process = start(imported, *ACCOUNT, *FIT)
    node = cluster.running("fit_model")
    time.sleep(4)  # into the fit
    call("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    _, said = process.communicate()
    cluster.idle()  # the node comes back by itself

    assert process.returncode == 0, said
    other = {"node1": "node2", "node2": "node1"}[node]
    assert [(job.state, job.node) for job in cluster.jobs(run_id(said))] == [
        ("NODE_FAIL", node),
        ("COMPLETED", other),
    ]
    assert model(imported) == model(local.path)
    record_property("cluster case", "a node set down during a job")
    record_property("result", "ended on the other node; same model as locally")


def test_recovery_after_a_killed_snakemake_gives_identical_tables(
    cluster, local, tmp_path, record_property
):
    study = contrasts_only(tmp_path)
    process = start(study.path, *ACCOUNT)
    cluster.running("test_contrast", seconds=180)
    time.sleep(8)  # into the contrasts
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
    record_property("cluster case", "Snakemake killed (SIGKILL) during the contrasts")
    record_property(
        "result", "recovered as documented, nothing fitted again; same tables as locally"
    )


def test_a_cluster_without_accounting(cluster, local, imported, tmp_path, record_property):
    """The other profile, with the partition in a profile of the user's own. Stops the cluster."""
    cluster.stop()
    own = tmp_path / "own"
    own.mkdir()
    (own / "config.yaml").write_text("default-resources:\n  slurm_partition: short\n")
    with contextmanager(started)("without"):
        said, _ = run(imported, "--profile", str(own), *FIT, profile="slurm-noaccounting")
        finished = call("squeue", "-h", "-t", "completed", "-o", "%P %k")
    assert "Slurm accounting storage is disabled" not in said
    assert finished == "short rule_fit_model\n"
    assert model(imported) == model(local.path)
    record_property("cluster case", "a cluster without accounting")
    record_property("result", "followed by squeue; same model as locally")


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


def model(study) -> bytes:
    """The model, which is the same to the byte whatever ran it."""
    return (study / "results" / "model.h5ad").read_bytes()


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


def levels(job) -> list[list[str]]:
    """The rules of a job. Slurm's comment names the group, and only its first five rules."""
    name = job.comment.removeprefix("rule_").split("_wildcards_")[0]
    group = name.split("_")[0]
    if group not in LEVELS:
        return [[name]]
    if name.removeprefix(f"{group}_") in ALONE:
        return [[name.removeprefix(f"{group}_")]]
    rules = sorted(rule for level in LEVELS[group] for rule in level)
    assert name == "_".join([group, *(rules if len(rules) <= 5 else [*rules[:5], "..."])])
    return LEVELS[group]


def slurm_log(study, job) -> str:
    return next((study / ".snakemake" / "slurm_logs").rglob(f"{job.number}.log")).read_text()
