"""From a clinical table on the disk to the numbers of R, through every step of the workflow."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recurseq.clinical.associations import associate
from recurseq.clinical.models import fit_outcome
from recurseq.clinical.survival_analysis import analyse
from support.clinical_study import CONFIG, read_through, simulate, write_inputs
from support.golden import data, golden, values

MONTH = 30.4375
LUNG = {
    "study": {"title": "lung"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {
            "age": {"number": "years"},
            "sex": {"levels": ["1", "2"]},
            "ecog": {"number": "points", "from": "ph.ecog"},
            "ph.ecog": {"levels": "auto"},
        },
    },
    "endpoints": {"os": {"time": "time", "event": "status", "unit": "days"}},
    "survival": {"os": {"endpoint": "os", "by": "sex", "at": [12], "rmst": [12]}},
    "models": {"os": {"kind": "cox", "endpoint": "os", "terms": ["age", "sex", "ecog"]}},
}


def lung_table(t):
    t = t.copy()
    t.insert(0, "patient_id", [f"P{number}" for number in range(len(t))])
    return t


@pytest.fixture(scope="module")
def lung(tmp_path_factory):
    """R's lung cancer patients, as a clinical table."""
    folder, config = tmp_path_factory.mktemp("lung"), copy.deepcopy(LUNG)
    codes = sorted(data("lung")["status"].unique())
    if codes != [0, 1]:
        config["endpoints"]["os"]["event_levels"] = [str(code) for code in codes]
    lung_table(data("lung")).to_csv(folder / "clinical.tsv", sep="\t", index=False)
    return read_through(folder, config)


def test_a_model_is_that_of_coxph(lung):
    found = fit_outcome(lung.settings.models["os"], lung)
    together = found.terms[found.terms["model"] == "multivariable"]
    np.testing.assert_allclose(together["coef"], values("lung efron coef"), rtol=1e-8)
    np.testing.assert_allclose(together["se"], values("lung efron se"), rtol=1e-8)
    np.testing.assert_allclose(together["ratio"], np.exp(values("lung efron coef")), rtol=1e-8)
    summary = found.summary.iloc[0]
    null, full = values("lung efron loglik")
    assert summary["loglik"] == pytest.approx(full, rel=1e-10)
    assert summary["lrt"] == pytest.approx(2 * (full - null), rel=1e-8)
    assert summary["c_index"] == pytest.approx(values("lung efron concordance")[0], rel=1e-10)
    assert summary["c_uno"] == pytest.approx(values("lung uno")[0], rel=1e-10)
    tests = found.proportionality
    names = {"ecog": "ph.ecog"}
    for row in tests.itertuples():
        expected = golden(f"lung efron zph {row.transform}")
        term = names.get(row.term, row.term)
        assert row.chisq == pytest.approx(expected[f"{term} chisq"], rel=1e-7)
        assert row.pvalue == pytest.approx(expected[f"{term} p"], rel=1e-7)
    assert set(tests["term"]) == {"age", "sex", "ecog", "GLOBAL"} and len(tests) == 16


def test_curves_and_their_comparison_are_those_of_r(lung):
    found = analyse(lung.settings.survival["os"], lung)
    expected = golden("lung sex log-log")
    for row in found.groups.set_index("group").itertuples():
        for ours in ("median", "median_lower", "median_upper"):
            theirs = ours.rpartition("_")[2]
            months = getattr(row, ours)
            assert months * MONTH == pytest.approx(expected[f"{row.Index} {theirs}"], rel=1e-8)
    tests = found.tests.set_index("test")
    for ours, theirs in (("logrank", "logrank lung"), ("fh10", "fh10 lung")):
        assert tests.loc[ours, "statistic"] == pytest.approx(golden(theirs)["chisq"], rel=1e-9)
        assert tests.loc[ours, "pvalue"] == pytest.approx(golden(theirs)["pvalue"], rel=1e-9)


def test_a_stratified_test_is_that_of_r(lung):
    survival = replace(lung.settings.survival["os"], strata=("ph.ecog",))
    tests = analyse(survival, lung).tests.set_index("test")
    expected = golden("stratified lung")
    assert tests.loc["stratified", "statistic"] == pytest.approx(expected["chisq"], rel=1e-9)
    assert tests.loc["stratified", "pvalue"] == pytest.approx(expected["pvalue"], rel=1e-9)


