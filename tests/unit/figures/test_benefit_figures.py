"""Figures of treatment show the numbers of their tables."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from recurseq.figures.benefit import benefit_curve_figure, benefit_forest_figure, love_figure
from support.benefit_study import STRATA, prepared, simulate, with_benefit


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benefit")
    config = with_benefit({"endpoint": "dfs", "method": "iptw"})
    return prepared(folder, simulate(5, 1200), config).compared()


def points(axes, marker):
    lines = [one for one in axes.lines if one.get_marker() == marker]
    return [np.asarray(one.get_xdata(), dtype=float) for one in lines]


def test_love_plot(found):
    figure = love_figure(found.balance, {"all": "5 patients"}, "title", "note")
    assert [axes.get_title(loc="left").split("\n")[0] for axes in figure.axes] == ["all", *STRATA]
    for axes, (_, own) in zip(
        figure.axes, found.balance.groupby("stratum", sort=False), strict=True
    ):
        before, after = points(axes, "o")
        assert_allclose(before, own["smd_before"])
        assert_allclose(after, own["smd_after"])
        assert any(np.allclose(one.get_xdata(), 0.1) for one in axes.lines)
    none = love_figure(found.balance.assign(smd_after=np.nan), {}, "title", "note")
    assert [one.get_text().strip() for one in none.legends[0].texts] == ["before"]


def test_forest(found):
    figure = benefit_forest_figure(found.effect, "title", "note", simulated=True)
    (axes,) = figure.axes
    own = found.effect[found.effect["primary"]]
    assert_allclose(np.concatenate(points(axes, "s")), own["ratio"])
    crude = found.effect[found.effect["estimate"] == "crude"]
    assert_allclose(np.sort(np.concatenate(points(axes, "X"))), np.sort(crude["ratio"]))
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0].startswith("all (") and len(names) == 4
    assert "simulated" in " ".join(text.get_text() for text in figure.texts)


def test_curves_are_weighted_and_crude(found):
    figure = benefit_curve_figure(found.curves, "title", "months", "note")
    axes = figure.axes[0]
    own = found.curves[found.curves["stratum"] == "all"]
    heights = [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines]
    for estimate in ("crude", "adjusted"):
        part = own[(own["estimate"] == estimate) & (own["group"] == "treated")]
        middle = part["survival"].iloc[len(part) // 3]
        assert any(np.isclose(height, middle).any() for height in heights), estimate
    empty = benefit_curve_figure(found.curves.iloc[:0], "title", "months", "note")
    assert "no weighted curves" in empty.axes[0].texts[0].get_text()
