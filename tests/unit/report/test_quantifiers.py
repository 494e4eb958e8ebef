"""The methods say who estimated the counts, and whether transcript lengths are offsets."""

import h5py
import pytest

from recurseq.report.page import build_page
from support.report_study import config, write_study

COUNTS = {"directory": "quants", "transcripts": "tx2gene.tsv"}
OFFSETS = "offsets for the average transcript length"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quantified") / "results"
    write_study(folder, optional=False)
    return folder


def name_format(results, name):
    with h5py.File(results / "model.h5ad", "a") as file:
        if "counts_format" in file["uns"]:
            del file["uns/counts_format"]
        written = file["uns"].create_dataset("counts_format", data=name)
        written.attrs.update({"encoding-type": "string", "encoding-version": "0.2.0"})


@pytest.mark.parametrize(
    ("name", "tool", "paper"),
    [
        ("salmon", "Salmon", "10.1038/nmeth.4197"),
        ("kallisto", "kallisto", "10.1038/nbt.3519"),
        ("rsem", "RSEM", "10.1186/1471-2105-12-323"),
    ],
)
def test_quantifier_is_named_and_cited(results, name, tool, paper):
    name_format(results, name)
    page = build_page(results, config(counts=COUNTS))
    assert f"Counts were estimated by {tool}, read for genes by the rules of tximport" in page
    assert paper in page and "10.12688/f1000research.7563.2" in page
    assert OFFSETS in page


def test_lengths_that_were_ignored_are_no_offsets(results):
    name_format(results, "salmon")
    page = build_page(results, config(counts={**COUNTS, "lengths": "ignore"}))
    assert "Counts were estimated by Salmon" in page
    assert OFFSETS not in page


def test_other_counts_are_not_estimates(results):
    name_format(results, "matrix")
    page = build_page(results, config())
    assert "estimated by" not in page and OFFSETS not in page
