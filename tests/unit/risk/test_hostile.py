"""Ugly cohorts: every number is there for a reason, or a caution says why it is not."""

import warnings
from dataclasses import dataclass, field, replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from recurseq.figures.nomogram import nomogram_figure
from recurseq.risk.build import build
from recurseq.risk.cohorts import cohorts_of
from recurseq.risk.grow_tree import grow_tree
from recurseq.risk.performance import validate_risk
from recurseq.risk.points import nomogram_tables, points_of
from recurseq.risk.recipe import Recipe
from recurseq.risk.stratify import divider, patient_table, stratify
from support.risk_study import recipes_of

pytestmark = pytest.mark.slow

COLUMNS = {
    "age": {"number": "years"},
    "size": {"number": "cm"},
    "afp": {"number": "ng/mL", "transform": "log2"},
    "mvi": {"number": "n"},
    "capsule": {"levels": ["complete", "incomplete"]},
    "grade": {"levels": ["I", "II", "III"], "ordered": True},
    "hpr": {"positive": ["1"], "negative": ["0"]},
}
TERMS = ["age", "size", "afp", "mvi", "capsule", "grade"]
COX = {"kind": "cox", "endpoint": "os"}


def patients(n: int = 300, seed: int = 1) -> pd.DataFrame:
    """Patients of four centres with a planted risk; the first two are the development."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": random.integers(30, 80, n),
            "size": np.exp(random.normal(1.5, 0.5, n)).round(1),
            "afp": np.exp(random.normal(4, 2, n)).round(1) + 1,
            "mvi": random.integers(0, 2, n),
            "capsule": random.choice(["complete", "incomplete"], n),
            "grade": random.choice(["I", "II", "III"], n),
            "centre": random.choice(["C1", "C2", "C3", "C4"], n),
        }
    )
    linear = -0.03 * (table["age"] - 55) + 0.25 * (table["size"] - 5) + 1.2 * table["mvi"]
    linear += 0.8 * (table["capsule"] == "incomplete") - 1
    table["hpr"] = random.binomial(1, 1 / (1 + np.exp(-linear)))
    table["months"] = (random.exponential(20 * np.exp(-0.5 * linear), n) + 0.2).round(1)
    table["died"] = random.binomial(1, 0.7, n)
    return table


@dataclass
class Outcome:
    """What came of a study: its model, the codes of its cautions, and all its tables."""

    model: object
    codes: set[str]
    stops: set[str]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def area(self, data: str) -> float:
        """The area in apparent, corrected or validation."""
        table = self.tables["risk_performance"]
        rows = (table["data"] == data) & (table["measure"] == "auc") & table["centre"].isna()
        return float(table.loc[rows, "estimate"].iloc[0])


def everything(folder, table, *, model=None, risk=None, terms=TERMS, columns=None) -> Outcome:
    """Make, judge, divide and draw a risk model; no warning of numpy or pandas may pass."""
    risks = {"model": "m", "develop": "development", "validate": "validation", "bootstrap": 50}
    risks |= {"tree": {"min_leaf": 10}, "strata": {"cuts": [0.2, 0.5], "names": ["a", "b", "c"]}}
    entry = {"kind": "logistic", "endpoint": "hpr", "terms": terms} | (model or {})
    if entry["kind"] != "logistic":
        risks["horizon"] = 12
    sections = {
        "clinical": {"columns": columns or COLUMNS},
        "cohorts": {
            "development": {"centre": ["C1", "C2"]},
            "validation": {"centre": ["C3", "C4"]},
        },
        "endpoints": {"os": {"time": "months", "event": "died"}},
        "models": {"m": entry},
        "risk": {"r": risks | (risk or {})},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recipes = recipes_of(folder, table, sections)
        recipe = recipes["r"] = with_few_resamples(recipes["r"])
        built = build(recipe)
        drawn = nomogram_tables(built.model)
        nomogram_figure(built.model, "r")
        plt.close("all")
        judged, tree = validate_risk("r", recipes, 1), grow_tree(recipe, 1)
        cohorts = cohorts_of(recipe)
        found = divider(recipe, built.model, tree.tree, cohorts)
        strata = stratify(found, cohorts)
        people = patient_table(found, points_of(built.model))
    told = [*built.cautions, *judged.cautions, *tree.cautions, *strata.cautions]
    tables = drawn | judged.tables | {"risk_strata": strata.strata, "risk_patients": people}
    return Outcome(
        built.model,
        {one.code for one in told},
        {one.code for one in told if one.severity == "stop"},
        tables | {"risk_tree": tree.nodes},
    )


def with_few_resamples(recipe: Recipe) -> Recipe:
    """Resample less often than a study may."""
    return replace(recipe, risk=replace(recipe.risk, bootstrap=20))


def first(table: pd.DataFrame) -> pd.Series:
    """Which patients are in the development."""
    return table["centre"].isin(["C1", "C2"])


def only(table: pd.DataFrame, cohort: pd.Series, value: int, column: str = "hpr") -> pd.DataFrame:
    """Give all patients of one cohort the same outcome."""
    return table.assign(**{column: np.where(cohort, value, table[column])})


def few(table: pd.DataFrame, cohort: pd.Series, events: int) -> pd.DataFrame:
    """Leave a cohort with so many events."""
    chosen = table.index[cohort][:events]
    return table.assign(hpr=np.where(cohort, table.index.isin(chosen), table["hpr"]).astype(int))


def holes(table: pd.DataFrame, share: float, column: str = "size") -> pd.DataFrame:
    """Take values away by chance."""
    gone = np.random.default_rng(3).random(len(table)) < share
    return table.assign(**{column: table[column].where(~gone)})


# A change of the table, settings, codes that must be told, whether there is a model.
MADE, NONE = True, False
CASES = {
    "nothing wrong": (lambda t: t, {}, {"apparent_performance"}, MADE),
    "hazards": (lambda t: t, {"model": COX}, {"apparent_performance"}, MADE),
    "no validation": (
        lambda t: t,
        {"risk": {"validate": None}},
        {"apparent_performance"},
        MADE,
    ),
    "a term is the outcome": (lambda t: t.assign(mvi=t["hpr"]), {}, {"near_perfect"}, MADE),
    "a level separates": (
        lambda t: t.assign(capsule=np.where(t["hpr"] == 1, "incomplete", t["capsule"])),
        {},
        {"near_perfect"},
        MADE,
    ),
    "a number separates": (
        lambda t: t.assign(size=(t["hpr"] * 5 + t["age"] / 100).round(2)),
        {},
        {"near_perfect"},
        MADE,
    ),
    "nearly the outcome": (
        lambda t: t.assign(age=50 + t["hpr"] * 10 + (t["age"] - 55) / 10),
        {},
        {"near_perfect"},
        MADE,
    ),
    "hazards that separate": (
        lambda t: t.assign(mvi=t["died"]),
        {"model": COX},
        {"level_without_events"},
        NONE,
    ),
    "hazards that separate, penalised": (
        lambda t: t.assign(mvi=t["died"]),
        {"model": COX | {"penalty": "auto"}},
        set(),
        MADE,
    ),
    "one centre": (
        lambda t: t.assign(centre="C1"),
        {"risk": {"validate": None}, "model": {"cluster": "centre"}},
        {"few_centres"},
        MADE,
    ),
    "two centres": (lambda t: t, {"model": {"cluster": "centre"}}, {"few_centres"}, MADE),
    "constant number": (lambda t: t.assign(age=60), {}, {"without_effect"}, MADE),
    "constant level": (
        lambda t: t.assign(capsule=np.where(first(t), "complete", t["capsule"])),
        {},
        {"without_effect", "complete_case_loss"},
        MADE,
    ),
    "level of the validation alone": (
        lambda t: t.assign(grade=np.where(first(t) & (t["grade"] == "III"), "I", t["grade"])),
        {},
        {"complete_case_loss"},
        MADE,
    ),
    "level of the development alone": (
        lambda t: t.assign(grade=np.where(first(t), t["grade"], "I")),
        {},
        {"apparent_performance"},
        MADE,
    ),
    "combination of terms": (
        lambda t: t.assign(mvi=t["age"] * 2),
        {},
        {"without_effect"},
        MADE,
    ),
    "45 % missing": (lambda t: holes(t, 0.45), {}, {"complete_case_loss"}, MADE),
    "all missing": (lambda t: holes(t, 1.1), {}, {"complete_case_loss"}, NONE),
    "all missing in the validation": (
        lambda t: t.assign(size=t["size"].where(first(t))),
        {},
        {"complete_case_loss"},
        MADE,
    ),
    "all missing in the development": (
        lambda t: t.assign(size=t["size"].where(~first(t))),
        {},
        {"complete_case_loss"},
        NONE,
    ),
    "outcomes missing": (
        lambda t: t.assign(hpr=t["hpr"].astype("Int64").mask(t["age"] % 2 == 0)),
        {},
        {"few_events"},
        MADE,
    ),
    "no event": (lambda t: only(t, first(t), 0), {}, {"level_without_events"}, NONE),
    "no event in the validation": (
        lambda t: only(t, ~first(t), 0),
        {},
        {"level_without_events"},
        MADE,
    ),
    "events only in the validation": (lambda t: only(t, ~first(t), 1), {}, set(), MADE),
    "one event": (lambda t: few(t, first(t), 1), {}, {"few_events"}, MADE),
    "three events": (lambda t: few(t, first(t), 3), {}, {"few_events"}, MADE),
    "one event in the validation": (
        lambda t: few(t, ~first(t), 1),
        {},
        {"level_without_events"},
        MADE,
    ),
    "twelve patients": (lambda t: t[:12], {}, {"few_events"}, NONE),
    "forty patients": (lambda t: t[:40], {}, {"few_events"}, MADE),
    "one patient in the validation": (
        lambda t: t.assign(centre=np.where(t.index == 0, "C3", "C1")),
        {},
        set(),
        MADE,
    ),
    "a huge value": (
        lambda t: t.assign(afp=np.where(t.index == 3, 1e12, t["afp"])),
        {},
        {"apparent_performance"},
        MADE,
    ),
    "tiny values": (lambda t: t.assign(age=t["age"] * 1e-9), {}, set(), MADE),
    "cuts beyond all risks": (
        lambda t: t,
        {"risk": {"strata": {"cuts": [0.998, 0.999], "names": ["a", "b", "c"]}}},
        set(),
        MADE,
    ),
    "cuts below all risks": (
        lambda t: t,
        {"risk": {"strata": {"cuts": [1e-7, 2e-7], "names": ["a", "b", "c"]}}},
        set(),
        MADE,
    ),
    "an outcome by chance": (
        lambda t: t.assign(hpr=(t.index % 2).astype(int)),
        {"risk": {"strata": {"by": "tree", "cuts": [0.2, 0.45], "names": ["a", "b", "c"]}}},
        {"uncalibrated"},
        MADE,
    ),
    "leaves larger than the cohort": (
        lambda t: t,
        {"risk": {"tree": {"min_leaf": 1000}}},
        {"unstable_tree"},
        MADE,
    ),
    "more knots than values": (
        lambda t: t.assign(age=t["age"] % 3 + 40),
        {"model": {"spline": {"age": 5}}},
        set(),
        MADE,
    ),
    "an empty cell of an interaction": (
        lambda t: t.assign(mvi=np.where(t["capsule"] == "complete", 0, t["mvi"])),
        {"model": {"interactions": [["mvi", "capsule"]]}},
        {"without_effect"},
        MADE,
    ),
    "no term enters": (
        lambda t: t.assign(hpr=(t.index % 2).astype(int)),
        {"model": {"entry": {"p": 1e-9}}},
        {"selected_by_p"},
        MADE,
    ),
    "a horizon that nobody reached": (
        lambda t: t,
        {"model": COX, "risk": {"horizon": 5000}},
        {"extrapolation"},
        NONE,
    ),
    "a horizon before all events": (
        lambda t: t,
        {"model": COX, "risk": {"horizon": 0.01}},
        {"level_without_events"},
        NONE,
    ),
    "no death": (lambda t: t.assign(died=0), {"model": COX}, {"level_without_events"}, NONE),
    "no death in the validation": (
        lambda t: only(t, ~first(t), 0, "died"),
        {"model": COX},
        {"level_without_events"},
        MADE,
    ),
    "all die at once": (lambda t: t.assign(months=5.0), {"model": COX}, {"extrapolation"}, NONE),
    "a validation that ends early": (
        lambda t: t.assign(months=np.where(first(t), t["months"], 1.0)),
        {"model": COX},
        set(),
        MADE,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_number_has_a_reason(tmp_path, name):
    change, settings, told, has_model = CASES[name]
    found = everything(tmp_path, change(patients()), **settings)
    assert told <= found.codes, found.codes
    assert (found.model is not None) == has_model
    performance, people = found.tables["risk_performance"], found.tables["risk_patients"]
    if not has_model:
        # Nothing is told of a model that is not there, and a stop says why.
        assert found.stops
        assert performance.empty and found.tables["risk_points"].empty
        assert people["risk"].isna().all()
        return
    assert not found.stops & {"few_events", "level_without_events"}
    known = people["risk"].dropna()
    assert known.between(0, 1).all() and len(known)
    # Whoever has a risk has points, and the reverse.
    assert (people["points"].notna() == people["risk"].notna()).all()
    ratios = found.tables["risk_strata"]["hr"].dropna()
    assert np.isfinite(ratios).all() and (ratios < 1e6).all()
    for column in ("estimate", "lower", "upper"):
        assert not np.isinf(performance[column]).any()


def test_a_separating_term_is_penalised_and_named(tmp_path):
    table = patients()
    found = everything(tmp_path, table.assign(mvi=table["hpr"]))
    assert found.model.penalty == "firth"
    assert np.abs(found.model.coefficients).max() < 15


def test_an_unseen_level_is_no_silent_zero(tmp_path):
    """The development knows complete capsules only: others of the validation have no risk."""
    table = patients()
    table["capsule"] = np.where(first(table), "complete", table["capsule"])
    people = everything(tmp_path, table).tables["risk_patients"].set_index("patient_id")
    incomplete = [f"P{place:04d}" for place in np.flatnonzero(table["capsule"] == "incomplete")]
    assert len(incomplete) > 20
    assert set(people.index[people["risk"].isna()]) == set(incomplete)


def test_names_are_only_names(tmp_path):
    table = patients().rename(columns={"size": "größe <b>"})
    columns = {name: rule for name, rule in COLUMNS.items() if name != "size"}
    columns["größe <b>"] = {"number": "cm"}
    found = everything(tmp_path, table, terms=["age", "größe <b>", "mvi"], columns=columns)
    assert set(found.tables["risk_points"]["term"]) == {"age", "größe <b>", "mvi"}
