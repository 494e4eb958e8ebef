"""`recurseq check`: all problems at once, or what would run; quickly and in plain text."""

import re
import resource
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from recurseq.command import terminal
from recurseq.command.folder import REPOSITORY
from support.command_study import config_of, init, installed, recurseq, sheet_of, write_study

pytestmark = pytest.mark.slow

GROUPS = {"normal": 3, "no_recurrence": 4, "early_recurrence": 5}


@pytest.fixture
def folder(tmp_path):
    """A study with a configuration that init wrote."""
    folder = write_study(tmp_path / "my study ü", sheet_of(GROUPS))
    assert init(folder).exit_code == 0
    return folder


def rewrite(folder, **changes):
    """Change values of the configuration, named as section__key."""
    config = config_of(folder)
    for place, value in changes.items():
        section, _, key = place.partition("__")
        if key:
            config.setdefault(section, {})[key] = value
        else:
            config[section] = value
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True))


def test_a_good_study_shows_what_would_run(folder):
    ended = recurseq("check", folder)
    assert ended.exit_code == 0, ended.output
    lines = ended.output.splitlines()
    assert "counts.tsv: a count matrix, 60 genes, 12 samples" in ended.output
    row = next(line for line in lines if line.startswith("early_recurrence_vs_no_recurrence "))
    assert row.split() == [
        "early_recurrence_vs_no_recurrence", "early_recurrence", "5", "no_recurrence", "4",
    ]  # fmt: skip
    assert "A complete run has 27 jobs" in lines
    assert "test_contrast × 3" in ended.output and "enrich_pathways" not in ended.output
    assert f"Next: recurseq run {shlex.quote(str(folder))}" in lines  # a folder with a space
    assert "\x1b" not in ended.output


def test_every_problem_is_listed_at_once(folder):
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0).astype(object)
    counts.iloc[2, 2] = "-4"
    counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    (folder / "sets.gmt").write_text("just a line\n")
    (folder / "markers.tsv").write_text("gene\nMT1M\n")
    config = config_of(folder)
    contrasts = config["contrasts"]
    contrasts["early_recurrence_vs_normal"]["numerator"] = "erly_recurrence"
    rewrite(
        folder, contrasts=contrasts, testing__alhpa=0.1, omnibus__reduced="~ batch",
        enrichment={"collections": {"sets": "sets.gmt"}}, markers={"panel": "markers.tsv"},
        genes__annotation="no.gtf",
    )  # fmt: skip
    ended = recurseq("check", folder)
    assert ended.exit_code == 1
    for words in (
        "recurseq found 7 problems",
        "gene 'GENE2', sample 'S3': -4",
        "sets.gmt, line 1",
        "markers.tsv, line 1: there is no column 'set'",
        "did you mean 'early_recurrence'?",
        "unknown key 'alhpa'",
        "omnibus.reduced",
        "no.gtf: the file does not exist",
    ):
        assert words in ended.output, ended.output
    assert "Traceback" not in ended.output


def test_gene_sets_of_another_species_are_found_before_the_run(folder):
    (folder / "sets.gmt").write_text("SET\tnone\tGene1\tGene2\tGene3\n")
    rewrite(folder, enrichment={"collections": {"mine": "sets.gmt"}})
    ended = recurseq("check", folder)
    assert ended.exit_code == 1
    assert "none of its 3 genes is in the study" in ended.output


def test_gene_sets_and_panel_are_counted(folder):
    (folder / "sets.gmt").write_text("A\tx\tGENE1\tGENE2\tOTHER\nB\tx\tGENE2\tGENE3\n")
    (folder / "markers.tsv").write_text("gene\tset\nGENE1\ta\nGENE1\tb\nMT1M\ta\n")
    rewrite(
        folder,
        enrichment={"collections": {"mine": "sets.gmt"}, "min_size": 1},
        markers={"panel": "markers.tsv"},
    )
    ended = recurseq("check", folder)
    assert ended.exit_code == 0, ended.output
    assert "mine: 2 sets, 3 of their 4 genes are in the counts" in ended.output
    assert "1 of the panel's 2 genes are in the counts" in ended.output


