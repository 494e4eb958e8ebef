"""The way of a user's own files: init, check, run, explain, by the installed command."""

import copy
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from recurseq.base.tables import read_table
from recurseq.command.app import app
from recurseq.command.plan import jobs
from recurseq.preflight.check import checked_study
from support.small_study import CONFIG, make_study

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("command")]
NOTED = {
    "padj": r"mean count below ([\d.]+)",
    "padjThreshold": r"mean count below ([\d.]+) \(padjThreshold\)",
}
OPTIONAL = ("omnibus", "markers", "enrichment")
SCRIPT = Path(sys.executable).with_name("recurseq")


def explain(study, *genes):
    """Explain in this process: reading AnnData takes a second for each new one."""
    arguments = ["explain", str(study.path), *genes]
    ended = CliRunner().invoke(app, arguments)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended


def recurseq(*arguments, cwd="/"):
    return subprocess.run(
        [SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study in a folder with blanks, taken through all commands up to the run."""
    folder = tmp_path_factory.mktemp("command") / "my study ü"
    folder.mkdir()
    made = make_study(folder)
    (folder / "config.yaml").unlink()
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    low = np.random.default_rng(1).poisson(
        1.3, (500, counts.shape[1])
    )  # for the filter to leave out
    low = pd.DataFrame(low, [f"LOW{i}" for i in range(len(low))], counts.columns)
    pd.concat([counts, low]).to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    files = ("--counts", folder / "counts.tsv", "--samples", folder / "samples.tsv")
    ended = recurseq(
        "init", folder, *files, "--contrast", "early_vs_none=early_recurrence:no_recurrence",
        "--contrast", "tumour_vs_normal=early_recurrence,no_recurrence:normal",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["markers"] = {"panel": "markers.tsv"}
    config["contrasts"]["tumour_vs_normal"]["lfc_threshold"] = 0.5
    config["filter"]["min_count"] = 0
    for section in ("evidence", "confounding"):  # what takes long and no test here looks at
        config[section] = CONFIG[section]
    made.config = config
    made.write()
    return made


@pytest.fixture(scope="module")
def ran(study):
    """What the run printed."""
    ended = recurseq("run", study.path.name, "--cores", 2, cwd=study.path.parent)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended


def genes(study, contrast):
    path = study.path / f"results/contrasts/{contrast}/genes.tsv"
    return read_table(path, "contrast_genes").set_index("gene_id")


def planned(study, monkeypatch):
    monkeypatch.chdir(study.path)
    return jobs(checked_study(study.config)[0])


def snakemakes(text):
    """Job counts of a dry run, without the targets."""
    counts = dict(re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE))
    return {k: int(n) for k, n in counts.items() if k not in ("all", "default", "total")}


def listed(ended):
    """Rows of the short list of a dry run, as words."""
    rows = ended.stdout.split("why\n")[1].split("\n\n")[0]
    return [row.split() for row in rows.splitlines()]


def test_the_planned_jobs_are_those_of_snakemake(tmp_path, monkeypatch):
    full = make_study(tmp_path)  # with omnibus test, markers and gene sets
    small = copy.copy(full)
    small.config = {k: v for k, v in full.config.items() if k not in OPTIONAL}
    for one in (full, small):
        one.write()
        ended = recurseq("run", one.path, "--dry-run", "--verbose")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert snakemakes(ended.stdout + ended.stderr) == planned(one, monkeypatch)
        assert "Called genes" not in ended.stdout
    ended = recurseq("run", small.path, "--dry-run")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert Counter(step for step, *_ in listed(ended)) == planned(small, monkeypatch)
    assert {words[-1] for words in listed(ended)} == {"new"} and "Job stats" not in ended.stdout


def test_the_run_ends_with_its_report_and_its_calls(study, ran):
    assert "--cores 2" in ran.stdout and "--logger" not in ran.stdout
    assert "Report:   my study ü/results/report/report.html" in ran.stdout
    assert (study.path / "results/report/report.html").is_file()
    for contrast in ("early_vs_none", "tumour_vs_normal"):
        directions = genes(study, contrast)["direction"]
        words = next(
            line for line in ran.stdout.splitlines() if line.startswith(f"{contrast} ")
        ).split()
        expected = [sum(directions == "up"), sum(directions == "down")]
        assert list(map(int, words[1:3])) == expected and min(expected) > 5
    flags = read_table(study.path / "results/qc/flags.tsv", "qc_flags")
    assert ("Quality flags: none." in ran.stdout) == flags.empty
    assert "\x1b" not in ran.stdout


def test_explain_agrees_with_every_row_of_every_table(study, ran):
    """All genes at once: verdict, reason and estimate of each contrast, from the tables alone."""
    names = [f"GENE{i}" for i in range(400)] + [f"LOW{i}" for i in range(500)]
    ended = explain(study, *names, "--no-samples")
    assert ended.exit_code == 0, ended.stderr
    blocks = re.split(r"\n\n(?=(?:GENE|LOW)\d+\n)", "\n" + ended.stdout)[1:]
    assert [block.split("\n", 1)[0] for block in blocks] == names
    tables = {
        "early_vs_none": (genes(study, "early_vs_none"), "padj"),
        "tumour_vs_normal": (genes(study, "tumour_vs_normal"), "padjThreshold"),
    }
    filtered = 0
    for gene, block in zip(names, blocks, strict=True):
        for contrast, (table, column) in tables.items():
            row = table.loc[gene]
            part = block.split(f"\n{contrast}: ")[1].split("\n\n")[0]
            word = f"called {row['direction']}" if row["significant"] else "not called"
            assert part.startswith(word + "\n")
            if pd.isna(row["log2FoldChange"]):
                assert row["note"] in part
                continue
            assert f"log2 fold change {row['log2FoldChange']:.2f} " in part
            assert f"(standard error {row['lfcSE']:.2f})" in part
            assert f"shrunken {row['shrunkenLog2FoldChange']:.2f}." in part
            if pd.isna(row[column]):
                noted = re.findall(NOTED[column], row["note"])
                told = re.findall(r"is below ([\d.]+), the threshold of independent", part)
                assert float(told[0]) == pytest.approx(float(noted[0]), rel=0.005)
                filtered += 1
                continue
            assert ("is not below alpha" in part) == (row[column] >= 0.05)
            assert ("is below min_abs_lfc" in part) == (abs(row["log2FoldChange"]) < 1)
    assert filtered > 100


def test_explain_shows_counts_by_group_and_sample(study, ran):
    model = anndata.read_h5ad(study.path / "results" / "model.h5ad")
    text = explain(study, "gene1").stdout
    assert "gene1 is 'GENE1' in the counts" in text
    counts = pd.read_csv(study.path / "counts.tsv", sep="\t", index_col=0).loc["GENE1"]
    normalized = counts / model.obs["size_factor"].reindex(counts.index)
    group = pd.read_csv(study.path / "samples.tsv", sep="\t", index_col=0)["group"]
    for level, values in normalized.groupby(group):
        line = next(line for line in text.splitlines() if line.startswith(f"{level} "))
        shown = [float(word.replace(",", "")) for word in line.split()[1:]]
        expected = [4, values.mean(), values.median(), values.min(), values.max(), 4]
        assert shown == pytest.approx(expected, rel=0.005)
    for sample in counts.index:
        line = next(line for line in text.splitlines() if line.startswith(f"{sample} "))
        assert line.split()[1:3] == [group[sample], str(counts[sample])]
    panel = read_table(study.path / "results/markers/markers.tsv", "markers")
    row = panel[(panel["query"] == "GENE1") & (panel["contrast"] == "early_vs_none")].iloc[0]
    assert f"early_vs_none expected {row['expected']}: {row['verdict']}" in text


def test_an_unknown_gene_is_answered_with_a_likely_one(study, ran):
    ended = explain(study, "GEEN12", "GENE12", "--no-samples")
    assert ended.exit_code == 1
    assert "GEEN12: not in the counts" in ended.stderr and "did you mean 'GENE1" in ended.stderr
    assert "\nGENE12\n" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_explain_says_when_the_configuration_has_changed_since(study, ran):
    assert "was changed" not in explain(study, "GENE3").stdout
    before = (study.path / "config.yaml").read_text()
    (study.path / "config.yaml").write_text(before.replace("alpha: 0.05", "alpha: 0.01"))
    ended = explain(study, "GENE3")
    (study.path / "config.yaml").write_text(before)
    assert "was changed after these results were made" in ended.stdout


def test_a_dry_run_says_why_each_step_would_run(study, ran):
    assert "Nothing would run" in recurseq("run", study.path, "--dry-run").stdout
    config = study.path / "config.yaml"
    before, counts = config.read_text(), study.path / "counts.tsv"
    dates = counts.stat().st_atime_ns, counts.stat().st_mtime_ns
    config.write_text(before.replace("alpha: 0.05", "alpha: 0.01"))
    (study.path / "results/qc/pca.tsv").rename(study.path / "pca.tsv")
    ended = recurseq("run", study.path, "--dry-run")
    config.write_text(before)
    (study.path / "pca.tsv").rename(study.path / "results/qc/pca.tsv")
    why = {" ".join(row) for row in listed(ended)}
    assert "test_contrast early_vs_none configuration changed" in why
    assert "assess_quality a result is missing: pca.tsv" in why
    os.utime(counts, ns=(dates[0], dates[1] + 10**9))
    ended = recurseq("run", study.path, "--dry-run")
    os.utime(counts, ns=dates)
    why = {" ".join(row) for row in listed(ended)}
    assert "import_counts input changed: counts.tsv" in why
    assert "fit_model follows import_counts" in why


def test_a_lock_is_explained_and_taken_away(study, ran):
    """As after a kill: files are locked, and one was being written."""
    locks = study.path / ".snakemake" / "locks"
    locks.mkdir(exist_ok=True)
    for kind in ("input", "output"):
        (locks / f"0.{kind}.lock").write_text("results/model.h5ad\nresults/qc/pca.tsv\n")
    (study.path / "results" / "qc" / "pca.tsv").unlink()
    ended = recurseq("run", study.path, "--", "results/qc/pca.tsv")
    assert ended.returncode != 0
    assert "The folder is locked" in ended.stderr and "--unlock" in ended.stderr
    assert "Traceback" not in ended.stderr
    unlocked = recurseq("run", study.path, "--unlock")
    assert unlocked.returncode == 0 and "The folder is unlocked." in unlocked.stdout
    ended = recurseq("run", study.path, "--", "results/qc/pca.tsv")
    assert ended.returncode == 0, ended.stderr
    assert (study.path / "results" / "qc" / "pca.tsv").is_file()


def test_a_study_that_has_not_run_or_cannot(tmp_path):
    study = make_study(tmp_path)
    ended = recurseq("explain", study.path, "GENE1")
    assert ended.returncode == 1
    assert f"recurseq run {study.path}" in ended.stderr
    study.set("contrasts.early_vs_none.numerator", "early_recurence")
    ended = recurseq("run", study.path)
    assert ended.returncode != 0
    assert "did you mean 'early_recurrence'?" in ended.stderr
    assert "Traceback" not in ended.stderr and "Report:" not in ended.stdout
