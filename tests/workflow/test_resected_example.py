"""The example of 3,125 resected patients, run by the real command, against its truth."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table
from recurseq.demo.resected_factors import EFFECTS, SCALE
from support.paths import REPOSITORY
from support.small_study import StudyFolder

pytestmark = pytest.mark.workflow
EXAMPLE = REPOSITORY / "examples" / "hpr"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resected") / "study"
    shutil.copytree(EXAMPLE, folder, ignore=lambda *_: {"results", "demo", ".snakemake"})
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    assert text.count("bootstrap: 500") == 2
    config.write_text(text.replace("bootstrap: 500", "bootstrap: 100"), encoding="utf-8")  # sooner
    ended = StudyFolder.read(folder).run()
    assert ended.returncode == 0, ended.stderr
    return folder / "results"


def table(results, path, name):
    return read_table(results / path, name)


def performance(results, risk, data, measure):
    found = table(results, f"risk/{risk}/performance.tsv", "risk_performance")
    rows = found[(found["data"] == data) & (found["measure"] == measure) & found["against"].isna()]
    return rows.iloc[0]


def test_everything_planted_is_found(results):
    check = table(results, "demo/clinical_check.tsv", "clinical_demo_check")
    assert len(check) == 23 and check["agrees"].all(), check.to_string()
    page = (results / "report/report.html").read_text(encoding="utf-8")
    assert "Simulated data" in page and "reconstructed" in page and "Early events" in page
    for figure in results.rglob("*.svg"):
        assert "simulated" in figure.read_text(), figure.name


def test_the_flow_sums(results):
    flow = table(results, "clinical/flow.tsv", "clinical_flow").set_index("label")
    left = flow["remaining"]
    assert left.iloc[0] == 16_158 and left["incomplete records"] == 3_125
    assert flow["excluded"].sum() == 16_158 - 3_125
    assert left["cohort development"] == 2_113 and left["cohort validation"] == 1_012
    figure = (results / "clinical/figures/flow.svg").read_text()
    assert "every step adds up" in figure and "hpr: 502 of 3,098" in figure


def test_coefficients_of_factors_cut_in_two_are_the_planted_ones(results):
    terms = table(results, "clinical/models/dichotomised/terms.tsv", "model_terms")
    own = terms[terms["model"] == "multivariable"].set_index("term")["coef"].abs()
    ratio = own.to_numpy() / np.array(
        [EFFECTS[name] for name in ("young", "afp_high", "large", "multiple", "vascular_invasion",
                                    "capsule_incomplete", "mvi", "ki67_high", "complication")]
    )  # fmt: skip
    assert len(ratio) == 9 and (ratio > 0.75).all() and (ratio < 1.5).all()
    assert 1.05 < np.median(ratio) < SCALE + 0.1
    alone = terms[(terms["term"] == "grade") & (terms["level"] == "I")].iloc[0]
    assert alone["events"] == 0 and np.isfinite(alone["upper"])


def test_models_hold_in_the_validation_and_strata_rise_in_both(results):
    for risk in ("pre", "post"):
        slope = performance(results, risk, "validation", "calibration_slope")
        assert slope["lower"] < 1 < slope["upper"] and abs(slope["estimate"] - 1) < 0.25
        corrected = performance(results, risk, "corrected", "auc")
        assert (
            0.8 < corrected["estimate"] < performance(results, risk, "apparent", "auc")["estimate"]
        )
        strata = table(results, f"risk/{risk}/strata.tsv", "risk_strata")
        for cohort, own in strata.groupby("cohort"):
            assert own["stratum"].tolist() == ["very_low", "moderate", "very_high"], cohort
            assert own["observed"].is_monotonic_increasing
            assert (own["lower"].to_numpy()[1:] > own["upper"].to_numpy()[:-1]).all()
    found = table(results, "risk/post/performance.tsv", "risk_performance")
    added = found[(found["against"] == "pre") & (found["data"] == "validation")]
    assert added[added["measure"] == "auc"]["lower"].iloc[0] > 0


def test_circular_curves_have_no_test_and_fair_ones_have(results):
    folder = "clinical/survival"
    for name, tested in (
        ("rfs_by_hpr", False),
        ("os_by_hpr", False),
        ("os_from_month_6", True),
        ("after_recurrence", True),
    ):
        tests = table(results, f"{folder}/{name}/tests.tsv", "survival_tests")
        groups = table(results, f"{folder}/{name}/groups.tsv", "survival_groups")
        assert tests["pvalue"].notna().any() == groups["hr"].notna().any() == tested, name
        assert groups["median"].notna().any(), name  # the curves are shown
    after = table(results, f"{folder}/after_recurrence/groups.tsv", "survival_groups")
    medians = after.set_index("group")
    assert medians.loc["yes", "median_lower"] < 9 < medians.loc["yes", "median_upper"]
    assert medians.loc["no", "median_lower"] < 28.1 < medians.loc["no", "median_upper"]
    cautions = table(results, "clinical/cautions.tsv", "clinical_cautions")
    by = cautions.groupby("code")["analysis"].agg(set)
    assert by["circular_outcome"] == {"survival.rfs_by_hpr", "survival.os_by_hpr"}
    assert "survival.after_recurrence_by_treatment" in by["confounded_by_indication"]
    assert "models.dichotomised" in by["level_without_events"]


def test_the_readme_tells_what_a_run_finds(results):
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")

    def told(row):
        (cell,) = re.findall(rf"^\| {row} \|[^|]*\| (.*) \|$", text, re.MULTILINE)
        return [float(one) for one in re.findall(r"\d+(?:\.\d+)?", cell)]

    def interval(row, name="estimate"):
        return [float(row[name]), float(row["lower"]), float(row["upper"])]

    terms = table(results, "clinical/models/dichotomised/terms.tsv", "model_terms")
    own = terms[terms["model"] == "multivariable"].set_index("term")
    occurred = table(results, "clinical/descriptions/hpr/occurrence.tsv", "description_occurrence")
    month = occurred.set_index("month").loc[4]
    found = {
        "HPR within four months": [100 * x for x in interval(month, "cumulative_share")],
        "odds ratio of vascular invasion": interval(own.loc["vascular_invasion"], "ratio"),
        "odds ratio of MVI": interval(own.loc["mvi"], "ratio"),
        "calibration slope of `post` in the validation": interval(
            performance(results, "post", "validation", "calibration_slope")
        ),
        "area of `post` in the validation": interval(
            performance(results, "post", "validation", "auc")
        ),
    }
    for row, values in found.items():
        assert told(row) == pytest.approx(values, rel=0.02, abs=0.006), row


def test_no_patient_leaves_the_tables_of_single_patients(results):
    given = pd.read_csv(results.parent / "demo/clinical.tsv", sep="\t", dtype=str)
    page = (results / "report/report.html").read_text(encoding="utf-8")
    for file in ("clinical/descriptions/hpr/shares.tsv", "clinical/flow.tsv", "risk/post/card.md"):
        text = (results / file).read_text(encoding="utf-8")
        assert not re.findall(r"H\d{5}", text), file
    # Pictures are looked at by their words: a line of a drawing may be called H00097 too.
    words = re.sub(r'src="data:[^"]*"', "", page)
    for picture in results.rglob("*.svg"):
        words += " ".join(re.findall(r">([^<]+)<", picture.read_text(encoding="utf-8")))
    assert not set(re.findall(r"\bH\d{5}\b", words)) & set(given["patient_id"])
