"""Components coloured by columns of the sheet: what is written of it, and what is not."""

import json

import numpy as np
import pandas as pd
import pytest

from recurseq.qc.components import associations
from recurseq.report.components import MOST_LEVELS, OTHERS, component_data, fifths
from support.report_study import EVIL

RNG = np.random.default_rng(4)


def study(samples=40):
    names = [f"S{i:02d}" for i in range(samples)]
    scores = pd.DataFrame(RNG.normal(size=(samples, 10)), columns=[f"PC{k + 1}" for k in range(10)])
    scores.insert(0, "sample_id", names)
    share = np.linspace(0.3, 0.01, 10)
    variance = pd.DataFrame({"component": scores.columns[1:], "variance_explained": share})
    sheet = pd.DataFrame(
        {
            "patient_id": [f"SECRET{i}" for i in range(samples)],
            "age_years": RNG.normal(60, 9, samples).round(3),
            EVIL: pd.Categorical(RNG.choice([EVIL, "b"], samples)),
            "group": pd.Categorical(RNG.choice(["x", "y"], samples), ["y", "x"]),
        },
        index=names,
    )
    sheet.loc[names[:3], "age_years"] = np.nan
    return scores, variance, sheet


def written(scores, variance, sheet, flagged=("S01",)):
    table = associations(scores, sheet)
    return json.loads(component_data(scores, variance, table, sheet, "group", flagged))


def test_the_main_factor_is_first_and_levels_keep_their_order():
    scores, variance, sheet = study()
    data = written(scores, variance, sheet)
    assert [one["title"] for one in data["columns"]] == ["group", "age years", EVIL]
    group = data["columns"][0]
    assert group["levels"] == ["y", "x"]
    assert [group["levels"][code] for code in group["codes"]] == list(sheet["group"])
    assert data["flagged"] == [int(name == "S01") for name in data["samples"]]
    assert data["components"] == [f"PC{k}" for k in range(1, 7)] and data["shares"][0] == "30.0 %"
    np.testing.assert_allclose(data["scores"][1], scores["PC2"], rtol=1e-3)


def test_identifiers_and_single_numbers_are_not_written():
    """A reader learns which fifth a sample is in, and the ends of the fifths."""
    scores, variance, sheet = study()
    data = written(scores, variance, sheet)
    text = json.dumps(data)
    assert "SECRET" not in text and "patient" not in text
    age = next(one for one in data["columns"] if one["title"] == "age years")
    assert set(age) == {"title", "levels", "codes", "colours", "explains"}
    assert set(age["codes"]) == {-1, 0, 1, 2, 3, 4} and age["codes"][:3] == [-1, -1, -1]
    known = sheet["age_years"].dropna()
    ends = {f"{value:.4g}" for value in known}
    assert len(age["levels"]) == 5 and len(ends) > 30
    assert {end for level in age["levels"] for end in level.split(" to ")} <= ends


def test_fifths_hold_about_as_many_samples_in_the_order_of_the_values():
    values = pd.Series(RNG.permutation(np.arange(100.0)))
    names, codes = fifths(values)
    assert np.bincount(codes).tolist() == [20] * 5 and len(names) == 5
    assert all(np.diff(np.array(codes)[np.argsort(values)]) >= 0)
    assert names[0] == "0 to 19" and names[-1] == "80 to 99"


@pytest.mark.parametrize(
    ("values", "names", "codes"),
    [
        ([1, 1, 1, 1, 2], ["1", "2"], [0, 0, 0, 0, 1]),
        ([3, np.nan, 3], ["3"], [0, -1, 0]),
        ([0, 0, 1, 1], ["0", "1"], [0, 0, 1, 1]),
    ],
)
def test_alike_values_stay_together(values, names, codes):
    assert fifths(pd.Series(values, dtype=float)) == (names, codes)


def test_many_levels_end_in_one_for_the_others():
    scores, variance, sheet = study(160)
    sheet["site"] = [f"site{i % 50:02d}" for i in range(160)]
    site = next(
        one for one in written(scores, variance, sheet)["columns"] if one["title"] == "site"
    )
    assert len(site["levels"]) == MOST_LEVELS + 1 and site["levels"][-1] == OTHERS
    assert max(site["codes"]) == MOST_LEVELS
