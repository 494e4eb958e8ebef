"""Scores against R GSVA and GSEApy, closed forms, and what they must not depend on."""

import gseapy
import numpy as np
import pandas as pd
import pytest

from recurseq.signatures.scoring import METHODS, gsva, mean_z, ssgsea, usable_genes
from support.limma_reference import table


def reference():
    """Expression, samples x genes, and sets of make_signature_reference.R."""
    counts, factors = table("counts"), table("size_factors")["size_factor"]
    gene, sample = np.arange(1, len(counts) + 1)[:, None], np.arange(1, counts.shape[1] + 1)
    wave = 0.1 * np.sin(gene * (sample + 0.37))
    values = (np.log2(counts / factors[counts.columns] + 1) + wave).round(9)
    sets = {name: genes.split(";") for name, genes in table("signatures.sets")["genes"].items()}
    return values.T, sets


def test_gsva_as_in_r():
    values, sets = reference()
    theirs = table("signatures.gsva").T
    ours = gsva(values, sets).loc[theirs.index, theirs.columns]
    difference = np.abs(ours - theirs).to_numpy()
    # Both look the normal distribution up in a table; a gene may then change places with its
    # neighbour among 600, which moves the score of a small set by a few thousandths.
    assert np.median(difference) < 1e-9 and np.quantile(difference, 0.95) < 5e-4
    assert difference.max() < 0.01
    assert np.corrcoef(ours.to_numpy().ravel(), theirs.to_numpy().ravel())[0, 1] > 0.99999


def test_ssgsea_as_in_r():
    values, sets = reference()
    theirs = table("signatures.ssgsea").T / values.shape[1]
    ours = ssgsea(values, sets).loc[theirs.index, theirs.columns]
    np.testing.assert_allclose(ours, theirs, atol=1e-10)


def test_tied_genes_lie_between_the_two_orders_of_gseapy():
    counts = table("counts").T  # a quarter of them are zeros
    sets = reference()[1]
    orders = []
    for genes in (counts.columns, counts.columns[::-1]):
        found = gseapy.ssgsea(
            counts[genes].T.rename(str.upper), {k: [g.upper() for g in v] for k, v in sets.items()},
            outdir=None, sample_norm_method="rank", min_size=1, max_size=600, threads=1,
            no_plot=True,
        ).res2d.pivot(index="Name", columns="Term", values="ES").astype(float)  # fmt: skip
        orders.append(found.loc[counts.index, list(sets)].to_numpy() / 600)
    assert np.abs(orders[0] - orders[1]).max() > 0.01  # GSEApy hangs on the order of the genes
    np.testing.assert_allclose(ssgsea(counts, sets), sum(orders) / 2, atol=1e-9)


@pytest.fixture(scope="module")
def untied():
    random = np.random.default_rng(5)
    genes = [f"Gene{i}" for i in range(300)]
    values = pd.DataFrame(random.normal(6, 2, (7, 300)), [f"s{i}" for i in range(7)], genes)
    sets = {f"set{k}": list(random.choice(genes, 5 + 9 * k, replace=False)) for k in range(8)}
    return values, sets


def test_ssgsea_as_in_gseapy(untied):
    values, sets = untied
    found = gseapy.ssgsea(
        values.T.rename(str.upper), {k: [g.upper() for g in v] for k, v in sets.items()},
        outdir=None, sample_norm_method="rank", min_size=1, max_size=300, threads=1, no_plot=True,
    ).res2d  # fmt: skip
    theirs = found.pivot(index="Name", columns="Term", values="ES").astype(float) / 300
    np.testing.assert_allclose(ssgsea(values, sets), theirs.loc[values.index, list(sets)], 1e-9)


def test_ssgsea_by_its_running_sum(untied):
    values, sets = untied
    ours = ssgsea(values, sets)
    for sample, name in (("s2", "set3"), ("s6", "set0")):
        ranks = values.loc[sample].rank().sort_values(ascending=False)
        inside = ranks.index.isin(sets[name])
        weights = np.where(inside, ranks**0.25, 0)
        walk = np.cumsum(weights) / weights.sum() - np.cumsum(~inside) / (~inside).sum()
        assert ours.loc[sample, name] == pytest.approx(walk.sum() / len(ranks))


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_samples_and_genes_does_not_matter(untied, method):
    values, sets = untied
    turned = {name: genes[::-1] for name, genes in reversed(sets.items())}
    other = METHODS[method](values.iloc[::-1, ::-1], turned)
    np.testing.assert_allclose(
        other.loc[values.index, list(sets)], METHODS[method](values, sets), rtol=0, atol=1e-12
    )


def test_only_ssgsea_does_not_depend_on_the_other_samples(untied):
    values, sets = untied
    few = values.iloc[:4]
    assert ssgsea(few, sets).equals(ssgsea(values, sets).iloc[:4])
    assert not np.allclose(gsva(few, sets), gsva(values, sets).iloc[:4], atol=0.01)
    assert not np.allclose(mean_z(few, sets), mean_z(values, sets).iloc[:4], atol=0.01)


def test_ssgsea_is_bounded_rises_with_its_genes_and_takes_ties_by_their_mean_rank(untied):
    values, sets = untied
    higher = values.copy()
    higher[sets["set2"]] += 100
    before, after = ssgsea(values, sets)["set2"], ssgsea(higher, sets)["set2"]
    assert (after > before).all() and (after > 0.4).all() and (after < 1).all()
    flat = ssgsea(values * 0, sets)
    np.testing.assert_allclose(flat, 0, atol=1e-12)


def test_mean_z_by_hand_and_genes_that_do_not_vary(untied):
    values, _ = untied
    values = values.assign(Gene0=3.0)
    assert "Gene0" not in usable_genes(values, "mean_z")
    assert "Gene0" not in usable_genes(values, "gsva") and "Gene0" in usable_genes(values, "ssgsea")
    one = values["Gene1"]
    expected = (one - one.mean()) / one.std()
    np.testing.assert_allclose(mean_z(values, {"a": ["Gene1"]})["a"], expected)


def test_case_of_names_is_no_matter(untied):
    """GSEApy turns names to capitals where all sets are in capitals."""
    values, sets = untied
    upper = {name: [gene.upper() for gene in genes] for name, genes in sets.items()}
    mixed = gsva(values.rename(columns=lambda n: n.replace("Gene", "gene")),
                 {k: [g.replace("Gene", "gene") for g in v] for k, v in sets.items()})  # fmt: skip
    # Genes are sorted by name, which keeps its order here.
    np.testing.assert_allclose(gsva(values.rename(columns=str.upper), upper), mixed, atol=1e-12)
