"""Points against rms::nomogram, and what must hold for any model: points add up to the risk."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.risk.nomogram import contributions, interacting, nomogram
from recurseq.risk.points import points_table, scale_table
from recurseq.risk.risk_model import RiskModel, write_model
from support.golden import RISK, data, golden
from support.risk_models import infert_model, lung, lung_model

BENT = {
    "terms": ["age", "parity", "education", "spontaneous"],
    "spline": {"age": 4},
    "interactions": [["education", "spontaneous"]],
}
LOGGED = {"parity": {"number": "n", "transform": "log2"}}


def points_of(table, term):
    own = table[table["term"] == term]
    return dict(zip(own["value"], own["points"], strict=True))


def test_points_and_totals_are_those_of_rms(tmp_path):
    """rms draws age from 20 to 44, one year below the youngest patient."""
    drawn = nomogram(infert_model(tmp_path, risk={"axes": {"age": [20, 44]}}))
    table = points_table(drawn)
    for term in ("age", "parity", "induced", "spontaneous"):
        r = golden(f"points {term}", "nomogram")
        found = points_of(table, term)
        shared = [value for value in r if value in found]
        assert len(shared) >= 2
        assert_allclose([found[v] for v in shared], [r[v] for v in shared], atol=1e-6)
    r = golden("points of risks", "nomogram")
    totals = drawn.totals_of([float(risk) for risk in r])
    assert_allclose(totals, list(r.values()), atol=1e-4)  # rms finds them by interpolation
    scale = scale_table(drawn)
    for risk, total in r.items():
        row = scale.iloc[(scale["total_points"] - total).abs().argmin()]
        assert row["risk"] == pytest.approx(float(risk), abs=1e-7)
    young = table[(table["term"] == "age") & table["outside"]]
    assert young["value"].tolist() == ["20"]  # and nobody else
    assert table["outside"].sum() == 1


def every_model(folder):
    yield infert_model(folder), data("infert", RISK)
    yield infert_model(folder, BENT, **LOGGED), data("infert", RISK)
    crossed = {"terms": ["age", "spontaneous"], "interactions": [["age", "spontaneous"]]}
    yield infert_model(folder, crossed), data("infert", RISK)
    yield lung_model(folder, 12), lung()


def test_points_add_up_to_the_exact_risk(tmp_path):
    for model, frame in every_model(tmp_path):
        drawn = nomogram(model)
        some = frame.iloc[:: len(frame) // 12]
        linear = model.linear_predictor(model.columns(some))
        for place, (_, row) in enumerate(some.iterrows()):
            parts = contributions(drawn, {name: row[name] for name in model.variables})
            total = sum(points for _, points, _ in parts)
            assert all(-1e-9 <= points <= 100 + 1e-9 for _, points, _ in parts)
            assert total == pytest.approx(drawn.points(linear[place]), abs=1e-9)
            exact = model.intercept + sum(effect for *_, effect in parts)
            assert exact == pytest.approx(linear[place], abs=1e-10)
            assert drawn.risk(total) == pytest.approx(model.risk_of(linear[place]), abs=1e-12)
        for axis in drawn.axes:  # axes that are shared have one beginning
            lowest = axis.effect - axis.points * drawn.step
            assert any(np.allclose(lowest, block.lowest) for block in drawn.blocks)
        table = points_table(drawn)
        assert table["points"].min() >= -1e-9 and table["points"].max() <= 100 + 1e-9
        risks = scale_table(drawn)["risk"].to_numpy()
        assert (np.diff(risks) > 0).all()


def test_terms_that_interact_share_axes(tmp_path):
    drawn = nomogram(infert_model(tmp_path, BENT, **LOGGED))
    names = [axis.term for axis in drawn.axes]
    assert names[:2] == ["age", "parity"] and len(names) == 2 + 3
    assert names[2:] == [f"spontaneous (education {level})"
                         for level in ("0-5yrs", "6-11yrs", "12+ yrs")]  # fmt: skip
    assert [block.names for block in drawn.blocks] == [
        ["age"], ["parity"], ["education", "spontaneous"],
    ]  # fmt: skip
    numbers = nomogram(infert_model(tmp_path, {"terms": ["age", "induced"],
                                               "interactions": [["age", "induced"]]}))  # fmt: skip
    assert [axis.term for axis in numbers.axes] == [f"age (induced {n})" for n in (0, 1, 2)]


def test_chains_of_interactions_are_one_block(tmp_path):
    model = infert_model(
        tmp_path,
        {
            "terms": ["age", "induced", "parity", "spontaneous"],
            "interactions": [["age", "parity"], ["parity", "spontaneous"]],
        },
    )
    names = [[rule.name for rule in block if rule.crossed is None]
             for block in interacting(model.rules)]  # fmt: skip
    assert names == [["age", "parity", "spontaneous"], ["induced"]]


def test_a_number_on_a_log_scale_has_equal_points_for_each_doubling(tmp_path):
    drawn = nomogram(infert_model(tmp_path, {"terms": ["parity"]}, **LOGGED))
    found = points_of(points_table(drawn), "parity")
    assert list(found) == ["1", "2", "5", "6"]
    doubling = 100 / np.log2(6)
    assert abs(found["2"] - found["1"]) == pytest.approx(doubling)


def test_the_turn_of_a_spline_is_inside_its_points(tmp_path):
    """A parabola through a spline: its lowest place lies between ticks, and no points are less."""
    model = infert_model(tmp_path, {"terms": ["age"], "spline": {"age": 5}})
    drawn = nomogram(model)
    fine = pd.DataFrame({"age": np.linspace(21, 44, 2001)})
    points = drawn.points(model.linear_predictor(model.columns(fine)))
    assert -0.01 < points.min() < 0.05 and 99.95 < points.max() < 100.01
    assert drawn.most == pytest.approx(100)


def test_a_file_makes_the_same_nomogram(tmp_path):
    model = infert_model(tmp_path, BENT, {"axes": {"age": [25, 40]}}, **LOGGED)
    write_model(model, tmp_path / "model.json")
    tables = [
        points_table(nomogram(one)) for one in (model, RiskModel.read(tmp_path / "model.json"))
    ]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert tables[0]["value"].iloc[0] == "25"


def test_a_model_without_terms_has_no_points(tmp_path):
    model = infert_model(tmp_path, {"terms": ["age"], "entry": {"p": 1e-6}})
    drawn = nomogram(model)
    assert points_table(drawn).empty
    assert scale_table(drawn).to_numpy().tolist() == [[0, pytest.approx(83 / 248)]]
