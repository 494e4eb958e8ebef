"""Figures of the replication say what they draw, and why they are empty."""

import numpy as np
import pandas as pd

from recurseq.figures.replication import replication_forest_figure, replication_scatter_figure
from recurseq.replication.combine import combine

GENES = 30


def texts(figure):
    own = [text.get_text() for text in figure.texts]
    return "\n".join(own + [t.get_text() for axes in figure.axes for t in axes.texts])


def meta(studies=("x", "y")):
    rng = np.random.default_rng(3)
    own = pd.DataFrame(
        {
            "gene_id": [f"g{i}" for i in range(GENES)],
            "gene_name": [f"G{i}" for i in range(GENES)],
            "significant": True,
            "pvalue": rng.random(GENES),
            "log2FoldChange": rng.standard_normal(GENES),
            "lfcSE": 0.4,
        }
    )
    others = {
        name: pd.DataFrame(
            {"log2FoldChangeThere": rng.standard_normal(GENES), "lfcSEThere": 0.5}
        )
        for name in studies
    }  # fmt: skip
    return combine("c", own, others, [f"g{i}" for i in range(26)], ["x", "y"])


def drawn(figure):
    return [axes for axes in figure.axes if axes.axison]


def test_forest_has_a_panel_for_each_gene_up_to_its_bound():
    figure = replication_forest_figure(meta(), "a v b")
    assert len(drawn(figure)) == 24
    assert "24 of 26 panel genes" in texts(figure)
    assert "Hartung-Knapp" in texts(figure)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["this study", "x", "y", "summary"]


def test_forest_of_two_studies_names_its_effect():
    said = texts(replication_forest_figure(meta(("x",)), "a v b", simulated=True))
    assert "two studies: fixed effect" in said
    assert "simulated data" in said


def test_nothing_to_draw_has_a_reason():
    said = texts(replication_forest_figure(meta(()), "a v b"))
    assert "no such gene has an estimate in a second study" in said
    calls = pd.DataFrame(
        {"log2FoldChange": [1.0], "log2FoldChangeThere": [np.nan], "same_direction": [None],
         "replicated": [None]}
    )  # fmt: skip
    summary = pd.DataFrame({"study": ["x"]})
    said = texts(replication_scatter_figure({"x": calls}, summary, "a v b"))
    assert "no gene called here has a fold change in another study" in said


def test_scatter_counts_what_became_of_calls():
    calls = pd.DataFrame(
        {
            "log2FoldChange": [1.0, 2.0, -3.0, 1.0],
            "log2FoldChangeThere": [1.0, -1.0, -2.0, np.nan],
            "same_direction": pd.array([True, False, True, None], dtype="boolean"),
            "replicated": pd.array([True, False, False, None], dtype="boolean"),
        }
    )
    summary = pd.DataFrame(
        {"study": ["x"], "same_direction": [2], "found": [3], "verdict": ["too_few"]}
    )
    figure = replication_scatter_figure({"x": calls}, summary, "a v b")
    key = [text.get_text().strip() for text in figure.legends[0].get_texts()]
    assert key == ["replicated (1)", "same direction (1)", "other direction (1)"]
    assert "same direction: 2 of 3" in texts(figure)
