"""Figures of the signatures: sets in the order of their evidence, and studies without any."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import describe
from recurseq.figures.signatures import (
    LEADING,
    MOST_SETS,
    by_evidence,
    signature_heatmap,
    signature_strips,
)

GROUPS = pd.Series(pd.Categorical(["a"] * 4 + ["b"] * 5), [f"s{i}" for i in range(9)])


def texts(figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(lambda x: hasattr(x, "get_text")))


@pytest.fixture
def tables():
    random = np.random.default_rng(1)
    names = [f"SET_{i}" for i in range(70)]
    sets = pd.DataFrame({"collection": "c", "set": names, "column": names})
    sets.loc[3, "column"] = None
    tests = pd.DataFrame({"collection": "c", "set": names * 2, "pvalue": random.random(140)})
    tests.loc[tests["set"] == "SET_50", "pvalue"] = [1e-9, 0.9]
    scores = pd.DataFrame(random.normal(size=(9, 70)), GROUPS.index, names).drop(columns="SET_3")
    columns = [name for name in describe("signature_samples").names if name != "sample_id"]
    samples = pd.DataFrame(random.normal(size=(9, len(columns))), GROUPS.index, columns)
    return sets, tests, scores, samples.assign(stroma=np.nan)


def test_sets_come_by_their_smallest_pvalue_and_those_without_a_score_do_not(tables):
    sets, tests, *_ = tables
    ordered = by_evidence(sets, tests)
    assert ordered["column"].iloc[0] == "SET_50" and len(ordered) == 69
    smallest = tests.groupby("set")["pvalue"].min()
    assert list(ordered["set"]) == list(smallest.drop("SET_3").sort_values().index)


def test_the_heatmap_draws_sets_up_to_a_limit_and_says_so(tables):
    sets, tests, scores, _ = tables
    figure = signature_heatmap(scores, by_evidence(sets, tests), GROUPS, simulated=True)
    image = figure.axes[1].images[0].get_array()
    assert image.shape == (MOST_SETS, 9)
    assert f"{MOST_SETS} of 69 sets" in texts(figure) and "simulated" in texts(figure)
    assert "SET 50" in texts(figure)


def test_strips_draw_the_proxies_there_are_and_every_sample_once(tables):
    sets, tests, scores, samples = tables
    figure = signature_strips(scores, samples, by_evidence(sets, tests), GROUPS)
    panels = [axes for axes in figure.axes if axes.collections]
    assert len(panels) == 4 + LEADING
    drawn = [offset[1] for points in panels[0].collections for offset in points.get_offsets()]
    assert set(samples["purity"].round(9)) <= {round(value, 9) for value in drawn}
    assert "stroma" not in [axes.get_title() for axes in panels]


def test_without_a_score_the_figures_say_so(tables):
    sets, tests, scores, samples = tables
    none = by_evidence(sets.assign(column=None), tests)
    assert "no set could be scored" in texts(signature_heatmap(scores[[]], none, GROUPS))
    empty = samples.assign(**dict.fromkeys(samples.columns, np.nan))
    assert "no score" in texts(signature_strips(scores[[]], empty, none, GROUPS))
