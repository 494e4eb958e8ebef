"""`recurseq run`: the command line it makes, what it says before and after; and its summary."""

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.base.tables import write_table
from recurseq.command.folder import REPOSITORY, StudyFolder, advised
from recurseq.command.run import Request, advice, command_line, execute, in_a_shell
from recurseq.command.summary import called_genes, import_messages
from recurseq.contrasts.results import summary_row
from recurseq.evidence.summary import summarise
from recurseq.report.results import Results
from recurseq.study import load_study
from support.report_study import contrast_table, evidence_table, permutations_table

CONTRAST = {"factor": "group", "numerator": "b", "denominator": "a"}
CONFIG = {
    "study": {"title": "t"},
    "counts": {"path": "counts.tsv"},
    "samples": {"path": "samples.tsv"},
    "design": {"formula": "~ group", "levels": {"group": ["a", "b"]}},
    "contrasts": {"one": CONTRAST, "two": {**CONTRAST, "lfc_threshold": 1, "min_abs_lfc": 0}},
}


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "my $(touch x) 'study' ü"
    path.mkdir()
    return StudyFolder(path, path / "config.yaml")


def arguments(folder, **request):
    return command_line(folder, Request(**request), progress_bar=False)


def test_the_plain_command_line_is_what_is_documented(folder):
    command = arguments(folder, cores=3)
    assert Path(command[0]).name in ("snakemake", Path(sys.executable).name)
    assert command[-8:] == [
        "--snakefile", str(REPOSITORY / "Snakefile"), "--directory", str(folder.path),
        "--configfile", str(folder.config_path), "--cores", "3",
    ]  # fmt: skip
    assert arguments(folder)[-2:] == ["--cores", "all"]


def test_what_is_shown_can_be_pasted_into_a_shell(folder):
    command = arguments(folder, extra=["--config", "a=b c"])
    assert shlex.split(in_a_shell(command)) == command


def test_advice_names_the_folder_so_that_it_can_be_pasted():
    assert advised("run", Path("-my study")) == "recurseq run './-my study'"
    assert advised("check", Path("a/b")) == "recurseq check a/b"


def test_profiles_are_found_by_name_or_folder(folder, tmp_path):
    command = arguments(folder, profile="slurm")
    assert command[-2:] == ["--workflow-profile", str(REPOSITORY / "workflow/profiles/slurm")]
    assert "--cores" not in command
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.yaml").write_text("jobs: 1\n")
    assert arguments(folder, profile=str(tmp_path / "mine"), cores=2)[-3:] == [
        str(tmp_path / "mine"), "--cores", "2",
    ]  # fmt: skip
    with pytest.raises(InputError, match="did you mean 'slurm'"):
        arguments(folder, profile="slrum")


def test_further_wishes_reach_snakemake(folder):
    command = arguments(folder, dry_run=True, extra=["--until", "test_contrast"])
    assert command[-3:] == ["--dry-run", "--until", "test_contrast"]
    assert arguments(folder, unlock=True)[-1] == "--unlock"
    bar = command_line(folder, Request(), progress_bar=True)
    assert bar[-2:] == ["--logger", "rich"] and "--logger" not in command


def test_what_a_killed_run_left_is_made_again(folder):
    assert "--rerun-incomplete" not in arguments(folder)
    marks = folder.path / ".snakemake" / "incomplete"
    marks.mkdir(parents=True)
    (marks / "cmVzdWx0cy9tb2RlbC5oNWFk").touch()
    assert "--rerun-incomplete" in arguments(folder)
    assert "--rerun-incomplete" not in arguments(folder, unlock=True)


def test_a_locked_folder_is_told_from_a_failure(folder):
    assert "mend what is named above" in " ".join(advice(folder))
    locks = folder.path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").touch()
    lines = advice(folder)
    assert "locked" in lines[0]
    command = next(line for line in lines if line.endswith("--unlock"))
    assert shlex.split(command) == ["recurseq", "run", str(folder.path), "--unlock"]


def test_the_exit_code_is_snakemakes():
    assert execute([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_an_interrupt_is_left_to_snakemake_which_is_waited_for(tmp_path):
    """Snakemake ends its jobs and takes away its lock; being killed at once it could not."""
    child = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n"
        "    time.sleep(0.6); pathlib.Path('ended').touch(); sys.exit(3)\n"
        "signal.signal(signal.SIGINT, end); signal.signal(signal.SIGTERM, end)\n"
        "pathlib.Path('ready').touch(); time.sleep(30)\n"
    )
    parent = (
        "import sys; from recurseq.command.run import execute\n"
        f"sys.exit(execute([sys.executable, '-c', {child!r}]))\n"
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        for name in ("ready", "ended"):
            (tmp_path / name).unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", parent], cwd=tmp_path, start_new_session=True,
            env={"PYTHONPATH": str(REPOSITORY / "scripts")},
        )  # fmt: skip
        until = time.monotonic() + 60
        while not (tmp_path / "ready").exists() and time.monotonic() < until:
            time.sleep(0.05)
        if number == signal.SIGINT:  # as from the keyboard: to the whole group
            import os

            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        assert process.wait(timeout=60) == 3
        assert (tmp_path / "ended").exists()


def test_calls_are_those_of_the_summary(tmp_path):
    study = load_study(CONFIG)
    results = Results(tmp_path, study)
    assert called_genes(results) == []
    samples = pd.DataFrame({"group": pd.Categorical(["a", "a", "b"])})
    rows = [
        summary_row(contrast_table(), contrast, samples, 0.0)
        for contrast in study.contrasts.values()
    ]
    evidence = [evidence_table(contrast_table())] * 2
    shuffles = [permutations_table(), permutations_table([])]
    summary = summarise(rows, evidence, shuffles)
    write_table(summary, tmp_path / "contrasts/summary.tsv", "contrast_summary")
    one, two = called_genes(Results(tmp_path, study))
    table = contrast_table()
    counted = [int((table["direction"] == way).sum()) for way in ("up", "down")]
    support = evidence[0]["support"]
    counted += [int((support == word).sum()) for word in ("confirmed", "carried_by_few")]
    counted += ["12", "above chance", table["padj"].notna().sum()]  # 12: the median of 0 to 24
    assert one == ["one", *counted, "padj < 0.05, |log2FC| ≥ 1"]
    assert two[5:7] == ["NA", "not testable"]
    assert two[7] == table["padjThreshold"].notna().sum() != one[7]
    assert two[8].startswith("padjThreshold < 0.05")


def test_messages_of_the_import_are_read_and_may_be_absent(tmp_path):
    assert import_messages(tmp_path) == []
    cohort = anndata.AnnData(np.ones((2, 2)), pd.DataFrame(index=["a", "b"]))
    for messages in (["3 columns were left out: 'ä'"], []):
        cohort.uns["messages"] = np.array(messages, dtype=object)
        cohort.write_h5ad(tmp_path / "cohort.h5ad")
        assert import_messages(tmp_path) == messages
