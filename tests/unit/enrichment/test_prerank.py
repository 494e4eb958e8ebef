"""Preranked enrichment: scores by definition, p-values by enumeration, planted and null sets."""

import itertools
import logging
import socket
import sys
import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets, read_gene_sets
from recurseq.enrichment import (
    prerank,
    rank_genes,
    running_score,
    sets_of_allowed_size,
    tested_genes,
)
from recurseq.enrichment.prerank import NO_PVALUE, NO_STATISTIC

pytestmark = pytest.mark.slow

tested_genes.__test__ = False


def enrichment_score(ranking, genes):
    """Subramanian et al. (2005), written for the test."""
    hit = np.isin(ranking.index, genes)
    weight = np.where(hit, np.abs(ranking.to_numpy()), 0)
    running = np.cumsum(weight / weight.sum() - (1 - hit) / (1 - hit).sum())
    return running[np.argmax(np.abs(running))]


def collection(sets):
    return GeneSets("sets.gmt", tuple(GeneSet(n, "", tuple(g)) for n, g in sets.items()))


def scored(ranking, sets, min_size=15, **options):
    """Score sets given by name; by p-value."""
    members = sets_of_allowed_size(collection(sets), ranking, min_size=min_size)
    table = prerank(ranking, members, **options).rename_axis("set").reset_index()
    return table.sort_values(["pvalue", "set"], kind="stable", ignore_index=True)


def simulated(seed=1, size=3000):
    rng = np.random.default_rng(seed)
    values = np.sort(rng.normal(size=size))[::-1]
    return pd.Series(values, index=[f"gene{i}" for i in range(size)]), rng


@pytest.fixture(scope="module")
def planted():
    ranking, rng = simulated()
    names = ranking.index.to_numpy()
    sets = {f"null{i}": list(rng.choice(names, 40, replace=False)) for i in range(20)}
    sets["planted up"] = list(rng.choice(names[:400], 30, replace=False))
    sets["planted down"] = list(rng.choice(names[-400:], 30, replace=False))
    sets["too small"], sets["too large"] = list(names[:14]), list(names[:501])
    return ranking, sets, scored(ranking, sets, seed=5)


def test_planted_sets_are_found_with_their_sign_and_null_sets_are_not(planted):
    _, _, table = planted
    found = table.set_index("set")
    assert found.loc["planted up", "padj"] < 0.05 and found.loc["planted up", "NES"] > 0
    assert found.loc["planted down", "padj"] < 0.05 and found.loc["planted down", "NES"] < 0
    assert (found.drop(["planted up", "planted down"])["padj"] > 0.05).all()


def test_every_set_of_allowed_size_has_a_row_and_no_other(planted):
    _, sets, table = planted
    assert set(table["set"]) == set(sets) - {"too small", "too large"}
    assert table["pvalue"].is_monotonic_increasing


def test_scores_equal_their_definition_and_leading_edges_lie_before_the_peak(planted):
    ranking, sets, table = planted
    for row in table.itertuples():
        expected = enrichment_score(ranking, sets[row.set])
        np.testing.assert_allclose(row.ES, expected, atol=1e-9)
        score = running_score(ranking, sets[row.set])
        peak = int(np.argmax(np.abs(score)))
        ahead = ranking.index[: peak + 1] if row.ES > 0 else ranking.index[peak:][::-1]
        expected = [gene for gene in ahead if gene in set(sets[row.set])]
        assert row.leading_edge.split(";") == expected
        assert row.leading_edge_size == len(expected)
        assert row.size == len(sets[row.set])
        assert np.sign(row.NES) == np.sign(row.ES)


def test_padj_is_benjamini_hochberg_over_the_collection(planted):
    table = planted[2]
    p = table["pvalue"].to_numpy()
    by_hand = [min(p[j:] * len(p) / np.arange(j + 1, len(p) + 1)) for j in range(len(p))]
    np.testing.assert_allclose(table["padj"], np.minimum(by_hand, 1), rtol=1e-12)


