"""What the figures show, and that odd input draws rather than crashes."""

import itertools
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.figures import colours, style
from recurseq.figures.contrast import (
    About,
    about,
    ma_figure,
    named_genes,
    pvalue_figure,
    volcano_figure,
)
from recurseq.figures.heatmap import top_genes_figure, top_of
from recurseq.figures.labels import place_labels
from recurseq.figures.model import dispersion_figure
from recurseq.figures.sample_heatmap import order_within

pytestmark = pytest.mark.slow

ABOUT = About("early v none (6 v 5 samples)", CallingRule(0.05, 0.0, 1.0), simulated=True)
HOSTILE = r"$\frac{1}{0}$_<b>&amp;</b>"


def contrast_table(genes=300, seed=2, called=True):
    rng = np.random.default_rng(seed)
    change = rng.normal(0, 1.5, genes)
    pvalue = rng.uniform(size=genes) ** (3 if called else 1)
    padj = np.minimum(pvalue * 3, 1)
    padj[::7] = np.nan
    significant = (padj < 0.05) & (np.abs(change) >= 1) & called
    table = pd.DataFrame(
        {
            "gene_id": [f"ENSG{i:05d}" for i in range(genes)],
            "gene_name": [f"GENE{i}" for i in range(genes)],
            "baseMean": rng.lognormal(5, 2, genes),
            "log2FoldChange": change,
            "lfcSE": 0.5,
            "stat": change / 0.5,
            "pvalue": pvalue,
            "padj": padj,
            "padjThreshold": np.nan,
            "significant": pd.array(significant, dtype="boolean"),
            "direction": np.where(significant, np.where(change > 0, "up", "down"), "none"),
        }
    )
    table.loc[0, ["log2FoldChange", "lfcSE", "stat", "pvalue", "padj"]] = np.nan
    table.loc[0, "baseMean"] = 0.0
    return table


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def joined(figure):
    return "\n".join(texts(figure))


def points(axes, label):
    return sum(len(dots.get_offsets()) for dots in axes.collections if dots.get_label() == label)


