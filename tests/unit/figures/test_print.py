"""Figures in print: axes that no gene stretches, arrows, sizes, and no words over others."""

import re
import struct

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from recurseq.design.calling import CallingRule
from recurseq.figures import style
from recurseq.figures.contrast import About, ma_figure, pvalue_figure, volcano_figure
from recurseq.figures.heatmap import top_genes_figure
from recurseq.figures.intervals import forest_limit
from recurseq.figures.limits import beyond_words, robust_limit, robust_range
from recurseq.figures.markers import forest_figure
from recurseq.figures.quality import association_figure, distance_figure
from recurseq.figures.ratios import model_forest_figure
from recurseq.figures.replication import replication_forest_figure
from support.drawn import collisions, outside

pytestmark = pytest.mark.slow

ABOUT = About("early v none (6 v 5 samples)", CallingRule(0.05, 0.0, 1.0), simulated=True)


def genes(count=2000, seed=3):
    random = np.random.default_rng(seed)
    change = random.normal(0, 1.2, count)
    padj = np.clip(10 ** -(np.abs(change) ** 2 * random.uniform(0, 3, count)), 1e-30, 1)
    called = (padj < 0.05) & (np.abs(change) >= 1)
    return pd.DataFrame(
        {
            "gene_id": [f"ENSG{i:05d}" for i in range(count)],
            "gene_name": [f"GENE{i}" for i in range(count)],
            "baseMean": random.lognormal(5, 2, count),
            "log2FoldChange": change,
            "pvalue": padj / 3,
            "padj": padj,
            "padjThreshold": np.nan,
            "significant": pd.array(called, dtype="boolean"),
            "direction": np.where(called, np.where(change > 0, "up", "down"), "none"),
        }
    )


def drawn(figure):
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def at_the_edge(axes):
    """Points that lie on the outermost places of either axis and are no dots."""
    shapes = [dots for dots in axes.collections if dots.get_label() in ("up", "down", "none")]
    return sum(len(d.get_offsets()) for d in shapes if len(d.get_paths()[0].vertices) < 10)


@pytest.mark.parametrize("count", [30, 300, 5000])
def test_one_value_never_decides_a_limit(count):
    values = np.abs(np.random.default_rng(1).normal(size=count))
    for extreme in (1e3, 1e9, np.inf):
        with_one = robust_limit(np.append(values, extreme))
        assert with_one <= 1.25 * values.max()
        assert with_one >= np.quantile(values, 0.9)
    low, high = robust_range(np.append(values, [1e9, -1e9]))
    assert -5 < low < values.min() + 1e-9 and values.max() * 0.7 < high < 1.4 * values.max()


def test_a_limit_without_extremes_is_the_largest_value():
    assert robust_limit(np.linspace(0, 3, 1000)) == 3
    assert robust_limit(np.array([]), 2.0) == 2
    assert robust_limit(np.array([0.1, np.nan]), 1.0) == 1


@pytest.mark.parametrize("draw", [volcano_figure, ma_figure])
def test_a_single_gene_does_not_stretch_the_picture(draw):
    table = genes()
    usual = draw(table, ABOUT).axes[0]
    stretched = table.copy()
    stretched.loc[5, ["log2FoldChange", "baseMean", "padj", "pvalue"]] = [
        40.0,
        1e12,
        1e-300,
        1e-300,
    ]
    figure = draw(stretched, ABOUT)
    axes = figure.axes[0]
    for one, other in ((axes.get_xlim(), usual.get_xlim()), (axes.get_ylim(), usual.get_ylim())):
        if axes.get_xscale() == "log" and one == axes.get_xlim():
            one, other = np.log10(one), np.log10(other)
        np.testing.assert_allclose(one, other, rtol=0.3)
    told = re.search(r"([\d,]+) genes? lies? beyond|([\d,]+) genes? lie beyond", drawn(figure))
    assert at_the_edge(axes) == int(next(filter(None, told.groups())))


def test_the_number_beyond_is_told_and_only_then():
    assert beyond_words(0) == ""
    assert beyond_words(1) == "1 gene lies beyond the axes: triangles"
    assert beyond_words(1200) == "1,200 genes lie beyond the axes: triangles"
    table = genes()
    table["log2FoldChange"] = np.linspace(-2, 2, len(table))
    table["padj"] = np.linspace(0.01, 1, len(table))
    assert "beyond" not in drawn(volcano_figure(table, ABOUT))