def mouse_study(folder):
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    counts.index = [f"ENSMUSG{number:011d}.3" for number in range(len(counts))]
    counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    rows = "".join(f"{gene[:18]}\tGene{at}\n" for at, gene in enumerate(counts.index))
    (folder / "mouse.tsv").write_text("Gene stable ID\tGene name\n" + rows)


def test_named_genes_are_counted_and_human_files_refused_for_mouse(folder):
    mouse_study(folder)
    rewrite(folder, genes={"annotation": "mouse.tsv"})
    ended = recurseq("check", folder)
    assert ended.exit_code == 0, ended.output
    assert "symbols: 60 of 60 genes named (60 are in the annotation mouse.tsv)" in ended.output
    rewrite(
        folder,
        markers={"panel": "builtin"},
        enrichment={"collections": {"liver": "builtin"}},
        genes={"annotation": "builtin"},
    )
    ended = recurseq("check", folder)
    assert ended.exit_code == 1
    for words in ("annotation: 0 of 60 genes are in it", "markers.panel", "collections.liver"):
        assert words in ended.output, ended.output
    assert "of mouse genes such as 'ENSMUSG00000000000.3'" in ended.output


def test_human_files_are_translated_for_mouse_on_demand(folder):
    mouse_study(folder)
    names = pd.read_csv(folder / "mouse.tsv", sep="\t")
    names.loc[:3, "Gene name"] = ["Mki67", "Mycn", "Mt1", "Hp"]
    names.to_csv(folder / "mouse.tsv", sep="\t", index=False)
    genes = {"annotation": "mouse.tsv", "orthologues": "mouse"}
    sets = {"collections": {"liver": "builtin"}, "min_size": 1}
    rewrite(folder, genes=genes, markers={"panel": "builtin"}, enrichment=sets)
    ended = recurseq("check", folder)
    assert ended.exit_code == 0, ended.output
    said = " ".join(ended.output.split())
    assert "2 of the panel's 88 genes are in the counts" in said
    assert "69 of its 88 human genes have one mouse orthologue" in said
    assert "METALLOTHIONEINS (2 of 11)" in said
    rewrite(folder, genes={"annotation": "mouse.tsv", "orthologues": "rat"})
    assert recurseq("check", folder).exit_code == 1


def test_a_panel_in_the_case_of_another_species_is_said(folder):
    mouse_study(folder)
    (folder / "markers.tsv").write_text("gene\tset\nGENE1\ta\nGENE2\ta\nGene3\ta\n")
    rewrite(folder, genes={"annotation": "mouse.tsv"}, markers={"panel": "markers.tsv"})
    ended = recurseq("check", folder)
    assert ended.exit_code == 0, ended.output
    assert "2 of the 3 genes that are found differ" in ended.output


def test_what_is_done_to_rows_and_sets_is_said(folder):
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    renamed = {"GENE1": "1-Mar", "GENE2": "1-Mar", "GENE3": "GENE4", "GENE5": "ERCC-00002"}
    counts.rename(index=renamed).to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    (folder / "sets.gmt").write_text("A\tGENE9\tGENE7\nE\tx\nA\tx\tGENE7\n")
    rewrite(folder, enrichment={"collections": {"mine": "sets.gmt"}, "min_size": 1})
    ended = recurseq("check", folder)
    assert ended.exit_code == 1
    assert "genes.excel_dates: drop" in ended.output or "genes.duplicates" in ended.output
    rewrite(folder, genes={"duplicates": "sum", "excel_dates": "drop"})
    ended = recurseq("check", folder)
    assert ended.exit_code == 0, ended.output
    for words in (
        "2 rows were left out of everything", "2 rows of 1 identifiers", "1 row is a spike-in",
        "symbols: 56 of 56 genes named", "sets without a gene were left out: 'E (line 2)'",
        "read once: 'A (lines 1, 3)'", "the second column of 1 of 1 sets holds a gene",
    ):  # fmt: skip
        assert words in ended.output, ended.output