def groups_of(samples=11):
    values = pd.Categorical(["none", "early"] * (samples // 2) + ["early"] * (samples % 2),
                            ["none", "early"])  # fmt: skip
    return pd.Series(values, [f"s{i}" for i in range(samples)])


def vst_of(table, samples=11):
    values = np.random.default_rng(5).normal(8, 1, (samples, len(table)))
    return pd.DataFrame(values, groups_of(samples).index, table["gene_id"])


def saved(figure, folder):
    style.save(figure, folder / "f.svg")
    ET.parse(folder / "f.svg")
    assert (folder / "f.png").read_bytes()[:4] == b"\x89PNG"
    return folder / "f.svg"


@pytest.mark.parametrize("draw", [ma_figure, volcano_figure])
def test_every_gene_is_drawn_once_in_its_colour(draw):
    table = contrast_table()
    figure = draw(table, ABOUT)
    column = "padj" if draw is volcano_figure else "log2FoldChange"
    shown = table[table[column].notna()]
    for direction in ("up", "down", "none"):
        assert points(figure.axes[0], direction) == (shown["direction"] == direction).sum()


@pytest.mark.parametrize("draw", [ma_figure, volcano_figure])
def test_title_names_contrast_groups_and_thresholds(draw):
    text = joined(draw(contrast_table(), ABOUT))
    assert "early v none (6 v 5 samples)" in text
    assert "padj < 0.05" in text
    assert "|log2FC| ≥ 1" in text
    assert "simulated data" in text


def test_simulated_is_said_only_where_it_is_true():
    real = About("a v b", CallingRule(0.05))
    assert "simulated" not in joined(pvalue_figure(contrast_table(), real))


def test_panel_genes_are_named_called_or_not():
    table = contrast_table()
    called = table[table["significant"] & table["padj"].notna()]["gene_name"].iloc[-1]
    quiet = table[~table["significant"] & (table["padj"] > 0.5)]["gene_name"].iloc[0]
    shown = texts(volcano_figure(table, ABOUT, [called.lower(), quiet]))
    assert called in shown
    assert quiet in shown


def test_panel_comes_before_rank_and_uncalled_ones_in_panel_order():
    table = contrast_table()
    quiet = table[~table["significant"]]["gene_name"].tolist()[1:4]
    called = table[table["significant"]]
    weakest = called.sort_values("pvalue")["gene_id"].iloc[-1]
    chosen = table.loc[named_genes(table, [*quiet[::-1], weakest])]
    assert chosen["gene_id"].iloc[0] == weakest
    assert chosen["gene_name"].tolist()[-3:] == quiet[::-1]
    assert chosen["pvalue"].iloc[1] == called["pvalue"].min()


def test_changes_beyond_the_axis_are_triangles_at_its_edge():
    table = contrast_table(genes=1000)
    table.loc[5, "log2FoldChange"] = 30.0
    axes = ma_figure(table, ABOUT).axes[0]
    assert axes.get_ylim()[1] < 10
    highest = max(
        dots.get_offsets()[:, 1].max() for dots in axes.collections if len(dots.get_offsets())
    )
    assert highest < axes.get_ylim()[1]


def test_nothing_called_is_said():
    table = contrast_table(called=False)
    for draw in (ma_figure, volcano_figure):
        assert "no gene is called at these thresholds" in joined(draw(table, ABOUT))


def test_threshold_test_is_the_height_of_the_volcano():
    table = contrast_table()
    table["padjThreshold"] = table["padj"] ** 0.5
    subject = About("a v b", CallingRule(0.05, 0.5))
    figure = volcano_figure(table, subject)
    assert "padjThreshold" in figure.axes[0].get_ylabel()
    assert "padjThreshold < 0.05 (against |log2FC| ≤ 0.5)" in joined(figure)


def test_zero_pvalues_stay_on_the_page():
    table = contrast_table()
    table.loc[3, ["pvalue", "padj"]] = 0.0
    axes = volcano_figure(table, ABOUT).axes[0]
    heights = np.concatenate([dots.get_offsets()[:, 1] for dots in axes.collections])
    assert np.isfinite(heights).all()


def test_histogram_counts_every_pvalue_and_estimates_the_unchanged():
    table = contrast_table(genes=400)
    table["pvalue"] = np.r_[np.full(200, 0.001), (np.arange(200) + 0.5) / 200]
    figure = pvalue_figure(table, ABOUT)
    bars = [patch.get_height() for patch in figure.axes[0].patches]
    assert sum(bars) == 400
    assert bars[0] == 205
    assert "estimated unchanged: 50%" in joined(figure)


@pytest.mark.parametrize("rows", [[], [0]])
def test_tables_without_a_test_draw_and_say_so(rows, tmp_path):
    table = contrast_table().iloc[rows]
    vst = vst_of(contrast_table())
    for figure in (
        ma_figure(table, ABOUT),
        volcano_figure(table, ABOUT),
        pvalue_figure(table, ABOUT),
        top_genes_figure(table, vst, groups_of(), ABOUT),
    ):
        assert any(text.startswith("no gene") for text in texts(figure))
    saved(figure, tmp_path)


def test_hostile_names_are_drawn_as_they_are(tmp_path):
    table = contrast_table(genes=40)
    table["significant"] = table["padj"].notna().astype("boolean")
    table["gene_name"] = [HOSTILE, "x" * 300, "a\tb\nc\x07", "_hidden", *table["gene_name"][4:]]
    table.loc[:3, "padj"] = [0.001, 0.002, 0.003, 0.004]
    subject = About(HOSTILE, CallingRule(0.05, 0.0, 1.0))
    groups = groups_of().cat.rename_categories({"none": HOSTILE, "early": "_hidden"})
    figure = top_genes_figure(table, vst_of(table), groups, subject)
    root = ET.parse(saved(figure, tmp_path)).getroot()
    written = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert HOSTILE in written
    assert not any("x" * 60 in text for text in written)
    assert any("_hidden" in text.get_text() for text in figure.legends[0].get_texts())
    for draw in (ma_figure, volcano_figure):
        saved(draw(table, subject, [HOSTILE]), tmp_path)


def test_same_table_gives_the_same_bytes(tmp_path):
    for name in "ab":
        figure = volcano_figure(contrast_table(), ABOUT, ["GENE7"])
        style.save(figure, tmp_path / f"{name}.svg")
    for kind in ("svg", "pdf", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_settings_of_the_caller_are_left_alone():
    before = dict(matplotlib.rcParams)
    volcano_figure(contrast_table(), ABOUT)
    assert dict(matplotlib.rcParams) == before


def test_many_genes_stay_a_small_file(tmp_path):
    figure = ma_figure(contrast_table(genes=20_000), ABOUT)
    assert saved(figure, tmp_path).stat().st_size < 500_000


def test_names_cover_neither_each_other_nor_the_edge():
    figure = style.new_figure(5, 4)
    axes = figure.add_subplot()
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 0.15, 25), rng.normal(0, 0.15, 25)
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    drawn = place_labels(axes, x, y, [f"LABEL{i}" for i in range(25)])
    assert len(drawn) == 25
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer).shrunk(0.95, 0.9) for text in axes.texts]
    frame = axes.get_window_extent(renderer)
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1


