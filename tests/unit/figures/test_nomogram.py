"""The nomogram as it is printed: on A4, every value above its points, no words over others."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from recurseq.figures.nomogram import A4, nomogram_figure
from recurseq.risk.nomogram import nomogram
from support.golden import RISK, data
from support.risk_models import INFERT, infert_model, lung_model, made
from support.risk_study import study_config

pytestmark = pytest.mark.slow

BENT = {
    "terms": ["age", "parity", "education", "spontaneous"],
    "spline": {"age": 4},
    "interactions": [["education", "spontaneous"]],
}


def many_levels(folder):
    """A term of nine levels with long names, some of them with nearly the same effect."""
    random = np.random.default_rng(4)
    names = [f"level with a name {number}" for number in range(9)]
    table = data("infert", RISK)[["case", "age"]]
    table = pd.concat([table] * 3, ignore_index=True)
    table["kind"] = random.choice(names, len(table))
    columns = {"case": INFERT["case"], "age": INFERT["age"], "kind": {"levels": names}}
    model = {"kind": "logistic", "endpoint": "case", "terms": ["age", "kind"]}
    return made(folder, study_config(table, folder, columns, {"m": model}, {"r": {"model": "m"}}))


@pytest.fixture
def figures(tmp_path):
    models = [
        infert_model(tmp_path, risk={"axes": {"age": [20, 44]}}),
        infert_model(tmp_path, BENT),
        lung_model(tmp_path, 12),
        many_levels(tmp_path),
    ]
    found = [(model, nomogram_figure(model, "r")) for model in models]
    for _, figure in found:
        figure.draw_without_rendering()
    return found


def words(figure):
    axes = figure.axes[0]
    return [text for text in axes.texts if text.get_text()]


def test_it_fits_a_page(figures):
    for _, figure in figures:
        width, height = figure.get_size_inches()
        assert width == A4[0] and 7.5 < height <= A4[1]
        box = figure.bbox
        for text in words(figure):
            extent = text.get_window_extent()
            assert box.x0 <= extent.x0 and extent.x1 <= box.x1, text.get_text()
            assert box.y0 <= extent.y0 and extent.y1 <= box.y1, text.get_text()


def test_no_words_lie_over_others(figures):
    for _, figure in figures:
        for one, other in combinations(words(figure), 2):
            over = one.get_window_extent().overlaps(other.get_window_extent())
            assert not over, (one.get_text(), other.get_text())


def lines(figure):
    """Words of ticks by the axis they belong to: the one whose name is nearest in height."""
    names = [text for text in words(figure) if text.get_ha() == "right"]
    found = {id(name): [] for name in names}
    for text in words(figure):
        if text.get_ha() == "center":
            height = text.get_position()[1]
            nearest = min(names, key=lambda name: abs(name.get_position()[1] - height))
            found[id(nearest)].append(text)
    return list(found.values())


def test_every_value_stands_at_its_points(figures):
    """Read back from the drawing: the place of a word is a share of the hundred points."""
    for model, figure in figures:
        drawn = nomogram(model)
        rows = lines(figure)
        assert len(rows) == len(drawn.axes) + 3
        for told, axis in zip(rows[1:-2], drawn.axes, strict=True):
            points = dict(zip(axis.values, axis.points, strict=True))
            numbers = all(value.replace(".", "").isdigit() for value in axis.values)
            assert len(told) >= (2 if numbers else len(points))
            for text in told:
                assert text.get_position()[0] * 100 == pytest.approx(points[text.get_text()])
        assert len(rows[-1]) >= 3
        for text in rows[-1]:
            total = text.get_position()[0] * drawn.most
            assert drawn.risk(total) == pytest.approx(float(text.get_text()), abs=1e-9)


def test_a_curve_that_turns_has_its_way_back_above_the_line(figures):
    _, figure = figures[1]
    assert {text.get_va() for text in lines(figure)[1]} == {"top", "bottom"}


def test_what_is_beyond_the_patients_is_grey_and_told(figures, tmp_path):
    _, figure = figures[0]
    grey = [text.get_text() for text in words(figure) if text.get_color() == "#777777"]
    assert grey == ["20"]
    assert any("grey: beyond" in text.get_text() for text in figure.texts)
    assert not any("grey" in text.get_text() for text in figures[2][1].texts)
    assert any(isinstance(part, LineCollection) for part in figure.axes[0].collections)


def test_simulated_patients_are_told(tmp_path):
    model = infert_model(tmp_path)
    for simulated in (True, False):
        figure = nomogram_figure(replace(model, simulated=simulated), "r")
        assert simulated == any("simulated data" in text.get_text() for text in figure.texts)


def test_without_a_model_the_page_says_so(tmp_path):
    figure = nomogram_figure(None, "r")
    assert [text.get_text() for text in figure.axes[0].texts] == ["no terms, no nomogram"]
