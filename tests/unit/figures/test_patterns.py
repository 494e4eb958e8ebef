"""Figures of the patterns: every classed gene is counted once, and the heatmap keeps blocks."""

from itertools import product

import numpy as np
import pandas as pd

from recurseq.figures.patterns import GENES, leading, pattern_heatmap, patterns_figure
from recurseq.figures.style import save
from recurseq.patterns.codes import CODES

LABELS = ["none v normal", "early v none"]
WAYS = {
    ("tumour_general", "up;unchanged"): 30,
    ("tumour_general", "down;unchanged"): 25,
    ("lost_further", "down;down"): 4,
    ("unchanged", "unchanged;unchanged"): 90,
    ("no_evidence", "up;up"): 50,
}
GROUPS = pd.Series(pd.Categorical(["a"] * 4 + ["b"] * 5, ["a", "b"]), [f"s{i}" for i in range(9)])


def patterns():
    rows = [way for way, amount in WAYS.items() for _ in range(amount)]
    table = pd.DataFrame(rows, columns=["pattern", "steps"])
    names = [f"<g{i}>$x$" for i in range(len(table))]
    return table.assign(gene_id=names, gene_name=names, pvalue=np.linspace(0, 0.01, len(table)))


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda part: hasattr(part, "get_text"))]


def test_bars_count_the_classed_genes_the_most_frequent_first(tmp_path):
    figure = patterns_figure(patterns(), LABELS, simulated=True)
    bars, matrix = figure.axes
    assert [bar.get_height() for bar in bars.patches] == [90, 30, 25, 4]
    assert len(matrix.collections) == 4 * (1 + 2)  # a line and two states a way
    said = "\n".join(texts(figure))
    assert "149 of 199 genes classed" in said and "simulated data" in said
    assert [label.get_text() for label in matrix.get_yticklabels()] == LABELS
    save(figure, tmp_path / "f.svg")


def test_the_heatmap_has_the_best_genes_of_each_pattern_in_blocks(tmp_path):
    table = patterns()
    chosen = leading(table)
    assert chosen["pattern"].tolist() == ["tumour_general"] * GENES + ["lost_further"] * 4
    assert chosen["pvalue"].max() < table.loc[table["pattern"] == "unchanged", "pvalue"].min()
    vst = pd.DataFrame(
        np.random.default_rng(2).normal(8, 1, (9, len(table))), GROUPS.index, table["gene_id"]
    )
    figure = pattern_heatmap(table, vst, GROUPS)
    drawn = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert set(drawn[:GENES]) == set(chosen["gene_name"][:GENES])
    assert set(drawn[GENES:]) == set(chosen["gene_name"][GENES:])
    assert "Lost\nfurther" in texts(figure)
    save(figure, tmp_path / "f.svg")


def test_nothing_classed_is_said(tmp_path):
    nothing = patterns().assign(pattern="no_evidence")
    assert "no gene could be classed" in texts(patterns_figure(nothing, LABELS))
    figure = pattern_heatmap(nothing, pd.DataFrame(index=GROUPS.index), GROUPS)
    assert any("could be classed" in text for text in texts(figure))


def test_many_ways_are_cut_and_it_is_said():
    steps = [";".join(way) for way in product(("up", "down", "unchanged"), repeat=3)]
    table = pd.DataFrame({"steps": steps, "pattern": [CODES[0]] * len(steps)})
    figure = patterns_figure(table, ["x", "y", "z"])
    assert "the 24 most frequent of 27 ways" in "\n".join(texts(figure))
