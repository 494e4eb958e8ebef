"""Estimates against what patients were simulated with, over many seeds."""

import copy

import numpy as np
import pandas as pd
import pytest
import yaml

from recurseq.clinical.models import fit_outcome
from recurseq.clinical.survival_analysis import analyse
from recurseq.demo.patient_files import write_rows
from recurseq.demo.patients_lee import LOCAL, SIZE, simulate_lee
from recurseq.demo.patients_mt1m import HAZARD_RATIO, simulate_mt1m
from recurseq.demo.patients_zhang import SURGERY, simulate_zhang
from support.clinical_study import read_through
from support.paths import REPOSITORY

pytestmark = pytest.mark.slow  # hundreds of cohorts
SEEDS, FEWER, FEW = 200, 100, 50  # all three passed with 200 once


def example(name):
    return yaml.safe_load((REPOSITORY / f"examples/{name}/config.yaml").read_text())


def cohorts(folder, config, simulate, seeds):
    """Patients of every seed, by the steps of the workflow; all are read from files at once."""
    made = [simulate(seed).assign(seed=seed) for seed in range(seeds)]
    table = pd.concat(made, ignore_index=True)
    table["patient_id"] = table["seed"].astype(str) + "-" + table["patient_id"]
    write_rows(table.drop(columns="seed"), folder / "clinical.tsv")
    patients = read_through(folder, config)
    assert len(patients) == len(table)
    for seed in range(seeds):
        yield patients.take(table["seed"] == seed)


def covers(rows, truth):
    """Share of the intervals that hold the true ratio."""
    return np.mean([row["lower"] <= truth <= row["upper"] for row in rows])


def nominal(share, seeds):
    """Whether a share of intervals is 95 % but for chance, at four standard errors."""
    return abs(share - 0.95) < 4 * np.sqrt(0.95 * 0.05 / seeds)


def row_of(terms, model, term):
    return terms[(terms["model"] == model) & (terms["term"] == term)].iloc[0]


def with_the_true_group(seed):
    made = simulate_mt1m(seed)
    return made.clinical.assign(low=made.hidden["true_low"].astype(str))


def test_the_planted_ratio_is_in_its_interval_and_no_subgroup_is_claimed(tmp_path):
    config = copy.deepcopy(example("mt1m"))
    for section in ("assays", "measures", "cutoffs", "associations"):
        del config[section]
    config["clinical"] |= {"path": "clinical.tsv"}
    config["clinical"]["columns"] = {
        "low": {"levels": ["False", "True"]},
        "bclc": {"levels": ["0", "A", "B", "C"]},
    }
    stage = {"early": {"bclc": ["0", "A"]}, "late": {"bclc": ["B", "C"]}}
    config["survival"] = {"dfs": {"endpoint": "dfs", "by": "low", "subgroups": stage}}
    config["models"] = {"dfs": {"kind": "cox", "endpoint": "dfs", "terms": ["low"]}}
    rows, interactions, claimed, naming = [], [], 0, 0
    for patients in cohorts(tmp_path, config, with_the_true_group, SEEDS):
        terms = fit_outcome(patients.settings.models["dfs"], patients).terms
        rows.append(row_of(terms, "multivariable", "low"))
        found = analyse(patients.settings.survival["dfs"], patients)
        interaction = found.tests[found.tests["test"] == "interaction"]["pvalue"].iloc[0]
        interactions.append(interaction)
        within = found.tests[
            (found.tests["subgroup"] == "early") & (found.tests["test"] == "logrank")
        ]
        if interaction >= 0.05 and within["pvalue"].iloc[0] < 0.05:
            claimed += 1
            naming += any(
                one.code == "subgroup_without_interaction" and one.severity == "warn"
                for one in found.cautions
            )
    assert nominal(covers(rows, HAZARD_RATIO), SEEDS)
    ratios = np.log([row["ratio"] for row in rows])
    # Death without recurrence has no effect of the gene, and is an event too.
    assert 0 < np.log(HAZARD_RATIO) - np.median(ratios) < 0.15
    assert np.mean(np.array(interactions) < 0.05) < 0.11  # there is none
    assert claimed > 0 and naming == claimed


def test_immortal_time_helps_the_naive_estimate_alone(tmp_path):
    config = example("zhang")
    config["clinical"]["path"] = "clinical.tsv"
    config["models"]["os"]["cluster"] = None
    naive, changing = [], []
    for patients in cohorts(tmp_path, config, lambda seed: simulate_zhang(seed).clinical, FEWER):
        found = fit_outcome(patients.settings.models["os"], patients)
        naive.append(row_of(found.terms, "naive", "surgery"))
        changing.append(row_of(found.terms, "time_varying", "surgery"))
        assert {"immortal_time", "confounded_by_indication"} <= {c.code for c in found.cautions}
    assert nominal(covers(changing, SURGERY), FEWER)
    assert abs(np.median([row["ratio"] for row in changing]) - SURGERY) < 0.08
    assert np.median([row["ratio"] for row in naive]) < 0.45
    assert covers(naive, SURGERY) < 0.85


def test_baseline_effects_of_a_cohort_with_a_later_response(tmp_path):
    config = example("lee")
    config["clinical"]["path"] = "clinical.tsv"
    rows = {"local_treatment": [], "size_gt3": []}
    later = []
    for patients in cohorts(tmp_path, config, lambda seed: simulate_lee(seed).clinical, FEW):
        terms = fit_outcome(patients.settings.models["os"], patients).terms
        for name, found in rows.items():
            found.append(row_of(terms, "time_varying", name))
        response = [row_of(terms, model, "response")["coef"] for model in ("naive", "landmark")]
        later.append(response[0] - response[1])
    # Response changes the pace of time after month 2, so that hazards are proportional for nobody:
    # intervals hold the planted ratios nearly, not exactly, as often as they say.
    assert covers(rows["local_treatment"], LOCAL) > 0.85
    assert covers(rows["size_gt3"], SIZE) > 0.85
    assert np.median(later) > 0.05
