"""One adjustment and themes: R's hclust and p.adjust, planted redundancy, any order alike."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import describe, read_table, write_table
from recurseq.enrichment.joint import cutoff, join_sets, matrix, random_calls, ranking_row
from recurseq.enrichment.themes import (
    cluster_sets,
    find_themes,
    shared_counts,
    symbols_of,
    theme_summary,
)
from support.paths import REFERENCE

PLACE = ("sets", "early_vs_none")


def gsea(rows: dict) -> pd.DataFrame:
    """Table gsea of set to (p-value, direction, leading edge)."""
    table = pd.DataFrame(
        {
            "set": list(rows),
            "size": [len(edge) + 5 for _, _, edge in rows.values()],
            "NES": [1.5 if way == "up" else -1.5 for _, way, _ in rows.values()],
            "competitivePvalue": [pvalue for pvalue, _, _ in rows.values()],
            "competitiveDirection": [way for _, way, _ in rows.values()],
            "significant": [pvalue < 0.01 for pvalue, _, _ in rows.values()],
            "leading_edge": [";".join(edge) for _, _, edge in rows.values()],
        }
    )
    return table.reindex(columns=describe("gsea").names)


def block(name: str, size: int = 20) -> list[str]:
    return [f"{name}{number:02d}" for number in range(size)]


def planted() -> dict:
    """Two blocks of redundant sets without a common gene, a set of its own, and one not called."""
    cycle, bile = block("CYCLE"), block("BILE")
    return {
        "CELL_CYCLE": (1e-6, "up", cycle),
        "MITOSIS": (1e-7, "up", cycle[:12]),
        "G2M": (1e-5, "up", [*cycle[6:18], "OWN1", "OWN2"]),
        "BILE_ACIDS": (1e-8, "down", bile[:15]),
        "XENOBIOTICS": (1e-5, "down", bile[5:]),
        "ALONE": (1e-4, "up", block("ALONE", 8)),
        "QUIET": (0.9, "up", cycle),
    }


def themes_of(*tables, alpha=0.05, symbols=None) -> pd.DataFrame:
    joined = join_sets(dict(tables), alpha)
    return find_themes(joined, symbols or {})


def grouping(themes: pd.DataFrame) -> set[frozenset]:
    return {frozenset(rows["set"]) for _, rows in themes.groupby("theme")}


@pytest.fixture(scope="module")
def reference():
    return pd.read_csv(REFERENCE / "themes.tsv", sep="\t")


def test_the_one_adjustment_is_that_of_r_over_contrasts_and_collections(reference):
    rows = {row.set: (row.pvalue, "up", row.genes.split(";")) for row in reference.itertuples()}
    names = list(rows)
    parts = {
        ("a", "one"): gsea({name: rows[name] for name in names[:25]}),
        ("a", "two"): gsea({name: rows[name] for name in names[25:40]}),
        ("b", "one"): gsea({name: rows[name] for name in names[40:]}),
    }
    joined = join_sets(parts, 0.05).set_index("set")
    expected = reference.set_index("set")["padj"]
    np.testing.assert_allclose(joined["padj"].reindex(expected.index), expected, rtol=1e-12)
    assert (joined["significant"] == (joined["padj"] < 0.05)).all()
    assert set(joined.loc[joined["significant"], "direction"]) == {"up"}
    assert set(joined.loc[~joined["significant"], "direction"]) == {"none"}


@pytest.mark.parametrize("cut", [0.6, 0.75, 0.9])
def test_clusters_are_those_of_hclust(reference, cut):
    shared, _, _ = shared_counts([frozenset(text.split(";")) for text in reference["genes"]])
    ours = cluster_sets(shared, cut)
    theirs = reference[f"cluster_{cut}"].to_numpy()
    same = ours[:, None] == ours[None, :]
    np.testing.assert_array_equal(same, theirs[:, None] == theirs[None, :])


def test_planted_redundancy_is_one_theme_and_unrelated_blocks_stay_apart():
    themes = themes_of((PLACE, gsea(planted())))
    assert grouping(themes) == {
        frozenset({"CELL_CYCLE", "MITOSIS", "G2M"}),
        frozenset({"BILE_ACIDS", "XENOBIOTICS"}),
        frozenset({"ALONE"}),
    }
    first = themes[themes["representative"]].set_index("theme")
    # By their smallest p-value; named after the set that holds most of the others.
    assert list(first["name"]) == ["BILE_ACIDS (+1)", "CELL_CYCLE (+2)", "ALONE"]
    cycle = first.loc[2, "shared_genes"].split(";")
    assert cycle[:6] == block("CYCLE")[6:12]  # in all three sets
    assert set(cycle) == set(block("CYCLE")[:18])  # in two of three
    assert set(first.loc[1, "shared_genes"].split(";")) == set(block("BILE")[5:15])


def test_order_of_sets_contrasts_genes_and_collections_does_not_matter():
    random = np.random.default_rng(4)
    tables = {
        ("a", "one"): gsea(planted()),
        ("a", "two"): gsea({name: planted()[name] for name in ("MITOSIS", "ALONE", "QUIET")}),
        ("b", "one"): gsea({"OTHER": (1e-5, "down", block("BILE")[3:14])}),
    }
    expected = themes_of(*tables.items())
    for _ in range(5):
        turned = {}
        for place in random.permutation(len(tables)):
            key, table = list(tables.items())[place]
            moved = table.sample(frac=1, random_state=int(random.integers(1e6)))
            edges = [";".join(random.permutation(t.split(";"))) for t in moved["leading_edge"]]
            turned[key] = moved.assign(leading_edge=edges)
        pd.testing.assert_frame_equal(themes_of(*turned.items()), expected)


def test_a_copy_of_a_set_lands_in_its_theme():
    rows = planted()
    for name in list(rows):
        themes = themes_of((PLACE, gsea({**rows, f"COPY_{name}": rows[name]})))
        number = themes.set_index("set")["theme"]
        if name != "QUIET":
            assert number[f"COPY_{name}"] == number[name]
    assert "QUIET" not in set(themes["set"]) and "COPY_QUIET" not in set(themes["set"])


def test_collections_that_name_genes_otherwise_share_a_theme():
    identifiers = [f"ENSG{number:05d}" for number in range(20)]
    genes = pd.DataFrame({"gene_name": block("CYCLE")}, index=[f"{i}.7" for i in identifiers])
    tables = [
        (("symbols", "c"), gsea({"CYCLE": (1e-6, "up", block("CYCLE"))})),
        (("identifiers", "c"), gsea({"CYCLE_ENSEMBL": (1e-6, "up", identifiers)})),
        (("versions", "c"), gsea({"CYCLE_VERSIONS": (1e-6, "up", list(genes.index))})),
    ]
    assert len(grouping(themes_of(*tables))) == 3
    themes = themes_of(*tables, symbols=symbols_of(genes))
    assert len(grouping(themes)) == 1
    assert set(themes["shared_genes"].iloc[0].split(";")) == set(block("CYCLE"))


def test_the_summary_tells_directions_and_collections_of_each_contrast(tmp_path):
    rows = planted()
    turned = {
        name: (pvalue, "down" if name == "G2M" else way, edge)
        for name, (pvalue, way, edge) in rows.items()
    }
    turned["BILE_ACIDS"] = (0.8, "up", block("BILE"))
    tables = {
        ("a", "one"): gsea(rows),
        ("a", "two"): gsea(turned),
        ("b", "one"): gsea({"OTHER": (1e-5, "down", block("BILE")[3:14])}),
    }
    joined = join_sets(tables, 0.05)
    themes = find_themes(joined, {})
    write_table(themes, tmp_path / "themes.tsv", "themes")
    summary = theme_summary(themes, joined, ["one", "two"])
    write_table(summary, tmp_path / "summary.tsv", "theme_summary")
    found = read_table(tmp_path / "summary.tsv", "theme_summary")
    found = found.set_index(["representative", "contrast"])
    cycle, bile = found.loc["CELL_CYCLE"], found.loc["BILE_ACIDS"]
    assert list(cycle["direction"]) == ["up", "mixed"]
    assert list(cycle["called_up"]) == [3, 2] and list(cycle["called_down"]) == [0, 1]
    assert list(bile["direction"]) == ["down", "down"]
    assert list(bile["called_down"]) == [3, 1]
    assert set(bile["collections"]) == {"a 2;b 1"}
    assert list(bile["NES"]) == [-1.5, 1.5]  # of the representative, called or not


def test_no_call_is_no_theme_and_the_matrix_still_has_all_rows(tmp_path):
    quiet = {name: (0.4, way, edge) for name, (_, way, edge) in planted().items()}
    joined = join_sets({PLACE: gsea(quiet), ("sets", "none"): gsea({})}, 0.05)
    assert joined["significant"].sum() == 0
    themes = find_themes(joined, {})
    summary = theme_summary(themes, joined, ["early_vs_none", "none"])
    spread = matrix(joined, ["early_vs_none", "none"])
    assert len(themes) == len(summary) == 0 and len(spread) == len(quiet)
    for table, name in ((themes, "themes"), (summary, "theme_summary"), (spread, "set_matrix")):
        write_table(table, tmp_path / name, name)
    back = read_table(tmp_path / "set_matrix", "set_matrix")
    assert back["NES_none"].isna().all() and back["NES_early_vs_none"].notna().all()
    assert back["pvalue_early_vs_none"].dtype == float
    assert back["significant_early_vs_none"].eq(False).all()
    assert cutoff(joined, 0.05) == pytest.approx(0.05 / len(quiet))


def test_no_set_at_all_is_told_by_empty_tables(tmp_path):
    joined = join_sets({PLACE: gsea({})}, 0.05)
    ranking = pd.Series([2.0, 1.0, 1.0], index=list("abc"))
    rankings = pd.DataFrame([ranking_row("early_vs_none", 4, ranking, np.array([]))])
    write_table(rankings, tmp_path / "rankings", "set_rankings")
    back = read_table(tmp_path / "rankings", "set_rankings")
    assert back.loc[0, ["ranked", "tied", "repeated"]].tolist() == [3, 2, 4]
    counted = random_calls(joined, {"sets": back}, 0.05)
    write_table(counted, tmp_path / "random", "random_sets")
    assert counted.loc[0, ["sets", "called", "random", "random_called"]].tolist() == [0, 0, 0, 0]
    for name, table in (("set_matrix", matrix(joined, ["early_vs_none"])),
                        ("themes", find_themes(joined, {}))):  # fmt: skip
        write_table(table, tmp_path / name, name)
        assert table.empty


def test_random_sets_are_called_by_the_cutoff_of_the_real_ones():
    joined = join_sets({PLACE: gsea(planted())}, 0.05)
    assert cutoff(joined, 0.05) == 1e-4
    pvalues = np.array([1e-5, 1e-4, 2e-4, 0.03, 0.5])
    rankings = pd.DataFrame([ranking_row(PLACE[1], 0, pd.Series([1.0, 0.5]), pvalues)])
    row = random_calls(joined, {"sets": rankings}, 0.05).iloc[0]
    assert (row["sets"], row["called"], row["called_alone"]) == (7, 6, 6)
    assert (row["random"], row["random_called"], row["random_below_0.05"]) == (5, 2, 4)
    assert row["expected"] == pytest.approx(7e-4) and row["random_expected"] == pytest.approx(5e-4)
