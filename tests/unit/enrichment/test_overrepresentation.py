"""Over-representation against closed forms, Fisher's test and GSEApy's own p-values."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from recurseq.base.tables import describe, read_table, write_table
from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets
from recurseq.enrichment import overrepresentation


def collection(sets):
    return GeneSets("sets.gmt", tuple(GeneSet(n, "", tuple(g)) for n, g in sets.items()))


def genes(count, up=(), down=()):
    names = [f"gene{i}" for i in range(count)]
    direction = ["up" if n in up else "down" if n in down else "none" for n in names]
    return pd.DataFrame({"direction": direction}, index=names)


def names(start, stop):
    return [f"gene{i}" for i in range(start, stop)]


@pytest.fixture(scope="module")
def example():
    table = genes(100, up=names(0, 10), down=names(90, 95))
    sets = {
        "half": names(5, 25),  # 5 of its 20 genes are up
        "none": names(30, 60),
        "all": [*names(0, 10), "not tested"],
        "lower end": names(85, 100),
    }
    return table, sets, overrepresentation(table, collection(sets), min_size=5)


def test_pvalue_is_the_hypergeometric_tail(example):
    row = example[2].query("set == 'half' and direction == 'up'").iloc[0]
    tail = sum(comb(20, k) * comb(80, 10 - k) for k in range(5, 11)) / comb(100, 10)
    assert row["pvalue"] == pytest.approx(tail, rel=1e-12)
    assert (row["overlap"], row["size"], row["called"], row["background"]) == (5, 20, 10, 100)
    assert row["odds_ratio"] == pytest.approx((5 * 75) / (15 * 5))
    assert row["genes"] == "gene5;gene6;gene7;gene8;gene9"


def test_every_row_agrees_with_fishers_exact_test(example):
    table, sets, result = example
    for row in result.itertuples():
        called = set(table.index[table["direction"] == row.direction])
        members = set(sets[row.set]) & set(table.index)
        a = len(called & members)
        cells = [[a, len(members) - a], [len(called) - a, len(table) - len(members | called)]]
        fisher = fisher_exact(cells, alternative="greater")
        assert row.pvalue == pytest.approx(fisher.pvalue, rel=1e-9)
        assert row.odds_ratio == pytest.approx(fisher.statistic, nan_ok=True)


def test_gseapy_gives_the_same_pvalues(example):
    gseapy = pytest.importorskip("gseapy")
    table, sets, result = example
    theirs = gseapy.enrich(
        gene_list=names(0, 10), gene_sets=sets, background=list(table.index), outdir=None
    ).results.set_index("Term")["P-value"]
    ours = result[result["direction"] == "up"].set_index("set")["pvalue"]
    assert set(theirs.index) == {"half", "all"}
    np.testing.assert_allclose(theirs, ours[theirs.index], rtol=1e-12)


def test_sets_without_overlap_count_in_the_adjustment(example):
    result = example[2]
    up = result[result["direction"] == "up"].set_index("set")
    assert up.loc["none", "pvalue"] == 1
    assert pd.isna(up.loc["none", "genes"])
    assert up.loc["all", "padj"] == pytest.approx(4 * up.loc["all", "pvalue"])
    assert result["direction"].tolist() == ["up"] * 4 + ["down"] * 4
    assert list(result.columns) == describe("ora").names


def test_directions_are_tested_and_adjusted_apart(example):
    down = example[2].query("direction == 'down'").set_index("set")
    assert down.loc["lower end", "overlap"] == 5
    assert down.loc["lower end", "pvalue"] == pytest.approx(comb(15, 5) / comb(100, 5))
    assert down.loc["half", "overlap"] == 0


def test_nothing_called_gives_a_full_table_without_significance(tmp_path):
    result = overrepresentation(genes(50), collection({"a": names(0, 20), "b": names(10, 40)}))
    assert len(result) == 4
    assert (result[["overlap", "called"]] == 0).all(axis=None)
    assert (result[["pvalue", "padj"]] == 1).all(axis=None)
    write_table(result, tmp_path / "ora.tsv", "ora")
    assert read_table(tmp_path / "ora.tsv", "ora")["odds_ratio"].isna().all()


def test_size_limits_count_tested_genes_and_no_set_left_gives_no_rows(tmp_path):
    table = genes(50, up=names(0, 5))
    result = overrepresentation(table, collection({"a": names(40, 60)}), min_size=11)
    assert len(result) == 0
    write_table(result, tmp_path / "ora.tsv", "ora")
    assert len(overrepresentation(table, collection({"a": names(40, 60)}), min_size=10)) == 2
    assert len(overrepresentation(table, collection({"a": names(0, 20)}), max_size=19)) == 0


def test_order_of_genes_and_sets_does_not_matter(example):
    table, sets, result = example
    turned = collection({name: genes[::-1] for name, genes in reversed(sets.items())})
    again = overrepresentation(table.sample(frac=1, random_state=2), turned, min_size=5)
    pd.testing.assert_frame_equal(again, result)
