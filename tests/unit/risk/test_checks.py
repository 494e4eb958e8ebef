"""What the section risk cannot have is said before anything runs, with the way out."""

import pytest

from recurseq.base.errors import InputError
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.table import read_table
from recurseq.preflight.check import checked_study
from recurseq.risk.checks import risk_problems
from recurseq.risk.settings import risk_settings
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.golden import RISK, data
from support.risk_models import INFERT, PLAIN
from support.risk_study import study_config

SECTIONS = {
    "endpoints": {"os": {"time": "age", "event": "case"}, "early": {"of": "os", "within": 30}},
    "cohorts": {
        "development": {"stratum": ["<50"]},
        "validation": {"stratum": [">=50"]},
        "late": {"stratum": [">=40"]},
    },
    "cutoffs": {"old": {"measure": "parity", "method": "median"}},
}
HAZARDS = {"kind": "cox", "endpoint": "os", "terms": ["parity"]}
LOG = {"number": "n", "from": "spontaneous", "transform": "log2"}
ROOT = LOG | {"transform": "sqrt"}


def problems(folder, risk, models=None, more=None, counted=True):
    models = {"m": PLAIN, "h": HAZARDS, "other": PLAIN | {"endpoint": "early"}} | (models or {})
    config = study_config(
        data("infert", RISK),
        folder,
        INFERT | {"log_spontaneous": LOG, "root_spontaneous": ROOT},
        models,
        {"r": {"model": "m"} | risk} | (more or {}),
        **SECTIONS,
    )
    sections = clinical_sections(with_defaults(config))
    settings = clinical_settings(sections)
    frame = None
    if counted:
        sections["clinical"]["path"] = str(folder / "clinical.tsv")
        frame = read_table(clinical_settings(sections))[0].frame
    return risk_problems(risk_settings(sections), settings, frame)


def test_what_can_be_is_not_complained_of(tmp_path):
    whole = {
        "develop": "development",
        "validate": "validation",
        "axes": {"age": [20, 44]},
        "strata": {"cuts": [0.1, 0.4], "names": ["low", "middle", "high"]},
        "compare": ["s"],
    }
    assert problems(tmp_path, whole, more={"s": {"model": "m"}}) == []
    assert problems(tmp_path, {"model": "h", "horizon": 30}) == []


@pytest.mark.parametrize(
    ("risk", "where", "words"),
    [
        ({"model": "mm"}, "model", "'mm' is no model"),
        ({"horizon": 12}, "horizon", "is logistic"),
        ({"model": "h"}, "risk.r:", "no horizon is given"),
        ({"develop": "developement"}, "develop", "did you mean 'development'"),
        ({"validate": "nowhere"}, "validate", "is no cohort"),
        ({"develop": "development", "validate": "late"}, "validate", "are in development and"),
        ({"validate": "validation"}, "validate", "patients are in all and in validation"),
        ({"axes": {"size": [1, 2]}}, "axes.size", "no term of the model"),
        ({"model": "levels", "axes": {"education": [1, 2]}}, "axes.education", "is levels"),
        ({"axes": {"age": [50, 20]}}, "axes.age", "from 50 to 20"),
        ({"model": "levels", "axes": {"log_spontaneous": [0, 2]}}, "axes.log", "above 0"),
        ({"model": "levels", "axes": {"root_spontaneous": [-1, 2]}}, "axes.root", "0 or more"),
        ({"strata": {"cuts": [0.1, 0.4], "names": ["a", "b"]}}, "names", "the cuts make 3 parts"),
        ({"strata": {"cuts": [0.4, 0.1], "names": ["a", "b", "c"]}}, "cuts", "low to high"),
        ({"decision": [0.5, 0.1]}, "decision", "ends before"),
        ({"compare": ["r"]}, "compare", "no other risk model"),
        ({"compare": ["s"]}, "compare", "tells another risk: early, not case"),
        ({"model": "moving", "horizon": 9}, "model", "has time_varying"),
        ({"model": "late", "horizon": 9}, "model", "has landmark"),
        ({"model": "strata", "horizon": 9}, "model", "has strata"),
        (
            {"model": "cut", "develop": "development", "validate": "validation"},
            "validate",
            "the cut-off 'old' is found in all",
        ),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, risk, where, words):
    models = {
        "levels": PLAIN | {"terms": ["education", "log_spontaneous", "root_spontaneous"]},
        "moving": HAZARDS | {"time_varying": {"parity": "induced"}},
        "late": HAZARDS | {"landmark": 3},
        "strata": HAZARDS | {"strata": ["education"]},
        "cut": PLAIN | {"terms": ["age", "old"]},
    }
    found = problems(tmp_path, risk, models, {"s": {"model": "other"}})
    assert any(where in one.where + ":" and words in str(one) for one in found), found


def test_the_overlap_is_counted(tmp_path):
    """Rows of the strata 40 to 49 of infert, counted in the file."""
    stratum = data("infert", RISK)["stratum"]
    both = int(((stratum < 50) & (stratum >= 40)).sum())
    asked = {"develop": "development", "validate": "late"}
    (found,) = problems(tmp_path, asked)
    assert found.found.startswith(f"{both} patients")
    assert problems(tmp_path, asked, counted=False) == []  # nobody to count


@pytest.mark.parametrize("where", ["cohorts", "flow"])
def test_a_condition_on_a_column_that_is_not_there_is_named(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    condition = {"stratumm": ["<50"]}
    asked = {"model": "m", "develop": "development", "validate": "validation"}
    cohorts = SECTIONS["cohorts"] | ({"late": condition} if where == "cohorts" else {})
    flow = [{"exclude": condition, "label": "late"}] if where == "flow" else []
    config = study_config(
        data("infert", RISK), tmp_path, INFERT, {"m": PLAIN}, {"r": asked},
        cohorts=cohorts, flow=flow,
    )  # fmt: skip
    with pytest.raises(InputError, match="'stratumm'"):
        checked_study(config)


def test_the_study_is_refused_before_it_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = study_config(data("infert", RISK), tmp_path, INFERT, {"m": PLAIN},
                          {"r": {"model": "n"}})  # fmt: skip
    with pytest.raises(InputError, match="'n' is no model"):
        checked_study(config)
    config["risk"]["r"]["model"] = "m"
    checked_study(config)
