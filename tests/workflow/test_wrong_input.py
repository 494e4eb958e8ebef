"""Wrong input: a message with the place, no traceback, no results.

Each case goes through ``recurseq check`` and through what a run does first, both in this process;
Snakemake itself is given many of them at once.
"""

import re

import pandas as pd
import pytest

from support.command_study import recurseq
from support.first_steps import first_steps

pytestmark = pytest.mark.slow


def edit_counts(change):
    """Apply a change to the count matrix as text cells."""

    def edit(study):
        path = study.path / "counts.tsv"
        cells = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, header=None)
        change(cells)
        cells.to_csv(path, sep="\t", index=False, header=False)

    return edit


def put(row, column, value):
    """Set one cell; row 0 is the header, column 0 the gene."""

    def change(cells):
        cells.iloc[row, column] = value

    return edit_counts(change)


def edit_sheet(change):
    def edit(study):
        path = study.path / "samples.tsv"
        sheet = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        change(sheet).to_csv(path, sep="\t", index=False)

    return edit


def setting(place, value):
    return lambda study: study.set(place, value)


def as_log(study):
    path = study.path / "counts.tsv"
    counts = pd.read_csv(path, sep="\t", index_col=0)
    ((counts + 1).transform("log2")).round(6).to_csv(path, sep="\t", index_label="gene_id")


def as_tpm(study):
    path = study.path / "counts.tsv"
    counts = pd.read_csv(path, sep="\t", index_col=0)
    (counts / counts.sum() * 1e6).round(6).to_csv(path, sep="\t", index_label="gene_id")


def drop_sample(sheet):
    return pd.concat([sheet, sheet.iloc[[0]].assign(sample_id="13-T.0")])


def write_text(name, text):
    return lambda study: (study.path / name).write_bytes(text)


LEVELS = ["normal", "no_recurrence", "early_recurrence"]

CASES = {
    # the count matrix
    "negative count": (put(3, 2, "-4"), ["GENE2", "2-T.1", "-4"]),
    "fractional count": (put(3, 2, "4.5"), ["GENE2", "2-T.1", "4.5"]),
    "missing count": (put(3, 2, ""), ["GENE2", "2-T.1"]),
    "infinite count": (put(3, 2, "inf"), ["GENE2", "2-T.1", "inf"]),
    "text in counts": (put(3, 2, "many"), ["GENE2", "2-T.1", "many"]),
    "log values": (as_log, ["counts.tsv", "log"]),
    "TPM values": (as_tpm, ["counts.tsv", "TPM"]),
    "duplicate genes": (put(3, 0, "GENE7"), ["GENE7"]),
    "gene that is a space": (put(3, 0, " "), ["counts.tsv"]),
    "duplicate sample in matrix": (put(0, 2, "1-T.0"), ["1-T.0"]),
    "empty matrix": (write_text("counts.tsv", b""), ["counts.tsv", "empty"]),
    "matrix is not text": (write_text("counts.tsv", b"\x1f\x8b\x08garbage"), ["counts.tsv"]),
    "matrix is missing": (setting("counts.path", "nowhere.tsv"), ["nowhere.tsv"]),
    "misspelt sample in matrix": (put(0, 2, "2-TT.1"), ["'2-T.1'", "2-TT.1"]),
    # the sheet
    "sample not in matrix": (edit_sheet(drop_sample), ["13-T.0"]),
    "duplicate sample in sheet": (
        edit_sheet(lambda s: s.assign(sample_id=s["sample_id"].replace("3-T.2", "2-T.1"))),
        ["2-T.1", "lines 3, 4"],
    ),
    "sample that is a space in the sheet": (
        edit_sheet(lambda s: s.assign(sample_id=s["sample_id"].replace("3-T.2", " "))),
        ["samples.tsv, line 4"],
    ),
    "missing group": (
        edit_sheet(lambda s: s.assign(group=s["group"].where(s.index != 2, ""))),
        ["column 'group'", "3-T.2"],
    ),
    "unlisted level": (
        edit_sheet(lambda s: s.assign(group=s["group"].where(s.index != 2, "nromal"))),
        ["'nromal'", "did you mean 'normal'?"],
    ),
    "one sample in every group": (
        edit_sheet(lambda s: s.iloc[[0, 4, 8]]),
        ["3 coefficients for 3 samples", "more samples than coefficients"],
    ),
    "sheet is missing": (setting("samples.path", "no.tsv"), ["no.tsv", "does not exist"]),
    # design and contrasts
    "no formula": (setting("design.formula", "group"), ["design.formula", "'~'"]),
    "formula with a call": (setting("design.formula", "~ os.system('x')"), ["design.formula"]),
    "unknown column": (setting("design.formula", "~ grup"), ["did you mean 'group'?"]),
    "unknown level in contrast": (
        setting("contrasts.early_vs_none.numerator", "early_recurence"),
        ["contrasts.early_vs_none.numerator", "did you mean 'early_recurrence'?"],
    ),
    "unknown level in design": (
        setting("design.levels.group", ["normal", "no_recurrence", "early_recurence"]),
        ["early_recurence", "did you mean"],
    ),
    "confounded design": (
        lambda study: (
            edit_sheet(lambda s: s.assign(centre=s["group"].str.upper()))(study),
            study.set("design.formula", "~ centre + group"),
        ),
        ["confounded", "group[early_recurrence]", "centre["],
    ),
    "factor with one level": (
        lambda study: (
            edit_sheet(lambda s: s.assign(centre="A"))(study),
            study.set("design.formula", "~ centre + group"),
        ),
        ["column 'centre'", "only one value"],
    ),
    "interaction without within": (
        setting("design.formula", "~ sex * group"),
        ["interacts with 'sex'"],
    ),
    "unknown key": (setting("testing.alhpa", 0.1), ["'alhpa'", "did you mean 'alpha'?"]),
    "contrast name as a path": (
        setting("contrasts", {"../../x": {"coefficients": {"Intercept": 1}}}),
        ["'../../x'"],
    ),
    "reduced design not nested": (setting("omnibus.reduced", "~ batch"), ["omnibus.reduced"]),
    "format of a later version": (setting("counts.format", "salmon"), ["Salmon"]),
    # panel and gene sets
    "panel without set": (
        write_text("markers.tsv", b"gene\nMT1M\n"),
        ["markers.tsv", "'set'"],
    ),
    "panel with a wrong direction": (
        write_text("markers.tsv", b"gene\tset\texpected_early_vs_none\nMT1M\ta\tdwon\n"),
        ["markers.tsv", "dwon", "did you mean 'down'?"],
    ),
    "gene sets are no GMT": (write_text("sets.gmt", b"just a line\n"), ["sets.gmt", "line 1"]),
    "gene sets are missing": (
        setting("enrichment.collections.planted", "no.gmt"),
        ["no.gmt"],
    ),
}


