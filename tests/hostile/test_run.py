"""Hostile inputs at the start of a run, through ``snakemake`` where that could do harm itself."""

import pytest

from support.hostile.all_cases import BY_NAME
from support.hostile.edits import setting
from support.hostile.ground import Case, Ground, examine, try_case

# Snakemake reads the configuration before recurseq does; these are the ones it hands on.
BEFORE_ANY_JOB = [
    *("key given twice", "bomb of lists", "half a surrogate", "nothing as a key"),
    *("no and off as levels", "level with a leading zero", "number in place of a section"),
    *("contrast called '../../x'", "contrast called 'abc\\n'", "contrast called '{contrast}'"),
    *("formula with a call", "product of twenty-six columns", "formula with a format field"),
    *("counts are the study", "path with a wildcard", "folder of counts is a file"),
    *("demo written outside", "demo written over the sheet", "title that ends a script"),
    *("sheet with a quotation mark left open", "sheet of separators", "workbook that swells"),
    *("sheet with ten thousand columns", "column name of a megabyte", "covariate in hexadecimal"),
    *("sheet a pipe", "panel a device", "gene sets is a bomb", "gene sets in Latin-1"),
]
IN_A_JOB = [
    *("count with a decimal comma", "count of ten thousand digits", "gene of a megabyte"),
    *("gene with an escape sequence", "matrix is a bomb", "annotation in Latin-1"),
    *("matrix a device", "count limit above all counts"),
]
ACCEPTED = [
    *("title with format fields", "title with a command", "formula on several lines"),
    *("config with a byte-order mark", "folder with files of wild names"),
]
# What Snakemake itself could do something with: keys, aliases and surrogates of YAML, wildcards and
# a pipe as an input; and what a job says through it. test_ugly_study has such a title.
BY_SNAKEMAKE = {
    "key given twice": (),
    "bomb of lists": (),
    "half a surrogate": (),
    "contrast called '{contrast}'": (),
    "path with a wildcard": (),
    "sheet a pipe": (),
    "folder with files of wild names": ("--dry-run",),
    "gene with an escape sequence": ("--until", "import_counts"),
    "matrix is a bomb": ("--until", "import_counts"),
    "count limit above all counts": ("--until", "import_counts"),
}
HERE = [n for n in (*BEFORE_ANY_JOB, *ACCEPTED, *IN_A_JOB) if n not in BY_SNAKEMAKE]


@pytest.mark.workflow
@pytest.mark.parametrize("name", BY_SNAKEMAKE)
def test_by_snakemake(name, tmp_path, record_property):
    arguments = BY_SNAKEMAKE[name]
    case = BY_NAME[name]
    try_case("run", case, tmp_path, record_property, lambda ground: ground.snakemake(*arguments))


@pytest.mark.parametrize("name", HERE)
def test_by_the_first_steps_of_a_run(name, tmp_path, record_property):
    try_case("start", BY_NAME[name], tmp_path, record_property, Ground.start_here)


@pytest.mark.workflow
def test_lengths_are_refused_before_the_fit(tmp_path, record_property):
    case = BY_NAME["length below zero"]
    record_property("input", f"run: {case.name}")
    record_property("result", "refused")
    ground = Ground(tmp_path)
    case.build(ground)
    ended = ground.snakemake("--until", "fit_model")
    assert ended.code != 0 and "Traceback" not in ended.text
    assert "lengths.tsv" in ended.text and "GENE2" in ended.text
    assert not (ground.path / "results/model.h5ad").exists()


@pytest.mark.workflow
def test_every_refusal_at_once(tmp_path):
    """Many mistakes at a time give one message with all of them."""
    ground = Ground(tmp_path)
    for name in ("gene with an escape sequence", "panel with an empty set", "set with a name only"):
        BY_NAME[name].build(ground)
    setting("design.formula", "~ grup")(ground)
    case = Case("", lambda ground: None, ("counts.tsv", "markers.tsv", "sets.gmt", "'grup'"))
    examine(case, ground, ground.snakemake())
