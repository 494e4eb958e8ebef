"""Which test decides, and what is said of it."""

import pandas as pd
import pytest

from recurseq.clinical.cautions import as_table
from recurseq.clinical.measure_cautions import optimised_cutoff
from recurseq.clinical.patient_cautions import immortal_time
from recurseq.clinical.survival_cautions import non_proportional
from recurseq.clinical.words import association, deciding_test, headline, plain

GROUPS = pd.DataFrame(
    {
        "subgroup": "all",
        "group": ["low", "high"],
        "n": [40, 50],
        "events": [20, 12],
        "hr": [float("nan"), 0.5],
        "lower": [float("nan"), 0.3],
        "upper": [float("nan"), 0.8],
    }
)


def pvalues_of(**pvalues):
    rows = [
        {"subgroup": "all", "test": name, "pvalue": value, "estimate": 3.0, "lower": 1, "upper": 5}
        for name, value in pvalues.items()
    ]
    return pd.DataFrame(rows)


NONE = as_table([])
BENT = as_table([non_proportional("survival.x", 0.01)])
LATE = as_table([immortal_time("survival.x", "surgery", handled=False, naive=False)])
CHOSEN = as_table([optimised_cutoff("survival.x", "best", 0.3, 1.0, 2.0)])


@pytest.mark.parametrize(
    ("tests", "cautions", "decides"),
    [
        (pvalues_of(logrank=0.01, rmst_24=0.2), NONE, "logrank"),
        (pvalues_of(logrank=0.01, stratified=0.02), NONE, "stratified"),
        (pvalues_of(logrank=0.01, rmst_24=0.2), BENT, "rmst_24"),
        (pvalues_of(logrank=0.01, maxstat=0.3), CHOSEN, "maxstat"),
        (pvalues_of(logrank=0.01), LATE, ""),
        (pvalues_of(logrank=float("nan")), CHOSEN, ""),
    ],
)
def test_one_test_decides(tests, cautions, decides):
    assert deciding_test(tests, cautions) == decides
    text = headline(GROUPS, tests, cautions)
    if decides == "rmst_24":
        assert "hazard ratio" not in text and "mean time within 24 months" in text
    if decides == "maxstat":
        assert "corrected p = 0.300" in text and "0.01" not in text
    if not decides:
        assert "left out" in text and "p =" not in text


def test_an_association_is_no_effect_and_its_absence_is_not_shown_either():
    small, large = pvalues_of(logrank=0.01), pvalues_of(logrank=0.2)
    assert association("mt1m", "dfs", small, NONE) == "mt1m is associated with DFS"
    assert association("mt1m", "dfs", large, NONE) == "no association of mt1m with DFS is shown"
    assert association("mt1m", "dfs", small, LATE) == "mt1m and DFS"


def test_abbreviations_are_written_as_such():
    assert (plain("os"), plain("dfs_months"), plain("size_gt3")) == ("OS", "DFS months", "size gt3")
