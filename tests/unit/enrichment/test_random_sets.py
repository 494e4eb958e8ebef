"""Random sets have the sizes and mean counts of real ones, and the test calls few of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets
from recurseq.deseq import fit
from recurseq.enrichment.random_sets import RANDOM_SETS, STRATA, random_sets
from recurseq.enrichment.set_tests import enrich, set_tests

NAMES = ("early_vs_none", "sets")


@pytest.fixture(scope="module")
def genes():
    random = np.random.default_rng(2)
    means = np.exp(random.normal(4, 2, 2000))
    return pd.DataFrame({"baseMean": means}, index=[f"g{i:04d}" for i in range(2000)])


@pytest.fixture(scope="module")
def members(genes):
    random = np.random.default_rng(3)
    ordered = genes.sort_values("baseMean").index
    high = {f"HIGH{n}": list(random.choice(ordered[1500:], n, replace=False)) for n in (15, 80)}
    return high | {
        "LOW": list(ordered[:40]),
        "ALL": list(random.choice(ordered, 300, replace=False)),
    }


def test_sizes_and_strata_are_those_of_real_sets(genes, members):
    drawn = random_sets(genes, members, seed=1, names=NAMES)
    assert len(drawn) == RANDOM_SETS and all(len(set(one)) == len(one) for one in drawn)
    stratum = pd.qcut(genes["baseMean"].rank(), STRATA, labels=False)

    def kind(chosen):
        return tuple(np.bincount(stratum[chosen], minlength=STRATA))

    kinds = pd.Series([kind(one) for one in drawn]).value_counts()
    assert kinds.to_dict() == {kind(one): RANDOM_SETS / 4 for one in members.values()}
    assert set(map(frozenset, members.values())).isdisjoint(map(frozenset, drawn[:50]))


def test_order_does_not_matter_but_seed_contrast_and_collection_do(genes, members):
    drawn = random_sets(genes, members, seed=1, names=NAMES)
    turned = {name: members[name][::-1] for name in reversed(members)}
    assert random_sets(genes.sample(frac=1, random_state=1), turned, seed=1, names=NAMES) == drawn
    for seed, names in ((2, NAMES), (1, ("other", "sets")), (1, ("early_vs_none", "other"))):
        assert random_sets(genes, members, seed=seed, names=names) != drawn


@pytest.fixture(scope="module")
def tested():
    """Counts in which the genes of one set change, and the enrichment of four sets."""
    random = np.random.default_rng(8)
    samples = [f"s{i}" for i in range(12)]
    means = np.exp(random.normal(4.5, 1.2, 900))
    names = [f"g{i:03d}" for i in range(900)]
    means = np.tile(means, (12, 1))
    means[6:, :30] *= 3
    counts = pd.DataFrame(random.negative_binomial(10, 10 / (10 + means)), samples, names)
    design = pd.DataFrame({"Intercept": 1.0, "late": [0.0] * 6 + [1.0] * 6}, index=samples)
    model = fit(counts, design)
    genes = pd.DataFrame(
        {
            "gene_id": names,
            "baseMean": counts.mean().to_numpy(),
            "stat": np.log2(counts.iloc[6:].mean() / counts.iloc[:6].mean()).to_numpy(),
        },
        index=names,
    )
    sets = {"CHANGED": names[:30]}
    sets |= {f"NULL{k}": list(random.choice(names[30:], 25, replace=False)) for k in range(3)}
    collection = GeneSets("s.gmt", tuple(GeneSet(n, "", tuple(g)) for n, g in sets.items()))
    contrast = pd.Series({"Intercept": 0.0, "late": 1.0})
    return model, contrast, genes, sets, collection


def test_random_sets_change_nothing_of_the_real_ones_and_have_uniform_pvalues(tested):
    model, contrast, genes, sets, collection = tested
    found = enrich(model, contrast, genes, collection, seed=5, names=NAMES)
    alone = set_tests(model, contrast, genes, list(sets.values())).set_axis(list(sets))
    table = found.table.set_index("set")
    np.testing.assert_allclose(
        table["competitivePvalue"].reindex(list(sets)), alone["competitivePvalue"], rtol=1e-10
    )
    assert list(table.index[table["significant"].astype(bool)]) == ["CHANGED"]
    assert len(found.random) == RANDOM_SETS
    assert kstest(found.random, "uniform").pvalue > 0.001
    again = enrich(model, contrast, genes, collection, seed=5, names=NAMES, threads=2)
    np.testing.assert_array_equal(again.random, found.random)
    pd.testing.assert_frame_equal(again.table, found.table)


def test_no_set_of_allowed_size_draws_none(tested):
    model, contrast, genes, _, collection = tested
    found = enrich(model, contrast, genes, collection, min_size=100)
    assert found.table.empty and len(found.random) == 0 and len(found.ranking) == len(genes)
