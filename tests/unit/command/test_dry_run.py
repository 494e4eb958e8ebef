"""The short list of a dry run: read from what Snakemake prints, with reasons in plain words."""

import sys

from recurseq.command.dry_run import (
    Step,
    in_order_of_work,
    reason_in_words,
    show_steps,
    steps_of,
)

TEXT = """\
Building DAG of jobs...
[Thu Nov 26 20:00:00 2026]
rule import_counts:
    input: counts.tsv
    output: results/cohort.h5ad, results/notes.tsv
    jobid: 2
    reason: {import_counts}
    resources: tmpdir=<TBD>

group job 5b (jobs in lexicogr. order):

    [Thu Nov 26 20:00:00 2026]
    rule test_contrast:
        input: results/cohort.h5ad
        output: results/contrasts/a/genes.tsv
        jobid: 9
        reason: {test_contrast}
        wildcards: contrast=a_vs_b, collection=h_all

[Thu Nov 26 20:00:00 2026]
localrule all:
    input: results/report.html
    jobid: 0
    reason: Input files updated by another job: results/report.html
"""


def steps(import_counts="", test_contrast=""):
    return steps_of(TEXT.format(import_counts=import_counts, test_contrast=test_contrast))


def why(tmp_path, reason):
    first, _ = steps(reason)
    return reason_in_words(first, {"results/model.h5ad": "fit_model"}, tmp_path)


def test_each_job_is_a_step_also_in_a_group_and_targets_are_none():
    first, second = steps("Code has changed since last execution", "Forced execution")
    assert (first.rule, first.subject) == ("import_counts", "")
    assert first.output == ("results/cohort.h5ad", "results/notes.tsv")
    assert (second.rule, second.subject) == ("test_contrast", "a_vs_b, h_all")
    assert second.reason == "Forced execution"


def test_reasons_are_said_in_plain_words(tmp_path):
    changed = "Params have changed since last execution: Union of exclusive params before and now"
    changed += " across all output: before: {} now: {} "
    dated = "{'counts.tsv': (10, 1700000000000000000), 'samples.tsv': (5, 1700000000000000000)}"
    for reason, words in (
        ("Missing output files: results/cohort.h5ad", "new"),
        ("Updated input files: counts.tsv, samples.tsv", "input changed: counts.tsv, samples.tsv"),
        ("Input files updated by another job: results/model.h5ad", "follows fit_model"),
        ("Input files updated by another job: other", "follows another step"),
        ("Code has changed since last execution", "code changed"),
        (changed.format("0.05", "0.01"), "configuration changed"),
        (changed.format("<nothing exclusive>", "'x'"), "configuration changed"),
        (changed.format(dated, dated.replace("10", "11")), "input changed: counts.tsv"),
        (
            f"Updated input files: counts.tsv; {changed.format(dated, dated.replace('10', '9'))}",
            "input changed: counts.tsv",
        ),
        (
            "Code has changed since last execution; Input files updated by another job: x",
            "code changed",
        ),
        ("Set of input files has changed since last execution", "reads other files than before"),
        ("Something that a later version says", "Something that a later version says"),
    ):
        assert why(tmp_path, reason) == words


def test_a_missing_result_is_told_from_a_new_step(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/notes.tsv").touch()
    reason = "Missing output files: results/cohort.h5ad"
    assert why(tmp_path, reason) == "a result is missing: cohort.h5ad"


def test_steps_stand_after_those_that_they_follow():
    again = "Input files updated by another job: {}"
    steps = [
        Step("report", "", ("report.html",), again.format("b.tsv, a.tsv")),
        Step("plot", "", ("b.tsv",), again.format("a.tsv")),
        Step("test", "", ("a.tsv",), again.format("model, elsewhere")),
        Step("fit", "", ("model",), "Code has changed since last execution"),
    ]
    assert [step.rule for step in in_order_of_work(steps)] == ["fit", "test", "plot", "report"]


def test_what_snakemake_says_is_printed_when_it_fails_or_is_not_understood(tmp_path, capfd):
    for code, text in ((3, "rule import_counts:"), (0, "something new")):
        program = f"import sys; print({text!r}); print('wrong', file=sys.stderr); sys.exit({code})"
        assert show_steps([sys.executable, "-c", program], "x", tmp_path) == code
        printed = capfd.readouterr()
        assert text in printed.out and "wrong" in printed.err
