"""Another workflow that uses this one as a module and goes on from a result table."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from recurseq.base.tables import read_table
from support.paths import REPOSITORY
from support.small_study import CONFIG, StudyFolder, make_study, simulate, write_inputs

pytestmark = pytest.mark.workflow

DOCUMENTED, FROM_HOST = re.findall(
    r"```python\n(.*?)```", (REPOSITORY / "docs/module.md").read_text(), flags=re.DOTALL
)
TWO_COHORTS = """
configfile: "config.yaml"


rule all:
    input:
        expand("{{cohort}}/results/provenance.json", cohort=["first", "second"]),


module first:
    snakefile:
        {snakefile}
    config:
        config["recurseq"]
    prefix:
        "first"


use rule * from first as first_*


module second:
    snakefile:
        {snakefile}
    config:
        config["other"]
    prefix:
        "second"


use rule * from second as second_*


use rule fit_model from second as second_fit_model with:
    threads: 1
"""
HERE = repr(str(REPOSITORY / "Snakefile"))


def outer_workflow(folder: Path, snakefile: str = HERE, target: str = '"signature.txt"') -> Path:
    """A folder with the tiny study's inputs and the workflow of the documentation around it."""
    make_study(folder)
    write_config(folder, recurseq=CONFIG)
    text = DOCUMENTED.replace('"<recurseq>/Snakefile"', snakefile)
    text = text.replace('"signature.txt"', target, 1)
    (folder / "Snakefile").write_text(text)
    return folder


def write_config(folder: Path, **sections: dict) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(copy.deepcopy(sections), sort_keys=False))


def shuffle(folder: Path) -> None:
    """Put genes, columns and samples of the small study into another order."""
    counts, sheet, _ = simulate()
    rng = np.random.default_rng(3)
    shuffled = counts.iloc[rng.permutation(len(counts)), rng.permutation(counts.shape[1])]
    write_inputs(folder, shuffled, sheet.iloc[rng.permutation(len(sheet))])


def run(folder: Path, *arguments: str, cores=2, **variables: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=folder
    )


@pytest.fixture(scope="module")
def outer(tmp_path_factory):
    """The outer workflow after one run of everything, its inputs in another order, on one core."""
    report = ", ".join(f'"cohort/results/report/{name}"' for name in ("report.html", "tables.xlsx"))
    folder = outer_workflow(tmp_path_factory.mktemp("outer"), target=f'"signature.txt", {report}')
    shuffle(folder)
    ended = run(folder, cores=1)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def test_a_module_on_other_cores_with_shuffled_inputs_gives_identical_tables(outer, finished_study):
    first, second = finished_study.tables(), StudyFolder(outer / "cohort").tables()
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_result_table_is_used_downstream(outer):
    table = read_table(outer / "cohort/results/contrasts/early_vs_none/genes.tsv", "contrast_genes")
    significant = set(table.loc[table["significant"], "gene_id"])
    lines = (outer / "signature.txt").read_text().splitlines()
    assert {line.split("\t")[0] for line in lines} == significant
    planted = {f"GENE{i}" for i in range(40)}
    assert len(significant & planted) > 30


def test_a_prefix_moves_results_and_logs_and_no_input(outer):
    assert {path.name for path in outer.iterdir()} == {
        "Snakefile", "config.yaml", "counts.tsv", "samples.tsv", "markers.tsv", "sets.gmt",
        "cohort", "signature.txt", ".snakemake",
    }  # fmt: skip
    assert {path.name for path in (outer / "cohort").iterdir()} == {"results"}
    results = outer / "cohort/results"
    assert (results / "logs/fit_model.log").exists() and (results / "report/tables.xlsx").exists()
    page = (results / "report/report.html").read_text()
    assert "A small study" in page and "early_recurrence" in page


def test_snakemakes_report_finds_the_captions(outer, tmp_path):
    place = tmp_path / "report.html"
    ended = run(outer, "--report", str(place))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Each point is a sample" in place.read_text()


def test_a_second_run_does_nothing(outer):
    ended = run(outer)
    assert "Nothing to be done" in ended.stdout + ended.stderr


def test_a_module_named_by_github(outer, tmp_path):
    """`github(...)` with git told to clone the local repository instead."""
    origin = tmp_path / "origin"
    copied = subprocess.run(
        ["git", "ls-files", "-z", "Snakefile", "workflow", "scripts", "config", "envs"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in copied.stdout.rstrip("\0").split("\0"):
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_bytes((REPOSITORY / name).read_bytes())
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "all"]):
        subprocess.run(["git", *identity, *command], cwd=origin, check=True)
    subprocess.run(["git", "tag", "v1"], cwd=origin, check=True)
    named = re.search(r"github\(.*\)", FROM_HOST)[0]
    named = named.replace("<owner>", "someone").replace("<tag>", "v1")
    folder = tmp_path / "outer"
    folder.mkdir()
    cohort = "cohort/results/cohort.h5ad"
    ended = run(
        outer_workflow(folder, snakefile=named),
        cohort,
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.{origin.as_uri()}.insteadOf",
        GIT_CONFIG_VALUE_0="https://github.com/someone/recurseq",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (folder / cohort).read_bytes() == (outer / cohort).read_bytes()


def test_two_cohorts_in_one_workflow(tmp_path):
    outer_workflow(tmp_path)
    other = copy.deepcopy(CONFIG)
    other["contrasts"] = {"only": other["contrasts"]["tumour_vs_normal"]}
    write_config(tmp_path, recurseq=CONFIG, other=other)
    (tmp_path / "Snakefile").write_text(TWO_COHORTS.format(snakefile=HERE))
    ended = run(tmp_path, "--dry-run")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = ended.stdout + ended.stderr
    assert "first/results/contrasts/early_vs_none/genes.tsv" in said
    assert "second/results/contrasts/only/genes.tsv" in said
    assert "second/results/contrasts/early_vs_none" not in said


def test_a_mistake_in_the_modules_part_is_named(tmp_path):
    outer_workflow(tmp_path)
    wrong = copy.deepcopy(CONFIG)
    wrong["contrasts"]["early_vs_none"]["numerator"] = "early_recurence"
    write_config(tmp_path, recurseq=wrong)
    ended = run(tmp_path)
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0 and "Traceback" not in said
    assert "contrasts.early_vs_none.numerator" in said and "did you mean" in said
    assert not (tmp_path / "cohort").exists()
