"""Figures of quality, markers and pathways: content, and odd input."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from recurseq.design.calling import CallingRule
from recurseq.design.groups import sample_groups
from recurseq.figures.colours import QUIET
from recurseq.figures.contrast import About
from recurseq.figures.enrichment import dotplot_figure, running_figure, top_sets
from recurseq.figures.markers import forest_figure, markers_figure
from recurseq.figures.parts import brief_names, cluster_order
from recurseq.figures.quality import (
    association_figure,
    distance_figure,
    library_figure,
    pca_figure,
    quality_figures,
    sex_figure,
    shape_column,
)
from recurseq.figures.style import save
from recurseq.qc.components import associations, principal_components, sample_distances

pytestmark = pytest.mark.slow

ABOUT = About("early v none (6 v 5 samples)", CallingRule(0.05, 0.0, 1.0), simulated=True)


def joined(figure):
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def saved(figure, folder):
    save(figure, folder / "f.svg")
    ET.parse(folder / "f.svg")
    return (folder / "f.svg").read_text()


def sheet_of(samples):
    return pd.DataFrame(
        {
            "group": pd.Categorical(["late", "early"] * (samples // 2), ["late", "early"]),
            "plate": ["p1"] * (samples // 2) + ["p2"] * (samples - samples // 2),
        },
        index=[f"s{i}" for i in range(samples)],
    )


def quality_of(samples, seed=0):
    """Tables as they are read back, of made-up samples with two plates apart."""
    rng = np.random.default_rng(seed)
    sheet = sheet_of(samples)
    values = rng.normal(8, 1, (samples, 50)) + 2 * (sheet["plate"] == "p2").to_numpy()[:, None]
    vst = pd.DataFrame(values, sheet.index, [f"g{i:02d}" for i in range(50)])
    scores, variance = principal_components(vst)
    names = sheet.index.astype(object)
    return sheet, {
        "pca": scores,
        "pca_variance": variance,
        "pca_association": associations(scores, sheet),
        "distances": sample_distances(vst),
        "library_sizes": pd.DataFrame(
            {
                "sample_id": names,
                "library_size": rng.integers(1_000_000, 9_000_000, samples),
                "detected_genes": rng.integers(10_000, 20_000, samples),
                "top_50_share": rng.uniform(0.2, 0.4, samples),
            }
        ),
        "sex_check": pd.DataFrame(
            {
                "sample_id": names,
                "xist": [9.0, 0.0] * (samples // 2),
                "y_genes": [0.5, 9.0] * (samples // 2),
                "inferred": ["female", "male"] * (samples // 2),
                "agrees": pd.array([True, False] + [None] * (samples - 2), dtype="boolean"),
            }
        ),
        "flags": pd.DataFrame({"sample_id": ["s1"], "flag": ["sex"]}),
    }


@pytest.mark.parametrize("factor", ["group", ""])
def test_every_figure_of_two_samples(factor, tmp_path):
    sheet, tables = quality_of(2)
    figures = quality_figures(sheet, factor, tables, True)
    assert list(figures) == ["pca", "associations", "distances", "library_sizes", "sex_check"]
    for figure in figures.values():
        assert "simulated data" in saved(figure, tmp_path)


def test_components_without_a_batch_have_a_figure_of_their_own(tmp_path):
    sheet, tables = quality_of(8)
    tables["pca_batch_removed"] = tables["pca"]
    tables["pca_batch_removed_variance"] = tables["pca_variance"]
    figures = quality_figures(sheet, "group", tables, False, ["plate", "age"])
    assert list(figures)[:2] == ["pca", "pca_batch_removed"]
    assert "effect of plate and age taken off" in saved(figures["pca_batch_removed"], tmp_path)
    assert "taken off" not in saved(figures["pca"], tmp_path)


def test_four_hundred_samples_are_drawn_without_names(tmp_path):
    sheet, tables = quality_of(400)
    groups = sample_groups(sheet, "group")
    figure = distance_figure(tables["distances"], groups)
    assert "s17" not in joined(figure)
    assert len(saved(figure, tmp_path)) < 1_000_000
    assert "late (200)" in joined(pca_figure(tables["pca"], tables["pca_variance"], groups))


def test_pca_says_the_variance_and_names_the_flagged():
    sheet, tables = quality_of(12)
    groups = sample_groups(sheet, "group")
    figure = pca_figure(tables["pca"], tables["pca_variance"], groups, sheet["plate"], ["s1"])
    share = tables["pca_variance"]["variance_explained"]
    assert f"PC1 ({share[0]:.1%} of the variance)" in figure.axes[0].get_xlabel()
    assert "s1" in [text.get_text() for text in figure.axes[0].texts]
    text = joined(figure)
    assert "late (6)" in text
    assert "plate: p2" in text
    drawn = sum(len(dots.get_offsets()) for dots in figure.axes[0].collections)
    assert drawn == 12 + 1  # the samples, and the ring around the flagged one


def test_shape_shows_the_column_that_matters_and_nothing_redundant():
    sheet, tables = quality_of(12)
    assert shape_column(sheet, "group", tables["pca_association"]) == "plate"
    sheet["status"] = sheet["group"].map({"late": "good", "early": "bad"}).astype(str)
    sheet["gaps"] = ["x", "y"] + [None] * 10
    table = associations(tables["pca"], sheet[["group", "status", "gaps"]])
    assert shape_column(sheet, "group", table) is None


def test_groups_keep_the_order_of_levels_and_lose_empty_ones():
    sheet = pd.DataFrame({"g": pd.Categorical(["b", "a"], ["c", "b", "a"]), "t": ["y", "x"]})
    assert list(sample_groups(sheet, "g").cat.categories) == ["b", "a"]
    assert list(sample_groups(sheet, "t").cat.categories) == ["x", "y"]
    assert list(sample_groups(sheet, "").cat.categories) == ["all samples"]


def test_association_cells_and_stars():
    table = pd.DataFrame(
        {
            "component": ["PC1", "PC2"],
            "column": ["batch", "batch"],
            "adjusted_r_squared": [0.91, np.nan],
            "padj": [0.001, np.nan],
        }
    )
    text = joined(association_figure(table))
    assert "0.91*" in text
    assert "no column" in joined(association_figure(table.iloc[:0]))


def test_neighbours_in_the_clustering_are_the_near_ones():
    place = np.array([0.0, 10.0, 0.1, 10.2, 0.2])
    order = cluster_order(np.abs(place[:, None] - place[None]))
    assert np.all(np.diff(place[order]) > 0) or np.all(np.diff(place[order]) < 0)
    assert list(cluster_order(np.zeros((2, 2)))) == [0, 1]


def test_sex_marks_contradictions_and_says_when_genes_are_missing():
    _, tables = quality_of(4)
    text = joined(sex_figure(tables["sex_check"]))
    assert "contradicts the sheet (1)" in text
    assert "s1" in text
    empty = tables["sex_check"].assign(xist=np.nan)
    assert "not found by name" in joined(sex_figure(empty))


def test_empty_libraries_do_not_break_the_axis(tmp_path):
    sheet, tables = quality_of(4)
    sizes = tables["library_sizes"].assign(library_size=0, top_50_share=np.nan)
    saved(library_figure(sizes, sample_groups(sheet, "group"), ["s1"]), tmp_path)


def marker_values(genes, sheet):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        [
            (f"id{g}", f"G{g}", sample, group, rng.integers(0, 5000))
            for g in range(genes)
            for sample, group in sheet["group"].items()
        ],
        columns=["gene_id", "gene_name", "sample_id", "group", "normalized"],
    )


def test_markers_follow_the_panel_and_stop_at_twenty_four():
    sheet = sheet_of(12)
    order = [f"id{g}" for g in (5, 2, 2, *range(6, 40), "_absent")]
    figure = markers_figure(marker_values(30, sheet), sample_groups(sheet, "group"), order)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    titles = [title for title in titles if title]
    assert titles[:3] == ["G5", "G2", "G6"]
    assert len(titles) == 24
    drawn = [len(dots.get_offsets()) for dots in figure.axes[0].collections[::2]]
    assert drawn == [6, 6]  # the points of each group; every other collection is a median


def test_markers_of_one_group_zeros_and_none_at_all(tmp_path):
    sheet = sheet_of(2)
    values = marker_values(1, sheet).assign(normalized=0.0)
    saved(markers_figure(values, sample_groups(sheet, ""), ["id0"], True), tmp_path)
    figure = markers_figure(values.iloc[:0], sample_groups(sheet, ""), [])
    assert "no gene of the panel is in the count matrix" in joined(figure)


def marker_table():
    rows = [("A", "id1", "c1", -2.0, "as expected"), ("B", "id2", "c1", 25.0, "opposite"),
            ("C", None, "c1", np.nan, "not tested"), ("A", "id1", "c2", 0.1, "not significant"),
            ("B", "id2", "c2", np.nan, "not tested"), ("D", "id4", "c1", 1.0, "no expectation"),
            ("E", "id5", "c1", 0.5, "not significant"), ("F", "id6", "c1", 0.4, "not significant"),
            *((f"M{i}", f"m{i}", "c1", 0.3, "not significant") for i in range(20))]  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["query", "gene_id", "contrast", "log2FoldChange", "verdict"]
    )
    return table.assign(
        gene_name=table["query"],
        ci_lower=table["log2FoldChange"] - 0.5,
        ci_upper=table["log2FoldChange"] + 0.5,
        numerator="case",
        denominator="control",
        n_numerator=pd.array([4] * len(table), dtype="Int64"),
        n_denominator=pd.array([3] * len(table), dtype="Int64"),
    )


def test_forest_draws_estimates_verdicts_and_groups(tmp_path):
    figure = forest_figure(marker_table(), simulated=True)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[:4] == ["A", "B", "D", "E"]  # C has no estimate in any contrast
    text = joined(figure)
    assert "case (4)\nv control (3)" in text
    assert "25 of 26 panel genes" in text
    assert figure.axes[0].get_xlim()[1] < 10  # the endless change of B does not hide the others
    legend = [entry.get_text().strip() for entry in figure.legends[0].get_texts()]
    assert legend == ["as expected", "opposite", "no expectation", "not significant"]
    saved(figure, tmp_path)
    nothing = marker_table().assign(log2FoldChange=np.nan)
    assert "no gene of the panel has an estimate" in joined(forest_figure(nothing))


def gsea_table(sets=40, seed=3):
    rng = np.random.default_rng(seed)
    nes = rng.normal(0, 1.5, sets)
    return pd.DataFrame(
        {
            "set": [f"SET_{i}_$x$" for i in range(sets)],
            "NES": nes,
            "padj": 1e-9,  # of the scores, which call every set and decide none
            "competitivePvalue": rng.uniform(size=sets) / 10,
            "competitivePadj": rng.uniform(size=sets),
            "leading_edge_size": rng.integers(3, 60, sets),
        }
    )


def test_dot_plot_takes_the_smallest_pvalues_of_each_side(tmp_path):
    table = gsea_table()
    shown = top_sets(table, 12)
    for side in (shown[shown["NES"] > 0], shown[shown["NES"] < 0]):
        rest = table[
            ~table["set"].isin(shown["set"])
            & (np.sign(table["NES"]) == np.sign(side["NES"].iloc[0]))
        ]
        assert len(side) == 12 or rest.empty
        assert rest.empty or side["competitivePvalue"].max() <= rest["competitivePvalue"].min()
    assert shown["NES"].is_monotonic_decreasing
    figure = dotplot_figure(table, ABOUT, "hallmark")
    assert f"{(table['competitivePadj'] < 0.05).sum()} of 40 sets" in joined(figure)
    assert shown["set"].iloc[0].replace("_", " ") in saved(figure, tmp_path)


def test_dot_plot_of_no_sets_and_of_nothing_significant(tmp_path):
    assert "no gene set" in joined(dotplot_figure(gsea_table().iloc[:0], ABOUT, "c"))
    figure = dotplot_figure(gsea_table(1).assign(competitivePadj=1.0), ABOUT, "c")
    assert "0 of 1 sets" in joined(figure)
    saved(figure, tmp_path)


def test_running_score_of_one_gene_by_hand(tmp_path):
    ranking = pd.Series([3.0, 2.0, 1.0, -1.0, -2.0], list("abcde"))
    table = pd.DataFrame(
        {"set": ["top"], "NES": [1.5], "competitivePvalue": [0.01], "competitivePadj": [0.02]}
    )
    figure = running_figure(table, ranking, {"top": ["c", "zz"]}, ABOUT, "c")
    x, y = figure.axes[0].lines[0].get_data()
    # One hit at rank 3 of 5: a quarter down twice, one up, a quarter down twice.
    curve = np.interp([1, 2, 3, 4, 5], x, y)
    np.testing.assert_allclose(curve, [-0.25, -0.5, 0.5, 0.25, 0], atol=1e-12)
    assert "NES 1.50, adj. p 2.0e-02, 1 genes" in joined(figure)
    saved(figure, tmp_path)


def test_running_scores_show_six_sets_or_say_why_not():
    ranking = pd.Series(np.linspace(4, -4, 100), [f"g{i}" for i in range(100)])
    table = gsea_table(9)
    sets = {name: [f"g{i}" for i in range(k, k + 10)] for k, name in enumerate(table["set"])}
    figure = running_figure(table, ranking, sets, ABOUT, "c")
    assert sum(bool(axes.get_title(loc="left")) for axes in figure.axes) == 6
    assert "no gene set" in joined(running_figure(table.iloc[:0], ranking, sets, ABOUT, "c"))


def test_long_sample_names_are_cut_where_they_differ():
    ends = "-11R-A131-07"
    names = [f"TCGA-DD-A118-01A{ends}", f"TCGA-DD-A118-11A{ends}", f"TCGA-CC-A3MB-01A{ends}"]
    assert brief_names(names) == [f"{name.removesuffix(ends)}…" for name in names]
    assert brief_names(["ER01", "NL02"]) == ["ER01", "NL02"]
    assert brief_names([]) == []
    rng = np.random.default_rng(0)
    many = ["".join(rng.choice(list("ab-"), 30)) for _ in range(50)]
    assert len(set(brief_names(many))) == len(set(many))


def test_the_diagonal_of_the_distances_is_grey_and_explained():
    sheet, tables = quality_of(6)
    figure = distance_figure(tables["distances"], sample_groups(sheet, "group"))
    image = figure.axes[1].images[0].get_array()
    assert np.isnan(np.diagonal(np.ma.filled(image, np.nan))).all()
    assert figure.axes[1].get_facecolor()[:3] == to_rgb(QUIET)
    assert "grey: a sample and itself" in " ".join(joined(figure).split())
