"""Models of the configuration against R: clusters, interactions, strata, landmarks, states."""

import numpy as np
import pandas as pd
import pytest

from recurseq.clinical.models import fit_outcome
from support.clinical_study import read_through
from support.golden import data, golden, values

DAYS = 30.4375
CLOSE = {"rtol": 1e-7}


def fitted(folder, table, columns, model, **endpoint):
    table = table.copy()
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    config = {
        "study": {"title": "x"},
        "clinical": {"path": "clinical.tsv", "columns": columns},
        "endpoints": {"e": endpoint or {"time": "time", "event": "status", "unit": "days"}},
        "models": {"m": {"kind": "cox", "endpoint": "e"} | model},
    }
    patients = read_through(folder, config)
    return fit_outcome(patients.settings.models["m"], patients)


def together(found, name="multivariable"):
    return found.terms[found.terms["model"] == name]


ARMS = {"rx": {"levels": ["Obs", "Lev", "Lev+5FU"]}, "age": {"number": "years"}}


def test_robust_errors_of_clusters(tmp_path):
    columns = ARMS | {"nodes": {"number": "nodes"}}
    model = {"terms": ["rx", "nodes", "age"], "cluster": "differ"}
    found = fitted(tmp_path, data("colon"), columns, model)
    np.testing.assert_allclose(together(found)["coef"], values("colon cluster coef"), **CLOSE)
    np.testing.assert_allclose(together(found)["se"], values("colon cluster robust"), **CLOSE)
    for row in found.proportionality.itertuples():
        expected = golden(f"colon cluster zph {row.transform}")
        assert row.chisq == pytest.approx(expected[f"{row.term} chisq"], rel=1e-6)
        assert row.df == expected[f"{row.term} df"]


def test_an_interaction_and_its_test(tmp_path):
    columns = ARMS | {"node4": {"levels": ["0", "1"]}}
    model = {"terms": ["rx", "node4", "age"], "interactions": [["rx", "node4"]]}
    found = fitted(tmp_path, data("colon"), columns, model)
    np.testing.assert_allclose(together(found)["coef"], values("colon interaction coef"), **CLOSE)
    np.testing.assert_allclose(together(found)["se"], values("colon interaction se"), **CLOSE)
    pair = together(found)["term"].str.contains(":")
    test = together(found)[pair]["lrt_pvalue"].iloc[0]
    assert test == pytest.approx(golden("colon interaction lrt")["pvalue"], rel=1e-6)


def test_strata(tmp_path):
    columns = {"age": {"number": "years"}, "wt.loss": {"number": "lb"}}
    found = fitted(
        tmp_path, data("lung"), columns, {"terms": ["age", "wt.loss"], "strata": ["sex"]}
    )
    np.testing.assert_allclose(together(found)["coef"], values("lung strata coef"), **CLOSE)
    np.testing.assert_allclose(together(found)["se"], values("lung strata se"), **CLOSE)


def test_breslow_ties(tmp_path):
    columns = {
        "age": {"number": "years"},
        "sex": {"number": "code"},
        "ph.ecog": {"number": "score"},
    }
    model = {"terms": ["age", "sex", "ph.ecog"], "ties": "breslow"}
    found = fitted(tmp_path, data("lung"), columns, model)
    np.testing.assert_allclose(together(found)["coef"], values("lung breslow coef"), **CLOSE)


def test_levels_are_one_term(tmp_path):
    columns = {
        "trt": {"number": "arm"},
        "celltype": {"levels": ["squamous", "smallcell", "adeno", "large"]},
        "karno": {"number": "points"},
        "age": {"number": "years"},
    }
    found = fitted(
        tmp_path, data("veteran"), columns, {"terms": ["trt", "celltype", "karno", "age"]}
    )
    np.testing.assert_allclose(together(found)["coef"], values("veteran coef"), **CLOSE)
    cells = found.proportionality
    row = cells[(cells["term"] == "celltype") & (cells["transform"] == "km")].iloc[0]
    expected = golden("veteran zph km")
    assert (row["chisq"], row["df"]) == (pytest.approx(expected["celltype chisq"], rel=1e-6), 3)


def test_a_landmark(tmp_path):
    columns = {"trt": {"number": "arm"}, "karno": {"number": "points"}}
    model = {"terms": ["trt", "karno"], "landmark": 60 / DAYS}
    found = fitted(tmp_path, data("veteran"), columns, model)
    coefficients = together(found, "landmark")["coef"]
    np.testing.assert_allclose(coefficients, values("veteran landmark"), **CLOSE)
    assert len(together(found, "naive")) == 2


def as_dates(table, time, state, names):
    """Write times in days as dates after a day in 1950."""
    start = np.datetime64("1950-01-01")
    days = start + table[time].to_numpy().astype("timedelta64[D]")
    dates = {"start": start, "seen": days}
    for number, name in names.items():
        dates[name] = np.where(table[state] == number, days.astype(str), "")
    return table.assign(**{name: pd.Series(one).astype(str) if np.ndim(one) else str(one)
                           for name, one in dates.items()})  # fmt: skip


def test_fine_gray_of_states_from_dates(tmp_path):
    table = as_dates(data("pbc_states"), "time", "status", {1: "transplant", 2: "death"})
    columns = {"age": {"number": "years"}, "albumin": {"number": "g/dL"}}
    endpoint = {
        "start": "start",
        "states": {"transplant": "transplant", "death": "death"},
        "last_seen": "seen",
    }
    model = {"kind": "finegray", "terms": ["age", "albumin"], "state": "transplant"}
    found = fitted(tmp_path, table.drop(columns=["time", "status"]), columns, model, **endpoint)
    expected = golden("pbc finegray")
    rows = together(found).set_index("term")
    for name in ("age", "albumin"):
        assert rows.loc[name, "coef"] == pytest.approx(expected[name], rel=1e-6)
        assert rows.loc[name, "se"] == pytest.approx(expected[f"se {name}"], rel=1e-6)


def test_a_delayed_entry_is_left_truncation(tmp_path):
    table = data("veteran").assign(entry=lambda t: np.minimum(20, t["time"] / 2) / DAYS)
    columns = {"karno": {"number": "points"}}
    late = fitted(tmp_path, table, columns, {"terms": ["karno"], "delayed_entry": "entry"})
    plain = fitted(tmp_path, table, columns, {"terms": ["karno"]})
    # patients who entered at once have the same risk sets
    at_once = fitted(
        tmp_path, table.assign(entry=0.0), columns, {"terms": ["karno"], "delayed_entry": "entry"}
    )
    np.testing.assert_allclose(together(at_once)["coef"], together(plain)["coef"], rtol=1e-9)
    assert abs(together(late)["coef"].iloc[0] - together(plain)["coef"].iloc[0]) > 1e-6