def test_folders_that_are_none_and_files_that_are_no_configuration(tmp_path):
    assert "the folder does not exist" in recurseq("check", tmp_path / "no").output
    assert "no config.yaml in the folder" in recurseq("check", tmp_path).output
    for text, words in (
        ("counts: [1", "is not YAML"),
        ("- a\n- b\n", "holds no keys"),
        ("counts:\n\tpath: x\n", "line 2"),
        ("study: {title: t}\n", "the key 'counts' is missing"),
    ):
        (tmp_path / "config.yaml").write_text(text)
        ended = recurseq("check", tmp_path)
        assert ended.exit_code == 1 and words in ended.output, ended.output
        assert "Traceback" not in ended.output


def test_the_demo_and_a_configuration_in_its_own_folder_are_found(tmp_path):
    shutil.copytree(REPOSITORY / "config", tmp_path / "config")
    ended = recurseq("check", tmp_path)
    assert ended.exit_code == 0, ended.output
    assert "simulated by the run" in ended.output and "simulate_demo" in ended.output


def test_the_installed_script_and_the_module_answer(folder):
    for ended in (installed("check", folder), installed("--version")):
        assert ended.returncode == 0, ended.stderr
    assert installed("--version").stdout.startswith("recurseq ")
    assert installed("check", folder / "no").returncode == 1
    unknown = installed("chekc", folder)
    assert unknown.returncode == 2 and "Traceback" not in unknown.stderr


def test_a_terminal_without_unicode_gets_its_text_too(folder):
    ended = installed("check", folder, env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"})
    assert ended.returncode == 0, ended.stderr
    assert "test_contrast" in ended.stdout and ended.stdout.isascii()


def test_a_narrow_terminal_breaks_sentences_between_words_and_commands_nowhere(monkeypatch, capsys):
    for name, value in (("FORCE_COLOR", "1"), ("NO_COLOR", "1"), ("COLUMNS", "24")):
        monkeypatch.setenv(name, value)
    terminal.say("the threshold of independent filtering")
    terminal.say_whole("recurseq run a_folder_with_a_long_name --unlock")
    terminal.show_table(["contrast", "n"], [["early_recurrence_vs_no_recurrence", 7]])
    printed = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert printed[:2] == ["the threshold of ", "independent filtering"]
    assert printed[2] == "recurseq run a_folder_with_a_long_name --unlock"
    assert all(len(line) <= 24 for line in printed[3:])
    cells = "".join(line.split("  ")[0].strip() for line in printed[4:])
    assert cells == "early_recurrence_vs_no_recurrence"


def test_control_characters_of_a_sheet_do_not_reach_the_terminal(tmp_path):
    folder = write_study(tmp_path, sheet_of({"a": 3, "b\x1b[31m": 3}))
    ended = init(folder)
    assert "\x1b" not in ended.output


def test_tcga_is_checked_in_under_five_seconds(shared_data, tmp_path):
    """Processor time, so that a busy machine does not decide; on a quiet one it is what passes."""
    data = shared_data / "data" / "tcga_lihc"
    levels = ["normal", "no_recurrence", "early_recurrence"]
    contrast = {"factor": "group", "numerator": levels[2], "denominator": levels[1]}
    config = {
        "study": {"title": "TCGA-LIHC"},
        "counts": {"path": str(data / "counts.tsv.gz")},
        "samples": {"path": str(data / "samples.tsv"), "keep": {"group": levels}},
        "genes": {"annotation": "builtin"},
        "design": {"formula": "~ group", "levels": {"group": levels}},
        "contrasts": {"early_vs_none": contrast},
        "markers": {"panel": "builtin"},
        "enrichment": {"collections": {"liver_cancer": "builtin"}},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = installed("check", tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.returncode == 0, ended.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
    assert "60,482 genes, 90 samples" in ended.stdout
    assert "52 samples are used" in ended.stdout


def test_the_commands_load_nothing_heavy():
    """Modules that take a second or more are for jobs, not for looking at files."""
    code = (
        "import sys; import recurseq.command.check, recurseq.command.initialise, "
        "recurseq.command.run; print(*sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(REPOSITORY) / "scripts",
    )  # fmt: skip
    loaded = set(ended.stdout.split())
    assert not loaded & {"pydeseq2", "gseapy", "anndata", "matplotlib", "snakemake", "scipy.stats"}