def test_names_that_find_no_place_are_left_out():
    figure = style.new_figure(1.2, 1)
    axes = figure.add_subplot()
    drawn = place_labels(axes, [0.5] * 30, [0.5] * 30, ["LONG NAME"] * 30)
    assert len(drawn) < 30


def test_heatmap_shows_the_forty_smallest_and_keeps_groups_together():
    table = contrast_table()
    top = top_of(table, "padj")
    assert len(top) == 40
    assert top["padj"].max() <= table.loc[~table.index.isin(top.index), "padj"].min()
    groups = groups_of()
    scores = np.random.default_rng(1).normal(size=(40, 11))
    order = order_within(scores, groups)
    assert sorted(order) == list(range(11))
    assert list(groups.iloc[order]) == ["none"] * 5 + ["early"] * 6
    figure = top_genes_figure(table, vst_of(table), groups, ABOUT)
    rows = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert sorted(rows) == sorted(top["gene_name"])


def test_heatmap_of_four_hundred_samples_and_of_constant_genes(tmp_path):
    table = contrast_table()
    vst = vst_of(table, 400)
    vst[top_of(table, "padj")["gene_id"].iloc[0]] = 3.0
    figure = top_genes_figure(table, vst, groups_of(400), ABOUT)
    saved(figure, tmp_path)
    assert not figure.axes[1].get_xticklabels()


def test_comparison_counts_samples_within_the_fixed_level():
    samples = pd.DataFrame(
        {
            "group": pd.Categorical(list("aabbcc")),
            "sex": pd.Categorical(list("mfmfmf")),
            "age": [1.0, 2, 3, 4, 5, 6],
        }
    )
    rule = CallingRule(0.1, 0.0, 1.0)
    contrast = Contrast("x", rule, "group", ("b", "c"), ("a",), {"sex": "m"})
    subject = about(contrast, samples, False)
    assert subject.title == "b and c v a (sex = m) (2 v 1 samples)"
    assert subject.rule is rule
    slope = Contrast("x", rule, coefficients={"age": 1.0})
    assert about(slope, samples, False).title == "+1 × age (6 samples in the model)"


