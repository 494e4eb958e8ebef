"""Centres together: areas on the logit scale as by metafor, and never above 1."""

import numpy as np
import pandas as pd
import pytest

from recurseq.risk.centres_rows import FURTHER, TOGETHER, over_centres
from support.paths import REFERENCE

AREAS, ERRORS = (0.97, 0.72, 0.95, 0.81, 0.98), (0.015, 0.06, 0.02, 0.05, 0.01)
Z = 1.959963984540054


def rows(areas=AREAS, errors=ERRORS, measure="auc"):
    return [
        {"measure": measure, "estimate": area, "lower": area - Z * error, "n": 100, "events": 20}
        for area, error in zip(areas, errors, strict=True)
    ]


def by_data(found):
    return {row["data"]: row for row in found}


def test_areas_are_pooled_as_by_metafor():
    path = REFERENCE / "performance/centres.tsv"
    wanted = pd.read_csv(path, sep="\t", index_col="item")["value"]
    found = by_data(over_centres(rows()))
    for name in ("estimate", "lower", "upper"):
        assert found[TOGETHER][name] == pytest.approx(wanted[name], rel=1e-6)
    for name in ("lower", "upper"):
        assert found[FURTHER][name] == pytest.approx(wanted[f"further_{name}"], rel=1e-6)
    assert "logit" in found[TOGETHER]["method"] and found[TOGETHER]["n"] == 500


def test_no_limit_of_an_area_is_above_1_and_slopes_stay_as_they_are():
    areas = (0.99, 0.70, 0.98, 0.75)
    found = by_data(over_centres(rows(areas, (0.005, 0.05, 0.008, 0.05))))
    assert found[FURTHER]["upper"] < 1 and found[TOGETHER]["upper"] < 1
    slopes = by_data(over_centres(rows((1.4, 0.5, 1.1), (0.1,) * 3, "calibration_slope")))
    assert slopes[TOGETHER]["estimate"] == pytest.approx(1.0) and slopes[FURTHER]["upper"] > 1
    assert "logit" not in slopes[TOGETHER]["method"]


def test_a_perfect_centre_has_no_error_and_is_not_pooled():
    with np.errstate(all="raise"):
        found = over_centres(rows((1.0, 0.8, 0.7), (0.0, 0.05, 0.05)))
    assert found == []