def test_pvalues_of_zero_are_triangles_at_the_top():
    table = genes()
    table.loc[:2, "padj"] = 0.0
    axes = volcano_figure(table, ABOUT).axes[0]
    heights = np.concatenate([dots.get_offsets()[:, 1] for dots in axes.collections])
    assert np.isfinite(heights).all() and heights.max() < axes.get_ylim()[1]
    assert at_the_edge(axes) >= 3


def panel(contrasts=3, wide=30.0):
    rows = []
    for number in range(contrasts):
        for gene in range(12):
            change = 0.4 * gene - 2 + number
            half = wide if (number, gene) == (1, 4) else 0.8
            rows.append(
                {
                    "contrast": f"c{number}", "numerator": "early_recurrence",
                    "denominator": "no_recurrence", "n_numerator": 11, "n_denominator": 10,
                    "query": f"G{gene}", "gene_id": f"E{gene}", "gene_name": f"GENE{gene}",
                    "log2FoldChange": change, "ci_lower": change - half,
                    "ci_upper": change + half, "verdict": "as expected",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def arrows(figure):
    found = [line for axes in figure.axes for line in axes.lines if line.get_marker() in "<>"]
    return [(line.get_marker(), line.get_xdata()[0]) for line in found]


def test_forests_of_all_contrasts_have_one_scale_and_arrows_where_they_are_cut():
    table = panel()
    figure = forest_figure(table)
    limits = {axes.get_xlim() for axes in figure.axes}
    assert len(limits) == 1
    ((low, high),) = limits
    assert high < 10
    assert sorted(arrows(figure)) == [("<", low), (">", high)]  # both ends of the one that is cut
    assert "arrows: beyond the axis" in drawn(figure)
    calm = forest_figure(panel(1, wide=0.8))
    assert arrows(calm) == [] and "arrows" not in drawn(calm)


def test_an_estimate_beyond_the_axis_is_an_arrow_to_its_side():
    table = panel(wide=0.8)
    table.loc[3, ["log2FoldChange", "ci_lower", "ci_upper"]] = [-25.0, -27.0, -23.0]
    figure = forest_figure(table)
    ((mark, place),) = arrows(figure)
    assert mark == "<" and place == figure.axes[0].get_xlim()[0]


def test_the_axis_of_a_forest_holds_nine_of_ten_ends():
    ends = np.random.default_rng(0).uniform(0, 3, 200)
    assert forest_limit(ends, 0.1) == pytest.approx(1.05 * ends.max())
    with_some = np.append(ends, np.full(10, 1e6))
    limit = forest_limit(with_some, 0.1)
    assert limit == pytest.approx(1.5 * np.quantile(with_some, 0.9, method="lower"))
    assert (with_some <= limit).mean() >= 0.9
    assert forest_limit(np.array([np.nan]), 2.0) == 2
    assert forest_limit(ends, 0.1, 0.5) == 0.5


def ratios(upper=1e5):
    terms = [
        {"term": f"term with a name {i}", "level": None, "reference": None, "model": model,
         "ratio": 1.2 + 0.1 * i, "lower": 0.7, "upper": 3.0 if i else upper, "pvalue": 0.04,
         "note": None}
        for i in range(8) for model in ("univariable", "multivariable")
    ]  # fmt: skip
    return pd.DataFrame(terms)


def test_a_ratio_without_an_end_does_not_stretch_the_axis():
    figure = model_forest_figure(ratios(), "t", "hazard ratio", "n")
    low, high = figure.axes[0].get_xlim()
    assert high < 10 and low <= 0.7
    assert arrows(figure) == [(">", high), (">", high)]
    assert "(0.70–100000.00)" in drawn(figure)  # the number is told beside it


def meta(genes_=10):
    random = np.random.default_rng(2)
    table = {"gene_name": [f"GENE{i}" for i in range(genes_)], "panel": True, "method": "random"}
    for name in ("this", "a_cohort_of_others", "third"):
        table[f"log2FoldChange_{name}"] = random.normal(0, 1.5, genes_)
        table[f"lfcSE_{name}"] = 0.4
    frame = pd.DataFrame(table)
    frame["log2FoldChange"] = frame["log2FoldChange_this"]
    frame["ci_lower"], frame["ci_upper"] = frame["log2FoldChange"] - 1, frame["log2FoldChange"] + 1
    return frame


def samples(count=30):
    names = [f"TCGA-DD-A1{i:02d}-01A-11R-A131-07" for i in range(count)]
    levels = ["no_recurrence", "early_recurrence"]
    return pd.Series(pd.Categorical([levels[i % 2] for i in range(count)], levels), names)


def distances(groups):
    random = np.random.default_rng(4).uniform(20, 60, (len(groups), len(groups)))
    table = pd.DataFrame(random + random.T, columns=list(groups.index))
    table.insert(0, "sample_id", list(groups.index))
    return table


def associations():
    rows = [
        (f"PC{c}", f"a column of the sheet {i}", 0.1 * c) for c in range(1, 7) for i in range(9)
    ]
    table = pd.DataFrame(rows, columns=["component", "column", "adjusted_r_squared"])
    return table.assign(padj=0.01, pvalue=0.001, r_squared=0.5, kind="categorical", n=30)


def expression(table, groups):
    values = np.random.default_rng(5).normal(8, 1, (len(groups), len(table)))
    return pd.DataFrame(values, groups.index, table["gene_id"])


def every_kind():
    table, groups = genes(), samples()
    long = table.assign(gene_name=[f"LONGGENENAME{i}-AS1" for i in range(len(table))])
    return {
        "volcano": lambda: volcano_figure(table, ABOUT, [f"GENE{i}" for i in range(40)]),
        "volcano, long names": lambda: volcano_figure(long, ABOUT),
        "ma": lambda: ma_figure(table, ABOUT, [f"GENE{i}" for i in range(40)]),
        "ma, long names": lambda: ma_figure(long, ABOUT),
        "p-values": lambda: pvalue_figure(table, ABOUT),
        "heat map": lambda: top_genes_figure(long, expression(long, groups), groups, ABOUT),
        "heat map of 60": lambda: top_genes_figure(
            table, expression(table, samples(60)), samples(60), ABOUT
        ),
        "distances": lambda: distance_figure(distances(groups), groups, True),
        "distances of 60": lambda: distance_figure(distances(samples(60)), samples(60), True),
        "associations": lambda: association_figure(associations(), True),
        "panel": lambda: forest_figure(panel(7), True),
        "ratios": lambda: model_forest_figure(ratios(), "t", "hazard ratio", "n"),
        "studies": lambda: replication_forest_figure(meta(), "early v none"),
    }


@pytest.mark.parametrize("kind", every_kind())
def test_no_words_lie_over_others_and_none_is_too_small(kind):
    figure = every_kind()[kind]()
    assert collisions(figure) == [] and outside(figure) == []
    shown = [text for text in figure.findobj(Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in shown) >= style.SMALLEST
    assert figure.get_figwidth() <= style.WIDE + 1e-9


def test_a_collision_is_seen():
    """The measure itself: words on each other, turned words beside each other, hidden ticks."""
    figure = style.new_figure(4, 3)
    axes = figure.add_subplot()
    axes.text(0.5, 0.5, "one")
    assert collisions(figure) == []
    axes.text(0.51, 0.5, "two")
    assert collisions(figure) == [("one", "two")]
    figure = style.new_figure(4, 3)
    axes = figure.add_subplot()
    axes.set_xticks(range(8), [f"no_recurrence {i}" for i in range(8)], rotation=35, ha="right")
    assert collisions(figure) == []
    axes.set_xticks(np.arange(8), [f"no_recurrence {i}" for i in range(8)], rotation=0)
    assert len(collisions(figure)) >= 7


def test_print_sizes_are_those_of_journals():
    assert pytest.approx(85) == style.HALF / style.ENLARGED * 25.4
    assert pytest.approx(180) == style.WIDE / style.ENLARGED * 25.4
    assert pytest.approx(6) == style.SMALLEST / style.ENLARGED


@pytest.mark.parametrize(("draw", "millimetres"), [(ma_figure, 85), (volcano_figure, 180)])
def test_files_for_print(draw, millimetres, tmp_path):
    style.save(draw(genes(), ABOUT), tmp_path / "f.x.svg")
    png = (tmp_path / "f.x.png").read_bytes()
    width = struct.unpack(">I", png[16:20])[0]
    place = png.index(b"pHYs") + 4
    per_metre = struct.unpack(">I", png[place : place + 4])[0]
    assert per_metre / 1000 * 25.4 == pytest.approx(300, abs=0.1)
    assert width / 300 * 25.4 == pytest.approx(millimetres, abs=0.2)
    pdf = (tmp_path / "f.x.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", pdf)
    svg = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', (tmp_path / "f.x.svg").read_text())
    assert [float(x) for x in box.groups()] == pytest.approx([float(x) for x in svg.groups()])
    assert b"CreationDate" not in pdf
