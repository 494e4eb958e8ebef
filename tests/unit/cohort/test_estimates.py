"""Estimated counts: one rule, whatever table they stand in."""

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.cohort.checks import matrix_problems
from recurseq.cohort.readers.estimates import decimals
from recurseq.cohort.readers.read import read_counts
from support.count_files import written

SAMPLES = ["S1", "S2"]
RANDOM = np.random.default_rng(4)
VALUES = np.round(RANDOM.gamma(0.5, 4000, (50, 2)), 3) + 0.25
GENES = [f"G{at}" for at in range(50)]
SHEET = pd.DataFrame({"group": ["a", "b"]}, index=SAMPLES)
VALUES[0] = [2.5, 3.5]  # ties go to even


def plain(folder, values=VALUES):
    table = pd.DataFrame(values, GENES, SAMPLES)
    return {"path": written(folder, table.to_csv(sep="\t"))}


def named(folder, values=VALUES):
    table = pd.DataFrame(values, pd.Index(GENES, name="gene_id"), SAMPLES)
    table.insert(0, "gene_name", [f"N{at}" for at in range(50)])
    return {"path": written(folder, table.to_csv(sep="\t"))}


def files(folder):
    for at, sample in enumerate(SAMPLES):
        pd.Series(VALUES[:, at], GENES).to_csv(folder / f"{sample}.txt", sep="\t", header=False)
    return {"directory": folder}


def h5ad(folder):
    frame = pd.DataFrame(index=GENES)
    anndata.AnnData(X=VALUES.T, obs=SHEET, var=frame).write_h5ad(folder / "a.h5ad")
    return {"path": folder / "a.h5ad"}


@pytest.mark.parametrize("made", [plain, named, files, h5ad])
def test_decimals_are_refused_with_an_offer_and_rounded_on_request(tmp_path, made):
    where = made(tmp_path)
    try:
        table = read_counts(**where, sample_ids=SAMPLES)
        problems = matrix_problems(table, SHEET, "counts")
    except Exception as error:  # an h5ad without whole numbers is refused while it is read
        problems = error.problems
    assert "counts.round: true" in problems[-1].fix
    table = read_counts(**where, sample_ids=SAMPLES, round_estimates=True)
    assert matrix_problems(table, SHEET, "counts") == []
    assert np.array_equal(table.counts.to_numpy(), np.rint(VALUES))
    assert table.counts.iloc[0].tolist() == [2, 4]
    said = " ".join(table.messages)
    assert "rounded to whole numbers" in said
    assert "no transcript lengths" in said


def test_merged_tables_of_nfcore_are_rounded_unless_it_is_forbidden(tmp_path):
    deep = np.round(VALUES * 1000 + 0.3, 2)
    text = named(tmp_path, deep)["path"].read_text()
    path = written(tmp_path, text, "salmon.merged.gene_counts.tsv")
    assert np.array_equal(read_counts(path).counts.to_numpy(), np.rint(deep))
    assert np.array_equal(read_counts(path, round_estimates=False).counts.to_numpy(), deep)
    renamed = read_counts(written(tmp_path, text, "other.tsv"), round_estimates=True)
    assert np.array_equal(renamed.counts.to_numpy(), np.rint(deep))


@pytest.mark.parametrize("scale", ["log", "tpm", "total"])
def test_no_key_makes_counts_of_other_scales(tmp_path, scale):
    tpm = VALUES / VALUES.sum(axis=0) * 1e6
    values = {"log": np.log2(VALUES + 1), "tpm": tpm, "total": tpm / 100}[scale]
    table = read_counts(**plain(tmp_path, values), sample_ids=SAMPLES, round_estimates=True)
    assert "no counts but look like" in matrix_problems(table, SHEET, "counts")[0].found
    assert decimals(table) == "none"


def test_what_may_be_fpkm_is_rounded_only_when_it_is_asked_for(tmp_path):
    table = read_counts(**plain(tmp_path), sample_ids=SAMPLES)
    assert decimals(table) == "unclear"
    table = read_counts(**plain(tmp_path, VALUES * 1000 + 0.125), sample_ids=SAMPLES)
    assert decimals(table) == "estimated"
    table = read_counts(**plain(tmp_path, np.rint(VALUES)), sample_ids=SAMPLES)
    assert decimals(table) == "none"