def test_a_spanned_unit_changes_nothing(tmp_path, lung):
    config, table = copy.deepcopy(LUNG), lung_table(data("lung"))
    table["time"] = table["time"] / MONTH
    config["endpoints"]["os"] |= {"unit": "months"}
    codes = sorted(data("lung")["status"].unique())
    if codes != [0, 1]:
        config["endpoints"]["os"]["event_levels"] = [str(code) for code in codes]
    table.to_csv(tmp_path / "clinical.tsv", sep="\t", index=False)
    other = read_through(tmp_path, config)
    one, two = (fit_outcome(p.settings.models["os"], p).terms for p in (lung, other))
    np.testing.assert_allclose(two["coef"], one["coef"], rtol=1e-7)


def small(folder, clinical=None, wells=None, config=None):
    made = simulate()
    write_inputs(
        folder, made[0] if clinical is None else clinical, made[1] if wells is None else wells
    )
    return read_through(folder, copy.deepcopy(CONFIG) if config is None else config)


def test_the_order_of_patients_does_not_matter(tmp_path):
    clinical, wells = simulate()
    mixed = clinical.sample(frac=1, random_state=3), wells.sample(frac=1, random_state=4)
    tables = []
    for name, (one, two) in {"a": (clinical, wells), "b": mixed}.items():
        (tmp_path / name).mkdir()
        patients = small(tmp_path / name, one, two)
        settings = patients.settings
        tables.append(
            [
                fit_outcome(settings.models["os"], patients).terms,
                analyse(settings.survival["dfs"], patients).tests,
                associate(settings.associations["mt1m"], patients, 1).table,
            ]
        )
    for one, two in zip(*tables, strict=True):
        pd.testing.assert_frame_equal(one, two, rtol=1e-9)


def test_exclusions_and_missing_values_are_counted(tmp_path):
    clinical, wells = simulate()
    clinical["age_years"] = clinical["age_years"].astype(object)
    clinical.loc[:2, "age_years"] = ""
    patients = small(tmp_path, clinical, wells)
    found = fit_outcome(patients.settings.models["os"], patients)
    excluded = int((clinical["r0"] == "no").sum())
    summary = found.summary.iloc[0]
    assert summary["dropped_missing"] == 3
    assert summary["n"] == len(clinical) - excluded - 3
    table = associate(patients.settings.associations["mt1m"], patients, 1).table
    ages = table[table["variable"] == "age"]
    assert ages["missing"].sum() == 3 and ages["n"].sum() == len(clinical) - excluded - 3


def test_the_association_table_counts_and_names_its_tests(tmp_path):
    patients = small(tmp_path)
    table = associate(patients.settings.associations["mt1m"], patients, 1).table
    kept = patients.cohort("all")
    group = kept.values("mt1m")
    for level in ("female", "male"):
        for name in ("low", "high"):
            row = table[(table["level"] == level) & (table["group"] == name)].iloc[0]
            assert row["n"] == int(((kept.frame["sex"] == level) & (group == name)).sum())
    from scipy.stats import chi2_contingency, mannwhitneyu

    counts = pd.crosstab(kept.frame["sex"], group)
    sex = table[table["variable"] == "sex"].iloc[0]
    if counts.to_numpy().min() >= 5:
        assert sex["pvalue"] == pytest.approx(chi2_contingency(counts, correction=False).pvalue)
    age = table[table["variable"] == "age"].iloc[0]
    ages = [kept.frame["age"][(group == name).to_numpy()] for name in ("low", "high")]
    expected = mannwhitneyu(*ages, use_continuity=True, method="asymptotic").pvalue
    assert "Mann" in age["test"] and age["pvalue"] == pytest.approx(expected, rel=0.02)


def test_an_excluded_patient_leaves_no_trace(tmp_path):
    clinical, wells = simulate()
    changed = clinical.copy()
    out = changed["r0"] == "no"
    changed.loc[out, "age_years"] = 99
    changed.loc[out, "os_months"] = 200.0
    changed.loc[out, ["recurrence_date", "death_date"]] = ""
    changed.loc[out, "os_event"] = 0
    tables = []
    for name, one in {"a": clinical, "b": changed}.items():
        (tmp_path / name).mkdir()
        patients = small(tmp_path / name, one, wells)
        tables.append(fit_outcome(patients.settings.models["os"], patients).terms)
    pd.testing.assert_frame_equal(*tables)
