"""Numbers that must not be told, and patients who must not be counted."""

import copy

import numpy as np
import pytest

from recurseq.clinical.associations import associate
from recurseq.clinical.cutoff_use import optimised_caution
from recurseq.clinical.models import fit_outcome
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.setting_problems import setting_problems
from recurseq.clinical.survival_analysis import analyse
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.clinical_study import CONFIG, read_through, simulate, write_inputs
from support.golden import data

LUNG = {
    "study": {"title": "lung"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {
            "age": {"number": "years"},
            "entry": {"number": "months"},
            "sex": {"levels": ["1", "2"]},
            "ph.ecog": {"levels": "auto"},
        },
    },
    "endpoints": {"os": {"time": "time", "event": "status", "unit": "days"}},
    "survival": {
        "os": {"endpoint": "os", "by": "sex", "subgroups": {"worse": {"ph.ecog": ["2", "3"]}}}
    },
    "models": {"os": {"kind": "cox", "endpoint": "os", "terms": ["age", "sex"]}},
}


def lung(folder, table, **model):
    folder.mkdir()
    config = copy.deepcopy(LUNG)
    config["models"]["os"] |= model
    codes = sorted(data("lung")["status"].unique())
    if codes != [0, 1]:
        config["endpoints"]["os"]["event_levels"] = [str(code) for code in codes]
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    return read_through(folder, config)


@pytest.fixture
def patients():
    table = data("lung").copy()
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    months = table["time"] / 30.4375
    late = np.arange(len(table)) % 10 == 0
    return table.assign(entry=np.where(late, months + 1, months / 4).round(3)), late


def test_who_is_of_no_known_subgroup_is_in_no_test_of_it(tmp_path, patients):
    table, _ = patients
    table = table.assign(**{"ph.ecog": table["ph.ecog"].astype(object)})
    table.loc[::7, "ph.ecog"] = ""
    known = table[table["ph.ecog"] != ""]
    found = []
    for name, one in (("with", table), ("without", known)):
        study = lung(tmp_path / name, one)
        tests = analyse(study.settings.survival["os"], study).tests
        found.append(tests[tests["subgroup"] == "worse"].set_index("test")["statistic"])
    assert found[0].to_dict() == pytest.approx(found[1].to_dict(), rel=1e-9)


def test_who_enters_after_the_end_was_never_at_risk(tmp_path, patients):
    table, late = patients
    found = []
    for name, one in (("with", table), ("without", table[~late])):
        study = lung(tmp_path / name, one, delayed_entry="entry")
        found.append(fit_outcome(study.settings.models["os"], study))
    together = [one.terms[one.terms["model"] == "multivariable"] for one in found]
    np.testing.assert_allclose(together[0]["coef"], together[1]["coef"], rtol=1e-9)
    counts = [one.summary.iloc[0] for one in found]
    assert counts[0]["n"] == counts[1]["n"] == (~late).sum()
    assert counts[0]["dropped_missing"] == late.sum()


def test_entry_is_not_forgotten_where_a_value_changes():
    config = copy.deepcopy(LUNG)
    config["models"]["os"] |= {"delayed_entry": "entry", "time_varying": {"sex": "entry"}}
    settings = clinical_settings(clinical_sections(with_defaults(config)))
    places = [str(problem) for problem in setting_problems(settings, None, has_counts=False)]
    assert any("models.os.delayed_entry" in place and "one of both" in place for place in places)


def test_clusters_have_no_likelihood_ratio(tmp_path, patients):
    table, _ = patients
    table = table.assign(centre=[f"C{number % 12}" for number in range(len(table))])
    study = lung(tmp_path / "lung", table, cluster="centre")
    summary = fit_outcome(study.settings.models["os"], study).summary.iloc[0]
    assert summary["converged"] and np.isfinite(summary["loglik"])
    assert np.isnan([summary["lrt"], summary["pvalue"], summary["aic"]]).all()


def test_subgroups_of_a_best_cutoff_have_no_pvalue(tmp_path):
    config = copy.deepcopy(CONFIG)
    config["cutoffs"]["mt1m"] = {"measure": "MT1M", "method": "maxstat", "endpoint": "dfs"}
    config["survival"]["dfs"]["subgroups"] = {"men": {"sex": ["male"]}}
    write_inputs(tmp_path, *simulate())
    patients = read_through(tmp_path, config)
    found = analyse(patients.settings.survival["dfs"], patients)
    own = found.tests[found.tests["subgroup"] == "men"]
    assert set(own["test"]) == {"interaction", "logrank"} and own["pvalue"].isna().all()
    assert own["qvalue"].isna().all() and (own["note"] == "left out: optimised_cutoff").all()
    assert "subgroup_without_interaction" not in {one.code for one in found.cautions}


@pytest.mark.parametrize("ordered", [True, False])
def test_a_trend_takes_groups_in_order(tmp_path, ordered):
    config, (clinical, wells) = copy.deepcopy(CONFIG), simulate()
    clinical["arm"] = [f"a{number % 3}" for number in range(len(clinical))]
    config["clinical"]["columns"]["arm"] = {"levels": ["a0", "a1", "a2"], "ordered": ordered}
    config["associations"] = {"arm": {"groups": "arm", "with": ["bclc"]}}
    write_inputs(tmp_path, clinical, wells)
    patients = read_through(tmp_path, config)
    table = associate(patients.settings.associations["arm"], patients, 1).table
    assert ("trend" in set(table["level"])) == ordered


def test_a_limit_of_zero_is_a_limit():
    row = {
        **dict.fromkeys(("pvalue_permutation", "pvalue_lau94"), np.nan),
        **{"pvalue_lau92": 0.2, "cut_lower": 0.0, "cut_upper": 1.5},
    }
    message = optimised_caution("cutoffs.x", "x", row).message
    assert "0 to 1.5" in message and "NA" not in message
