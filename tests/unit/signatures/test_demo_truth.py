"""Scores in the simulated demo follow the factors that were planted, as far as they can."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.places import SHIPPED_SETS
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.gene_sets import read_gene_sets
from recurseq.demo.simulate import simulate
from recurseq.signatures.composition import describe_samples, find_content, with_t_cells
from recurseq.signatures.scoring import score_lists


@pytest.fixture(scope="module")
def correlation():
    """Spearman's correlation of scores (rows) and planted factors, in 60 tumours."""
    group = np.repeat(["normal", "no_recurrence", "early_recurrence"], [4, 30, 30])
    sheet = pd.DataFrame({"sample_id": [f"S{i:02d}" for i in range(64)], "group": group})
    sheet = sheet.assign(batch=np.tile(["B1", "B2"], 32), sex="male")
    made = simulate(sheet, 5, load_annotation("builtin"))
    counts = made.counts[(made.counts >= 10).sum(axis=1) >= 4]
    logs = np.log2(counts / counts.sum() * 1e7 + 4).T
    genes = made.genes[["gene_id", "gene_name"]].assign(
        baseMean=made.counts.mean(axis=1).to_numpy()
    )
    content = find_content(with_t_cells(read_gene_sets(SHIPPED_SETS)), genes, logs.columns)
    scored = score_lists(logs, content.scored.values(), "ssgsea")
    found = describe_samples(content, scored, logs, pd.Series(group, logs.index))
    truth = made.samples.set_index("sample_id").loc[group != "normal"]
    numbers = found.loc[truth.index].select_dtypes("number").dropna(axis=1)
    factors = ["purity", "proliferation", "differentiation", "immune"]
    return pd.DataFrame({f: numbers.corrwith(truth[f], method="spearman") for f in factors})


def test_proliferation_follows_proliferation(correlation):
    for score in ("proliferation", "g1S", "g2M"):
        assert correlation.loc[score, "proliferation"] > 0.7
        assert correlation.loc[score].abs().idxmax() == "proliferation"


def test_sinusoids_fall_with_purity_for_the_rest_of_a_tumour_is_liver_here(correlation):
    assert correlation.loc["sinusoids", "purity"] < -0.6
    assert correlation.loc["purity", "purity"] > 0.5
    assert correlation.loc["hepatocytes", "differentiation"] > 0.5


def test_t_cells_and_exhaustion_follow_the_immune_factor(correlation):
    assert correlation.loc["tCells", "immune"] > 0.5
    assert correlation.loc["exhaustion", "immune"] > 0.4
    corrected = correlation.reindex(["exhaustionForTCells"]).isna().all(axis=None)
    assert corrected  # the tests fill it in, which know the design