def assert_refused(code, text, words):
    assert code != 0
    assert "recurseq found" in text, text
    for word in words:
        assert word in text, f"{word!r} is not in:\n{text}"
    assert "Traceback" not in text and not re.search(r'File ".*\.py", line', text), text


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_wrong_input_is_refused_with_its_place(new_study, case):
    edit, words = CASES[case]
    edit(new_study)
    ended = recurseq("check", new_study.path)
    assert_refused(ended.exit_code, ended.output, words)
    assert_refused(*first_steps(new_study.path), words)


def refused_by_snakemake(study, words):
    ended = study.run()
    assert_refused(ended.returncode, ended.stdout + ended.stderr, words)
    left = [p for p in study.path.rglob("results/**/*") if p.is_file() and p.suffix != ".log"]
    assert left == []


# Everything at once, from every file: found at the start of a run.
AT_THE_START = [
    *("negative count", "unknown key", "unknown level in contrast", "reduced design not nested"),
    *("panel with a wrong direction", "gene sets are no GMT"),
]
# Wrong values in different places: found by the job that reads the counts.
WRONG_CELLS = {(3, 2): "-4", (4, 3): "4.5", (5, 4): "", (6, 5): "inf", (7, 0): "GENE8"}


@pytest.mark.workflow
def test_every_problem_is_listed_in_one_message(new_study):
    for case in AT_THE_START:
        CASES[case][0](new_study)
    refused_by_snakemake(new_study, [word for case in AT_THE_START for word in CASES[case][1]])


@pytest.mark.workflow
def test_every_problem_of_the_counts_is_listed_by_the_job_that_reads_them(new_study):
    for place, value in WRONG_CELLS.items():
        put(*place, value)(new_study)
    words = ["import_counts", "GENE2", "-4", "GENE3", "4.5", "GENE4", "GENE5", "inf", "'GENE8'"]
    refused_by_snakemake(new_study, words)