def test_reversing_the_ranking_turns_every_sign(planted):
    ranking, sets, table = planted
    reverse = scored(-ranking[::-1], sets, seed=5).set_index("set")
    forward = table.set_index("set")
    np.testing.assert_allclose(reverse["ES"].reindex(forward.index), -forward["ES"], atol=1e-9)
    assert (np.sign(reverse["NES"].reindex(forward.index)) == -np.sign(forward["NES"])).all()


def test_threads_set_order_and_gene_order_do_not_matter_but_the_seed_does(planted):
    ranking, sets, table = planted
    turned = {name: genes[::-1] for name, genes in reversed(sets.items())}
    again = scored(ranking, turned, seed=5, threads=2)
    pd.testing.assert_frame_equal(again, table)
    other = scored(ranking, sets, seed=6)
    assert not other["pvalue"].equals(table["pvalue"])


def test_other_sets_change_a_pvalue_by_no_more_than_its_sampling_error(planted):
    ranking, sets, table = planted
    alone = scored(ranking, {"planted up": sets["planted up"]}, seed=5).iloc[0]
    there = table.set_index("set").loc["planted up"]
    assert alone["pvalue"] == pytest.approx(there["pvalue"], rel=0.5)
    assert alone["NES"] == pytest.approx(there["NES"], rel=0.02)


def test_pvalues_agree_with_full_enumeration():
    rng = np.random.default_rng(11)
    ranking = pd.Series(np.sort(rng.normal(size=25))[::-1], index=[f"g{i}" for i in range(25)])
    triples = list(itertools.combinations(range(25), 3))
    scores = np.array([enrichment_score(ranking, [f"g{i}" for i in three]) for three in triples])
    chosen = [triples[i] for i in rng.choice(len(triples), 25, replace=False)]
    sets = {f"s{n}": [f"g{i}" for i in three] for n, three in enumerate(chosen)}
    table = scored(ranking, sets, min_size=1, seed=3)
    for row in table.itertuples():
        same_side = scores[np.sign(scores) == np.sign(row.ES)]
        exact = np.mean(np.abs(same_side) >= abs(row.ES) - 1e-9)
        tolerance = 5 * np.sqrt(exact * (1 - exact) / 1000) + 0.01
        assert row.pvalue == pytest.approx(exact, abs=tolerance)


def test_pvalues_of_random_sets_are_uniform():
    ranking, rng = simulated(seed=21, size=2000)
    sets = {f"s{i}": list(rng.choice(ranking.index, 30, replace=False)) for i in range(300)}
    table = scored(ranking, sets, seed=1)
    assert kstest(table["pvalue"], "uniform").pvalue > 0.01
    assert (table["padj"] > 0.05).all()


def test_a_perfect_set_has_a_pvalue_above_zero():
    ranking, _ = simulated(size=1000)
    table = scored(ranking, {"top": list(ranking.index[:60])}, seed=1)
    assert table["pvalue"].item() == pytest.approx(1e-10)


def test_a_missing_pvalue_is_kept_missing_and_not_called():
    ranking, _ = simulated(size=500)
    positive = ranking.abs().sort_values(ascending=False)
    sets = {"bottom": list(positive.index[-40:]), "top": list(positive.index[:80:4])}
    table = scored(positive, sets, seed=1).set_index("set")
    assert np.isnan(table.loc["bottom", "pvalue"])
    assert np.isnan(table.loc["bottom", "padj"])
    assert table.loc["top", "padj"] == table.loc["top", "pvalue"]
    assert table.loc["bottom", "note"] == NO_PVALUE and table.loc["top", "note"] is None