def test_dispersions_keep_outliers_apart(tmp_path):
    rng = np.random.default_rng(4)
    genes = pd.DataFrame(
        {
            "baseMean": [*rng.lognormal(5, 2, 200), 0.0, 8.0],
            "dispGeneEst": [*rng.lognormal(-2, 1, 199), 1e-12, np.nan, np.nan],
            "dispFit": 0.2,
            "dispersion": [*np.full(200, 0.2), np.nan, np.nan],
            "dispOutlier": [True] * 3 + [False] * 199,
        }
    )
    figure = dispersion_figure(genes, 12, simulated=True)
    text = joined(figure)
    assert "200 genes, 12 samples" in text
    assert "outlier, not shrunken (3)" in text
    assert "gene-wise below the axis" in text
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"
    saved(figure, tmp_path)
    assert "no gene was fitted" in texts(dispersion_figure(genes.iloc[200:], 12))


def test_ticks_are_plain_text():
    shown = [style.plain_number(value) for value in (0.001, 0.1, 1, 1000, 1e5, 1e-8, 0)]
    assert shown == ["0.001", "0.1", "1", "1,000", "10⁵", "10⁻⁸", "0"]


def test_colours_follow_the_order_of_levels_and_never_run_out():
    assert list(colours.group_colours(["b", "a"]).items()) == [
        ("b", colours.GROUPS[0]),
        ("a", colours.GROUPS[1]),
    ]
    assert len(set(colours.group_colours(range(30)).values())) == 30


@pytest.mark.parametrize("width", [style.HALF, style.WIDE])
@pytest.mark.parametrize("labels", [2, 9])
def test_title_key_panels_and_note_stay_apart_and_inside(width, labels):
    figure = style.new_figure(width, 3)
    figure.add_subplot().set(xlabel="across", ylabel="up")
    key = {f"a rather long level of a factor {i}": {"color": "red"} for i in range(labels)}
    style.heading(figure, "words of a title " * 9, "facts of a note " * 12, True, key)
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    title, note = figure.texts
    boxes = [
        part.get_window_extent(renderer)
        for part in (title, figure.legends[0], figure.axes[0], note)
    ]
    boxes[2] = figure.axes[0].get_tightbbox(renderer)
    for upper, lower in itertools.pairwise(boxes):
        assert upper.y0 >= lower.y1 - 1
    for box in boxes:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
    assert boxes[0].y1 <= figure.bbox.y1
    assert boxes[-1].y0 >= 0
    assert figure.axes[0].bbox.height > 2 * figure.dpi  # the texts did not take the panel's room
    assert " ".join(title.get_text().split()) == " ".join(("words of a title " * 9).split())


def test_called_panel_genes_are_named_in_panel_order_and_few():
    table = contrast_table(genes=600)
    called = table[table["significant"]].sort_values("pvalue")["gene_name"].tolist()
    quiet = table[~table["significant"]]["gene_name"].tolist()
    chosen = table.loc[named_genes(table, [*quiet[:30], *called[::-1]]), "gene_name"].tolist()
    assert chosen == called[::-1][:14]  # the panel holds all called genes: no others are left
    chosen = table.loc[named_genes(table, quiet[:30]), "gene_name"].tolist()
    assert chosen == [*called[:14], *quiet[:6]]


def test_names_leave_a_crowd_for_free_space():
    figure = style.new_figure(5, 4)
    axes = figure.add_subplot()
    crowd = np.random.default_rng(3).normal(0, 0.1, (2000, 2))
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    names = [f"NAME{i}" for i in range(6)]
    assert place_labels(axes, *crowd[:6].T, names, avoid=crowd) == names
    renderer = figure.canvas.get_renderer()
    pixels = axes.transData.transform(crowd)
    for text in axes.texts:
        box = text.get_window_extent(renderer)
        inside = (pixels >= [box.x0, box.y0]) & (pixels <= [box.x1, box.y1])
        assert inside.all(axis=1).sum() <= 5
    assert len(axes.lines) >= 4  # names that had to move are led back to their points
