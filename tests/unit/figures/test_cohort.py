"""The flow of patients and early events as figures: every number of the tables is in them."""

import pandas as pd
import pytest

from recurseq.clinical.descriptions import occurrence
from recurseq.figures.descriptions import occurrence_figure, shares_figure
from recurseq.figures.flow import flow_figure

FLOW = pd.DataFrame(
    {
        "step": [0, 1, 2, 3, 3],
        "label": ["patients in the table", "R1 <&$x$", "no record", "cohort a", "cohort b"],
        "excluded": [None, 1_300, 200, None, None],
        "remaining": [5_000, 3_700, 3_500, 2_000, 1_500],
    }
)
EVENTS = {
    "hpr": pd.DataFrame(
        {"cohort": ["all", "a"], "n": [3_400, 2_000], "events": [510, 290], "share": [0.15, 0.145]}
    )
}


def texts(figure):
    figure.draw_without_rendering()
    return [one.get_text() for one in figure.findobj(lambda one: hasattr(one, "get_text"))]


def test_the_flow_shows_every_step_cohort_and_event():
    told = "\n".join(texts(flow_figure(FLOW, ["a", "b"], EVENTS)))
    for words in ("5,000 patients in the table", "1,300 left out: R1 <&$x$", "3,700 remain"):
        assert words in told
    assert "3,500 analysed\nhpr: 510 of 3,400 (15.0 %)" in told
    assert "a\n2,000 patients\nhpr: 290 of 2,000 (14.5 %)" in told
    assert "every step adds up" in told


@pytest.mark.parametrize(
    ("change", "split", "words"),
    [
        ({"remaining": [5_000, 3_700, 3_400, 2_000, 1_400]}, [], "3700 less 200 are not 3400"),
        ({}, ["a"], "2000 patients are in a, and 3500 analysed"),
    ],
)
def test_a_flow_that_does_not_add_up_says_so(change, split, words):
    told = " ".join(texts(flow_figure(FLOW.assign(**change), split, {})))
    assert "does not add up" in told and words in told.replace("\n", " ")


def test_a_table_without_exclusions_or_cohorts_is_one_box():
    told = texts(flow_figure(FLOW.head(1), [], {}))
    assert "5,000 patients in the table" in told


def test_bars_are_the_events_and_nobody_is_said():
    figure = occurrence_figure(occurrence(pd.Series([0.5, 2.5, 2.6]).to_numpy(), 3), "t", "m", "")
    assert [bar.get_height() for bar in figure.axes[0].patches] == [1, 0, 2]
    empty = occurrence_figure(occurrence(pd.Series([], dtype=float).to_numpy(), 3), "t", "m", "")
    assert "nobody had the event" in texts(empty)


def test_shares_stand_beside_their_bars_and_a_group_without_patients_has_none():
    shares = pd.DataFrame(
        {
            "column": "ecog",
            "level": ["0", "0", "1", "1"],
            "group": ["hpr", "other recurrence"] * 2,
            "n": [3, 0, 1, 0],
            "share": [0.75, None, 0.25, None],
            "lower": [0.2, None, 0.01, None],
            "upper": [0.99, None, 0.8, None],
        }
    )
    told = texts(shares_figure(shares, "t", ""))
    assert "75 % (3)" in told and "25 % (1)" in told and told.count("NA") == 2
