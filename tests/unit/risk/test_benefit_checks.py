"""What the section benefit cannot have is said before anything runs, with the way out."""

import copy

import pytest

from recurseq.base.errors import InputError
from recurseq.clinical.read_settings import clinical_settings
from recurseq.preflight.check import checked_study
from recurseq.study.clinical_names import clinical_sections, naming_part
from recurseq.study.defaults import with_defaults
from support.benefit_study import CONFIG, simulate, with_benefit

MORE = {
    "endpoints": {"own": {"time": "months", "event": "gone"}},
    "risk": {"plain": {"model": "post"}},
    "models": {
        "with_it": {"kind": "logistic", "endpoint": "hpr", "terms": ["mvi", "adjuvant"]},
    },
}


@pytest.fixture(scope="module")
def table():
    made = simulate(2, 400)
    made = made.assign(
        months=5.0 + (made.index % 7), gone=(made.index % 2), begin=1.5, same="x", relapsed="no"
    )
    made.loc[::3, "relapsed"] = "yes"
    return made


def config(**changes) -> dict:
    made = copy.deepcopy(with_benefit(changes))
    for section, entries in MORE.items():
        made[section] = {**made[section], **entries}
    strata = {"cuts": [0.2], "names": ["low", "high"]}
    made["risk"]["late"] = {"model": "with_it", "strata": strata}
    made["risk"]["odd"] = {"model": "post", "strata": {**strata, "names": ["all", "high"]}}
    known = {"number": "cm", "from": "large", "time": "death_date"}
    made["clinical"]["columns"]["later"] = known
    return made


def problems(folder, table, monkeypatch, made) -> str:
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    monkeypatch.chdir(folder)
    try:
        checked_study(made)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"endpoint": "dfs", "method": "match", "treated": ["TACE"]},
        {"endpoint": "own", "started": "begin", "within": None},
        {"endpoint": "relapsed", "landmark": None, "started": None},
    ],
)
def test_what_can_be_is_not_complained_of(tmp_path, table, monkeypatch, changes):
    made = with_benefit(changes)
    made = {**made, "endpoints": {**made["endpoints"], **MORE["endpoints"]}}
    assert problems(tmp_path, table, monkeypatch, made) == ""


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"within": "risk.pst"}, "within", "did you mean 'risk.post'"),
        ({"within": "risk.plain"}, "within", "has no strata"),
        ({"within": "risk.late"}, "within", "is a term of the model"),
        ({"within": "risk.odd"}, "risk.odd.strata.names", "'all'"),
        ({"treatment": "adjuvnt"}, "treatment", "did you mean 'adjuvant'"),
        ({"treatment": "mvi"}, "treatment", "is a number"),
        ({"treatment": "same"}, "treatment", "has 1 levels"),
        ({"treated": ["TAC"]}, "treated", "did you mean 'TACE'"),
        ({"treated": ["none"]}, "treated", "which is no treatment"),
        ({"started": "adjuvant_dat"}, "started", "did you mean 'adjuvant_date'"),
        ({"started": "same"}, "same", "are no such dates"),
        ({"endpoint": "rec"}, "endpoint", "has states: 'recurrence', 'death'"),
        ({"endpoint": "hpx"}, "endpoint", "did you mean 'hpr'"),
        ({"endpoint": "adjuvant"}, "endpoint", "is the treatment"),
        ({"endpoint": "own"}, "started", "has no origin date"),
        ({"covariates": ["mvi", "yung"]}, "covariates", "did you mean 'young'"),
        ({"covariates": ["adjuvant"]}, "covariates", "is the treatment itself"),
        ({"covariates": ["adjuvant_date"]}, "covariates", "says when the treatment began"),
        ({"covariates": ["hpr"]}, "covariates", "is the outcome"),
        ({"covariates": ["recurrence_date"]}, "covariates", "is the outcome"),
        ({"endpoint": "own", "covariates": ["months"]}, "covariates", "'months' is the outcome"),
        ({"covariates": ["dfs"]}, "covariates", "became known after the origin"),
        ({"covariates": ["later"]}, "covariates", "became known after the origin (death_date)"),
        ({"covariates": ["surgery_date"]}, "covariates", "is a date"),
        ({"started": None}, "landmark", "nothing says when the treatment began"),
        ({"landmark": 6}, "landmark", "ends with month 6"),
        ({"endpoint": "same"}, "endpoint", "has 1 levels"),
        ({"endpoint": "multiple"}, "landmark", "nothing says when 'multiple' came"),
        ({"cohort": "frst"}, "cohort", "is no cohort"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, table, monkeypatch, changes, where, words):
    told = problems(tmp_path, table, monkeypatch, config(**changes))
    assert f"{where}" in told and words in told, told


def test_a_treatment_that_begins_later_is_none_at_the_origin_anywhere():
    """A model with it as a term is warned of as with time_varying."""
    sections = clinical_sections(with_defaults(CONFIG))
    assert clinical_settings(sections).known_at == {"adjuvant": "adjuvant_date"}
    kept = clinical_settings(naming_part(sections))
    assert kept.benefit["adjuvant"].covariates == tuple(CONFIG["benefit"]["adjuvant"]["covariates"])
