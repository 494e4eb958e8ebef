"""What the section ``risk`` asks for and cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, setting, suggest
from recurseq.clinical.cohorts import overlap, trace
from recurseq.clinical.names import model_terms
from recurseq.clinical.setting_problems import NUMBER, kind_of
from recurseq.clinical.settings import ALL, LOGISTIC, Clinical, Model, Span
from recurseq.risk.settings import Risk

# What makes a risk that no single calculator can tell, with what may be done instead.
REFUSED = {
    "landmark": "a model of patients as they are at the origin; or a cohort from the landmark on",
    "time_varying": "terms that are known at the origin",
    "strata": "cluster: the column, and a term where its levels differ in risk",
}


def risk_problems(
    risks: Mapping[str, Risk], settings: Clinical, frame: pd.DataFrame | None
) -> list[Problem]:
    """Check the section ``risk`` against the clinical sections.

    Parameters
    ----------
    risks
        The section.
    settings
        The clinical sections.
    frame
        Typed clinical table; None when there is none, and then nobody is counted.
    """
    return [
        problem for risk in risks.values() for problem in _of_risk(risk, risks, settings, frame)
    ]


def _of_risk(
    risk: Risk, risks: Mapping[str, Risk], settings: Clinical, frame: pd.DataFrame | None
) -> Iterator[Problem]:
    where = f"config: risk.{risk.name}"
    model = settings.models.get(risk.model)
    if model is None:
        yield _unknown(f"{where}.model", risk.model, "model", settings.models)
    else:
        yield from _of_model(where, risk, model, settings)
        yield from _axes(where, risk, settings, frame)
    yield from _cohorts(where, risk, settings, frame)
    yield from _thresholds(where, risk)
    yield from _compared(where, risk, risks, settings)


def _unknown(where: str, name: str, what: str, known: Mapping | list) -> Problem:
    return Problem(
        where, f"{name!r} is no {what}", f"one of {few(known, 12)}", suggest(name, known)
    )


def _of_model(where: str, risk: Risk, model: Model, settings: Clinical) -> Iterator[Problem]:
    for key, instead in REFUSED.items():
        if getattr(model, key):
            yield Problem(f"{where}.model", f"the model {model.name!r} has {key}", instead)
    if model.kind == LOGISTIC and risk.horizon is not None:
        found = f"a horizon, and {model.name!r} is logistic"
        fix = "the months stand in its endpoint: endpoints.<name>.within"
        yield Problem(f"{where}.horizon", found, "no horizon", fix)
    if model.kind != LOGISTIC and risk.horizon is None:
        found = f"{model.name!r} is a model of hazards, and no horizon is given"
        yield Problem(where, found, "horizon: the months of the risk, such as 24")
    yield from _late_terms(where, model, settings)
    for name in _terms(settings, model.name):
        cutoff = settings.cutoffs.get(name)
        seen = cutoff is not None and cutoff.method != "fixed" and cutoff.cohort != risk.develop
        if seen and risk.validate is not None:
            found = f"the cut-off {name!r} is found in {cutoff.cohort}, not in {risk.develop} alone"
            fix = f"cutoffs.{name}.cohort: {risk.develop}"
            yield Problem(f"{where}.validate", found, "a cut-off from the development", fix)


def _late_terms(where: str, model: Model, settings: Clinical) -> Iterator[Problem]:
    """Refuse predictors of a risk at the origin that are known only later."""
    endpoint = settings.endpoints.get(model.endpoint)
    start = endpoint.start if isinstance(endpoint, Span) else None
    known = {name: column for name, column in settings.known_at.items() if column != start}
    for name in _terms(settings, model.name):
        if name not in known and name not in settings.endpoints:
            continue
        how = f"at {known[name]!r}" if name in known else "by follow-up, as an endpoint"
        found = f"the term {name!r} becomes known after the origin, {how}"
        fix = "leave it out, or count from the event at which it is known (endpoints: from, to)"
        yield Problem(f"{where}.model", found, "terms known when the risk is asked", fix)


def _terms(settings: Clinical, model: str) -> list[str]:
    try:
        return model_terms(settings, model)
    except ValueError:  # models that hold each other are told of where they stand
        return []


def _axes(
    where: str, risk: Risk, settings: Clinical, frame: pd.DataFrame | None
) -> Iterator[Problem]:
    terms = _terms(settings, risk.model)
    for name, (low, high) in risk.axes.items():
        place = f"{where}.axes.{name}"
        kind = kind_of(settings, frame, name)
        rule = settings.columns.get(name)
        if name not in terms:
            yield _unknown(place, name, f"term of the model {risk.model!r}", terms)
        elif kind not in (NUMBER, None):
            yield Problem(place, f"{name!r} is {kind}", "a number: levels have no ends")
        elif low >= high:
            found = f"from {setting(low)} to {setting(high)}"
            yield Problem(place, found, "smallest, largest value")
        elif rule is not None and not _has_scale(low, rule.transform):
            found = f"{setting(low)}, and {name!r} is taken on the scale {rule.transform}"
            allowed = "0 or more" if rule.transform == "sqrt" else "above 0"
            yield Problem(place, found, f"a smallest value {allowed}")


def _has_scale(value: float, transform: str) -> bool:
    if transform == "sqrt":
        return value >= 0
    return value > 0 or not transform.startswith("log")


def _cohorts(
    where: str, risk: Risk, settings: Clinical, frame: pd.DataFrame | None
) -> Iterator[Problem]:
    known = [ALL, *settings.cohorts]
    asked = {"develop": risk.develop, "validate": risk.validate}
    unknown = {key: name for key, name in asked.items() if name is not None and name not in known}
    for key, name in unknown.items():
        yield _unknown(f"{where}.{key}", name, "cohort", known)
    if unknown or risk.validate is None or frame is None:
        return
    conditions = [*settings.cohorts.values(), *(step.condition for step in settings.flow)]
    if any(column not in frame for condition in conditions for column in condition):
        return  # nobody can be counted; the column is told of where it stands
    remaining, _ = trace(settings, frame)
    both = int((overlap(settings, frame, risk.develop, risk.validate) & remaining).sum())
    if both:
        found = f"{both} patients are in {risk.develop} and in {risk.validate}"
        fix = "a model is validated in patients it has not seen; without others, leave validate out"
        yield Problem(f"{where}.validate", found, "cohorts without common patients", fix)


def _thresholds(where: str, risk: Risk) -> Iterator[Problem]:
    if risk.decision[0] >= risk.decision[1]:
        yield Problem(f"{where}.decision", "ends before it begins", "smallest, largest threshold")
    if risk.strata is None:
        return
    cuts, names = risk.strata.cuts, risk.strata.names
    if any(one >= other for one, other in pairwise(cuts)):
        found = ", ".join(map(setting, cuts))
        yield Problem(f"{where}.strata.cuts", found, "risks from low to high")
    if len(names) != len(cuts) + 1:
        found = f"{len(names)} names, and the cuts make {len(cuts) + 1} parts"
        yield Problem(f"{where}.strata.names", found, f"{len(cuts) + 1} names, from low to high")


def _compared(
    where: str, risk: Risk, risks: Mapping[str, Risk], settings: Clinical
) -> Iterator[Problem]:
    """Only risks of the same event by the same time can be held against each other."""
    own = settings.models.get(risk.model)
    for name in risk.compare:
        place, other = f"{where}.compare", risks.get(name)
        if other is None or name == risk.name:
            others = [one for one in risks if one != risk.name]
            yield _unknown(place, name, "other risk model", others)
            continue
        model = settings.models.get(other.model)
        if own is None or model is None:
            continue
        mine, its = ((m.endpoint, m.state) for m in (own, model))
        if mine != its or risk.horizon != other.horizon:
            found = f"{name!r} tells another risk: {_told(model, other)}, not {_told(own, risk)}"
            yield Problem(place, found, "risk models of the same endpoint and horizon")


def _told(model: Model, risk: Risk) -> str:
    parts = [model.endpoint, model.state or "", f"{risk.horizon:g} months" if risk.horizon else ""]
    return " ".join(part for part in parts if part)
