"""Flags of `recurseq init` for design and samples; which level becomes the reference; help."""

import re

import pytest
from typer.testing import CliRunner

from recurseq.base.places import SHIPPED
from recurseq.command.app import app
from recurseq.command.columns import by_reference
from recurseq.command.demo import write_demo
from support.command_study import config_of, init, recurseq, sheet_of, write_study

COMMANDS = ["demo", "init", "check", "run", "open", "explain", "predict"]


@pytest.mark.parametrize(
    ("levels", "first"),
    [
        (["after", "before"], "before"),
        (["post-op", "pre-op"], "pre-op"),
        (["Day 7", "Day 0", "day 14"], "Day 0"),
        (["6h", "0h", "24h"], "0h"),
        (["0.5h", "2h", "0h"], "0h"),
        (["100h", "20h", "0hpi"], "0hpi"),
        (["10 uM", "0 uM"], "0 uM"),
        (["T1", "T0"], "T0"),
        (["mutant", "wild type"], "wild type"),
        (["Mut", "wild-type"], "wild-type"),
        (["siTP53", "siNT"], "siNT"),
        (["siMYC", "si-control"], "si-control"),
        (["shRNA1", "scramble"], "scramble"),
        (["OE", "empty vector"], "empty vector"),
        (["cancer", "non-targeting"], "non-targeting"),
        (["infected", "mock"], "mock"),
        (["drug", "vehicle"], "vehicle"),
        (["operated", "sham"], "sham"),
        (["KO_24h", "KO_0h", "WT_24h", "WT_0h"], "WT_0h"),
        (["not normal", "healthy"], "healthy"),
    ],
)
def test_the_baseline_is_the_reference(levels, first):
    assert by_reference(levels)[0] == first


def paired():
    return sheet_of(
        {"before": 4, "after": 4}, subject=["101", "102", "103", "104"] * 2,
        tissue=["liver"] * 3 + ["gut"] + ["liver"] * 3 + ["gut"], age=[41, 50, 62, 71.5] * 2,
    )  # fmt: skip


def test_pairs_by_number_are_a_factor_of_the_design(tmp_path):
    folder = write_study(tmp_path, paired())
    ended = init(folder, "--pair", "subject")
    assert ended.exit_code == 0, ended.output
    design = config_of(folder)["design"]
    assert design["formula"] == "~ subject + group"
    assert design["levels"] == {
        "subject": ["101", "102", "103", "104"], "group": ["before", "after"],
    }  # fmt: skip
    checked = recurseq("check", folder)
    assert checked.exit_code == 0, checked.output
    assert "subject[102]" in checked.output  # a coefficient for each person, no slope


def test_a_formula_names_the_compared_column_and_numbers_stay_numbers(tmp_path):
    folder = write_study(tmp_path, paired())
    ended = init(folder, "--formula", "~ age + group")
    assert ended.exit_code == 0, ended.output
    config = config_of(folder)
    assert config["design"]["formula"] == "~ age + group"
    assert config["design"]["levels"] == {"group": ["before", "after"]}
    assert init(folder, "--force", "--formula", "~ group + tissue").exit_code == 0
    assert config_of(folder)["contrasts"]["liver_vs_gut"]["factor"] == "tissue"


def test_samples_are_kept_by_a_column(tmp_path):
    folder = write_study(tmp_path, paired())
    ended = init(folder, "--keep", "tissue=liver", "--keep", "subject=101,102, 103", "--factor",
                 "group")  # fmt: skip
    assert ended.exit_code == 0, ended.output
    kept = config_of(folder)["samples"]["keep"]
    assert kept == {"tissue": ["liver"], "subject": ["101", "102", "103"]}
    assert "6 of the 6 names" in ended.output
    assert "6 samples are used" in recurseq("check", folder).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--formula", "~ grup"], ["'grup' is no column", "did you mean 'group'?"]),
        (["--formula", "~ log(age) + group"], ["--formula"]),
        (["--formula", "~ age"], ["no column of '~ age' holds groups"]),
        (["--formula", "~ tissue", "--factor", "group"], ["does not hold 'group'"]),
        (["--pair", "subjct"], ["did you mean 'subject'?"]),
        (["--pair", "group", "--factor", "group"], ["'group' is no column that could name pairs"]),
        (["--pair", "subject", "--formula", "~ group"], ["together with --formula"]),
        (["--keep", "tisue=liver"], ["'tisue' is no column", "did you mean 'tissue'?"]),
        (["--keep", "tissue=livre"], ["'livre'", "did you mean 'liver'?"]),
        (["--keep", "tissue"], ["names no value"]),
        (["--keep", "tissue=gut", "--keep", "subject=101"], ["no sample has all of these"]),
    ],
)
def test_wrong_flags_are_answered(tmp_path, arguments, words):
    folder = write_study(tmp_path, paired())
    ended = init(folder, *arguments)
    assert ended.exit_code == 1
    for word in words:
        assert word in ended.output
    assert not (folder / "config.yaml").exists()


def test_help_lists_the_commands_in_the_order_of_work_each_with_examples():
    text = CliRunner().invoke(app, ["--help"]).output
    assert re.findall(r"^  (\w+) {2,}[A-Z]", text.split("Commands:")[1], re.MULTILINE) == COMMANDS
    assert text.count("    recurseq ") >= 6
    for command in COMMANDS:
        text = CliRunner().invoke(app, [command, "--help"]).output
        assert f"Examples:\n    recurseq {command}" in text, text


def test_the_demo_is_written_once_and_never_over_something_else(tmp_path):
    study = write_demo(tmp_path / "new" / "demo")
    assert study.config_path.read_bytes() == (SHIPPED / "config.yaml").read_bytes()
    checked = recurseq("check", study.path)
    assert checked.exit_code == 0, checked.output
    assert write_demo(study.path) == study  # goes on
    study.config_path.write_text(study.config_path.read_text() + "# mine\n")
    for taken in (study.path, study.config_path):
        ended = recurseq("demo", taken)
        assert ended.exit_code == 1 and str(taken) in ended.output
    assert study.config_path.read_text().endswith("# mine\n")


def test_the_report_is_opened_or_its_path_is_printed(tmp_path, monkeypatch):
    folder = write_study(tmp_path / "-my <study> ü", sheet_of({"a": 3, "control": 3}))
    assert init(folder).exit_code == 0
    ended = recurseq("open", folder)
    assert ended.exit_code == 1 and "there is no report yet" in ended.output
    report = folder / "results/report/report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<html>")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    ended = recurseq("open", folder)
    assert ended.exit_code == 0 and str(report) in ended.output and not opened
    monkeypatch.setenv("DISPLAY", ":0")
    assert recurseq("open", folder).exit_code == 0
    assert opened == [report.as_uri()] and " " not in opened[0]
