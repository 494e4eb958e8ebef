"""Sentences on performance: which events are counted."""

import pandas as pd

from recurseq.base.tables import describe
from recurseq.risk.performance_words import headline
from recurseq.risk.settings import Risk

ROWS = pd.DataFrame(
    {
        "data": "validation",
        "measure": ["harrell_c", "calibration_slope"],
        "estimate": [0.7, 0.9],
        "lower": [0.6, 0.8],
        "upper": [0.8, 1.0],
        "n": 100,
        "events": 30,
    }
).reindex(columns=describe("risk_performance").names)


def risk(horizon):
    return Risk("r", "m", "old", "new", 500, horizon, {}, None, None, (0.05, 0.5), ())


def test_events_by_a_horizon_are_not_told_as_all_events():
    assert headline(risk(60.0), ROWS).startswith(
        "In other patients (new: 100 patients with 30 events by 60 months): Harrell's C 0.70"
    )
    assert "(new: 100 patients with 30 events): " in headline(risk(None), ROWS)
