"""Each caution of a risk model: in a study that deserves it, and not in one that does not."""

import copy

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from recurseq.risk.build import build
from support.risk_results import cautions_of, tables_of
from support.risk_study import recipes_of

pytestmark = pytest.mark.slow

NAMES = ["a", "b", "c"]
SECTIONS = {
    "clinical": {
        "columns": {name: {"number": "n"} for name in NAMES}
        | {
            "case": {"positive": ["1"], "negative": ["0"]},
            "half": {"levels": ["development", "validation"]},
            "centre": {"levels": "auto"},
        }
    },
    "cohorts": {"development": {"half": ["development"]}, "validation": {"half": ["validation"]}},
    "models": {
        "m": {"kind": "logistic", "endpoint": "case", "terms": NAMES},
        "small": {"kind": "logistic", "endpoint": "case", "terms": ["a"]},
        "other": {"kind": "logistic", "endpoint": "case", "terms": ["b"]},
    },
    "risk": {
        "r": {"model": "m", "develop": "development", "validate": "validation", "bootstrap": 25}
    },
}


def patients(n=1600, seed=3):
    """Half of them for the validation, in twelve centres; inside the same values."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1.5, 1.5, (n, 3))
    half = np.where(np.arange(n) % 2, "validation", "development")
    for side in ("development", "validation"):  # the ends are those of the development
        own = half == side
        x[own] *= 0.99 if side == "validation" else 1
    p = expit(-1 + x @ [1.2, 0.6, 0.0])
    return pd.DataFrame(x, columns=NAMES).assign(
        case=(random.uniform(size=n) < p).astype(int),
        half=half,
        centre=[f"C{number:02d}" for number in random.integers(0, 12, n)],
    )


def changed(**changes):
    """The sections with `risk` or `models` keys of r and m changed."""
    sections = copy.deepcopy(SECTIONS)
    sections["risk"]["r"] |= changes.get("risk", {})
    sections["models"]["m"] |= changes.get("model", {})
    sections["cohorts"] |= changes.get("cohorts", {})
    return sections


def told(folder, table, sections):
    """Code and severity of all that stands in the tables of the risk model r."""
    for name in sections["risk"]["r"].get("compare", ()):
        sections["risk"][name] = {**SECTIONS["risk"]["r"], "model": name}
    tables = tables_of("r", recipes_of(folder, table, sections))
    found = cautions_of(tables)
    assert (found["analysis"] == "risk.r").all()
    return set(zip(found["code"], found["severity"], strict=True))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """What a good study is told: only that apparent values are too good."""
    sections = changed(model={"cluster": "centre"}, risk={"compare": ["small"]})
    return told(tmp_path_factory.mktemp("quiet"), patients(), sections)


def few(table):
    """Eight events of the development for three terms."""
    own = table[(table["half"] == "development") & (table["case"] == 1)].index[8:]
    return table.drop(own)


def perfect(table):
    return table.assign(a=table["case"] + np.linspace(-0.2, 0.2, len(table)))


def moved(table):
    """Other hospitals, where the event is rarer and terms say less."""
    random = np.random.default_rng(1)
    p = expit(-2.2 + 0.4 * table["a"])
    rarer = (random.uniform(size=len(table)) < p).astype(int)
    return table.assign(case=table["case"].where(table["half"] == "development", rarer))


def wider(table):
    return table.assign(a=table["a"].where(table["half"] == "development", 1.4 * table["a"]))


def three_centres(table):
    return table.assign(centre=table["centre"].str[-1].astype(int).mod(3).astype(str))


BOTH = {"validation": {"half": ["development", "validation"]}}
CASES = {
    "few_events": (few, {}, "stop"),
    "selected_by_p": (None, {"model": {"entry": {"p": 0.2}}}, "warn"),
    "apparent_performance": (None, {"risk": {"validate": None}}, "warn"),
    "near_perfect": (perfect, {"model": {"penalty": "firth"}}, "warn"),
    "validation_leak": (None, {"cohorts": BOTH}, "stop"),
    "uncalibrated": (moved, {}, "warn"),
    "many_tests": (None, {"risk": {"compare": ["small", "other"]}}, "note"),
    "few_centres": (three_centres, {"model": {"cluster": "centre"}}, "warn"),
    "extrapolation": (wider, {}, "warn"),
}


@pytest.mark.parametrize("code", CASES)
def test_a_study_that_deserves_a_caution_is_told(code, tmp_path):
    change, sections, severity = CASES[code]
    table = patients() if change is None else change(patients())
    assert (code, severity) in told(tmp_path, table, changed(**sections))


@pytest.mark.parametrize("code", CASES)
def test_a_study_that_does_not_is_not(code, quiet):
    severities = {severity for name, severity in quiet if name == code}
    # Apparent values are always said to be too good; with a validation that is a note.
    assert severities <= ({"note"} if code == "apparent_performance" else set())


def test_a_nomogram_beyond_the_patients_is_told(tmp_path):
    for span, wanted in (([-3, 3], {"warn"}), ([-1, 1], set())):
        sections = changed(risk={"axes": {"a": span}, "validate": None})
        made = build(recipes_of(tmp_path, patients(), sections)["r"])
        assert {one.severity for one in made.cautions if one.code == "extrapolation"} == wanted


def test_a_few_patients_beyond_are_counted_and_no_more_than_noted(tmp_path):
    table = patients()
    others = table.index[table["half"] == "validation"][:7]
    table.loc[others, "b"] = 9.0
    tables = tables_of("r", recipes_of(tmp_path, table, changed()))
    own = tables["performance_cautions"].set_index("code").loc["extrapolation"]
    assert (own["severity"], own["number"]) == ("note", "7")
    assert "7 of 800 patients" in own["message"]


@pytest.mark.parametrize(("events", "severity"), [(0, "warn"), (30, "warn"), (120, None)])
def test_a_validation_of_few_events_is_told(events, severity, tmp_path):
    """Below 100 a validation tells little; without any it is none, and is not called one."""
    table = patients()
    own = table["half"] == "validation"
    chosen = table.index[own & (table["case"] == 1)][:events]
    table["case"] = table["case"].where(~own, table.index.isin(chosen).astype(int))
    found = told(tmp_path, table, changed())
    assert {one for code, one in found if code == "few_events"} == ({severity} - {None})


def test_terms_that_the_other_model_gave_up_are_not_tested(tmp_path):
    """Backward selection drops c because it adds little: a test of adding it would be circular."""
    sections = changed(risk={"compare": ["chosen"], "validate": None})
    sections["models"]["chosen"] = sections["models"]["m"] | {"entry": {"backward": 0.05}}
    sections["risk"]["chosen"] = sections["risk"]["r"] | {"model": "chosen", "compare": []}
    rows = tables_of("r", recipes_of(tmp_path, patients(), sections))["risk_performance"]
    against = rows[rows["against"] == "chosen"]
    assert len(against) and against["df"].isna().all()
    sections["models"]["chosen"] = sections["models"]["m"] | {"terms": ["a", "b"]}
    rows = tables_of("r", recipes_of(tmp_path, patients(), sections))["risk_performance"]
    assert (rows.loc[rows["against"] == "chosen", "df"] == 1).any()


def test_what_several_steps_find_is_told_once(tmp_path):
    """Making a model and judging it both find that patients were chosen by their outcome."""
    sections = changed()
    sections["clinical"]["outcome_selected"] = ["development"]
    tables = tables_of("r", recipes_of(tmp_path, patients(), sections))
    code = "outcome_selected"
    assert all(
        (tables[f"{x}_cautions"]["code"] == code).sum() == 1 for x in ("risk", "performance")
    )
    assert (cautions_of(tables)["code"] == code).sum() == 1