def test_a_set_of_unmoved_genes_has_the_score_of_equal_weights_and_no_pvalue():
    """GSEApy gives such a set a score of the other sign."""
    values = [*np.linspace(3, 1, 40), *np.zeros(60), *np.linspace(-0.1, -3, 60)]
    ranking = pd.Series(values, index=[f"g{i:03d}" for i in range(160)])
    sets = {"flat": list(ranking.index[42:60]), "moved": list(ranking.index[:18])}
    table = scored(ranking, sets, seed=1).set_index("set")
    hit = np.isin(ranking.index, sets["flat"])
    running = np.cumsum(hit / hit.sum() - ~hit / (~hit).sum())
    peak = int(np.abs(running).argmax())
    assert table.loc["flat", "ES"] == pytest.approx(running[peak])
    assert table.loc["flat", ["NES", "pvalue", "padj"]].isna().all()
    assert table.loc["flat", "note"] == NO_STATISTIC
    before = ranking.index[: peak + 1] if running[peak] > 0 else ranking.index[peak:][::-1]
    edge = [gene for gene in before if gene in sets["flat"]]
    assert table.loc["flat", "leading_edge"].split(";") == edge
    assert table.loc["moved", "padj"] == table.loc["moved", "pvalue"] < 0.001
    alone = scored(ranking, {"flat": sets["flat"]}, seed=1)
    assert len(alone) == 1 and alone["pvalue"].isna().all()


def test_no_set_of_allowed_size_is_no_set(caplog):
    ranking, _ = simulated()
    assert sets_of_allowed_size(collection({"small": ["gene1", "gene2"]}), ranking) == {}
    assert "0 of 1 sets" in caplog.text


def test_names_are_data_case_is_kept_and_ties_are_silent(capfd):
    names = ["<b>", "a b", "ä", "1-Mar", "NA", "tp53", "TP53", "G3", "S0", "x,1.0"]
    names += [f"lower{i}" for i in range(40)]
    values = np.round(np.linspace(3, -3, len(names)))
    ranking = pd.Series(values, index=names)
    table = scored(ranking, {"../<i>": names[:10], "TP53": names[5:30]}, min_size=5)
    assert set(table["set"]) == {"../<i>", "TP53"}
    top = table.set_index("set").loc["../<i>"]
    assert top["leading_edge"].split(";") == names[:10]
    assert capfd.readouterr().err == ""
    assert logging.root.manager.disable == logging.NOTSET


def test_nothing_reaches_for_the_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    ranking, _ = simulated(size=100)
    assert len(scored(ranking, {"KEGG_2016": list(ranking.index[:20])})) == 1


def test_tcga_liver_cancer_against_normal(shared_data, record_property):
    reference = shared_data / "reference/tcga_lihc/early_recurrence_vs_normal.tsv.gz"
    symbols = pd.read_csv(shared_data / "data/tcga_lihc/genes.tsv.gz", sep="\t")
    table = pd.read_csv(reference, sep="\t").merge(symbols, on="gene_id", how="left")
    hallmark = read_gene_sets(shared_data / "data/gene_sets/h.all.v7.0.symbols.gmt")
    ranking = rank_genes(tested_genes(table, hallmark))
    start = time.perf_counter()
    result = prerank(ranking, sets_of_allowed_size(hallmark, ranking), seed=20160901)
    record_property("seconds", time.perf_counter() - start)
    assert len(result) == 50
    for name in ("E2F_TARGETS", "G2M_CHECKPOINT", "MITOTIC_SPINDLE"):
        assert result.loc[f"HALLMARK_{name}", "NES"] > 0
    for name in ("BILE_ACID_METABOLISM", "XENOBIOTIC_METABOLISM", "COAGULATION"):
        assert result.loc[f"HALLMARK_{name}", "NES"] < 0
    for entry in hallmark.sets[:10]:
        expected = enrichment_score(ranking, entry.genes)
        assert result.loc[entry.name, "ES"] == pytest.approx(expected, abs=1e-9)


def test_sets_beyond_one_call_are_scored_alike(planted, monkeypatch):
    """Scores are exact; NES and p-values move by no more than their sampling error."""
    ranking, sets, table = planted
    monkeypatch.setattr(sys.modules[prerank.__module__], "MOST_SETS", 7)
    parts = scored(ranking, sets, seed=5).set_index("set").reindex(table["set"])
    np.testing.assert_array_equal(parts["ES"], table["ES"])
    assert list(parts["leading_edge"]) == list(table["leading_edge"])
    np.testing.assert_allclose(parts["NES"], table["NES"], rtol=0.03)
