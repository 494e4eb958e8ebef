"""What the section ``benefit`` asks for and cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, setting, suggest
from recurseq.clinical.names import model_terms
from recurseq.clinical.setting_problems import (
    ANSWER,
    DATE,
    LEVELS,
    NUMBER,
    TIMES,
    Kinds,
    two_levels,
)
from recurseq.clinical.settings import Benefit, Clinical, Competing, Dated, Within
from recurseq.clinical.validity import outcome_of
from recurseq.risk.benefit.rows import EVERYBODY
from recurseq.risk.benefit.samples import column_of_start, endpoint_with_times
from recurseq.risk.settings import Risk


def benefit_problems(
    risks: Mapping[str, Risk], settings: Clinical, frame: pd.DataFrame | None
) -> list[Problem]:
    """Check the section ``benefit`` against the other clinical sections.

    Names that refer to nothing are found with all others (`recurseq.clinical.names`).

    Parameters
    ----------
    risks
        The section ``risk``.
    settings
        The clinical sections.
    frame
        Typed clinical table; None when there is none.
    """
    kinds = Kinds(settings, frame)
    return [
        problem
        for benefit in settings.benefit.values()
        for part in (
            _within(benefit, risks, settings),
            _treatment(benefit, kinds),
            _endpoint(benefit, kinds),
            _covariates(benefit, kinds),
            _timing(benefit, kinds),
        )
        for problem in part
    ]


def _within(benefit: Benefit, risks: Mapping[str, Risk], settings: Clinical) -> Iterator[Problem]:
    if benefit.within is None:
        return
    place, risk = f"config: benefit.{benefit.name}.within", risks.get(benefit.within)
    divided = [f"risk.{name}" for name, one in risks.items() if one.strata is not None]
    if risk is None:
        asked = f"risk.{benefit.within}"
        yield Problem(
            place, f"{asked!r} is no risk model", f"one of {few(divided)}", suggest(asked, divided)
        )
        return
    if risk.strata is None:
        found = f"the risk model {risk.name!r} has no strata"
        yield Problem(place, found, f"strata under risk.{risk.name}, or no within")
    elif EVERYBODY in risk.strata.names:
        found = f"a stratum called {EVERYBODY!r}, which stands for all patients together"
        yield Problem(f"config: risk.{risk.name}.strata.names", found, "another name")
    try:
        terms = model_terms(settings, risk.model) if risk.model in settings.models else []
    except ValueError:  # models that hold each other are told of where they stand
        terms = []
    if benefit.treatment in terms:
        found = f"{benefit.treatment!r} is a term of the model behind risk.{risk.name}"
        yield Problem(place, found, "strata that are known before the treatment")


def _treatment(benefit: Benefit, kinds: Kinds) -> Iterator[Problem]:
    where = f"benefit.{benefit.name}"
    yield from kinds.wrong(f"{where}.treatment", benefit.treatment, LEVELS)
    levels = _levels(benefit.treatment, kinds)
    if levels is None:
        return
    if len(levels) < 2:
        found = f"{benefit.treatment!r} has {len(levels)} levels: {few(levels)}"
        yield Problem(f"config: {where}.treatment", found, "none first, then the treatments")
        return
    for name in benefit.treated:
        place, allowed = f"config: {where}.treated", f"one of {few(levels[1:])}"
        if name == levels[0]:
            found = f"{name!r} is the first level of {benefit.treatment}, which is no treatment"
            yield Problem(place, found, allowed)
        elif name not in levels:
            found = f"{name!r} is no level of {benefit.treatment}"
            yield Problem(place, found, allowed, suggest(name, levels[1:]))


def _levels(name: str, kinds: Kinds) -> tuple[str, ...] | None:
    """Return the levels of a column; None where they are not known."""
    rule = kinds.settings.columns.get(name)
    if rule is not None and rule.levels:
        return rule.levels
    if kinds.frame is None or kinds.of(name) != LEVELS or name not in kinds.frame:
        return None
    return tuple(map(str, kinds.frame[name].cat.categories))


def _endpoint(benefit: Benefit, kinds: Kinds) -> Iterator[Problem]:
    place, settings = f"benefit.{benefit.name}.endpoint", kinds.settings
    endpoint = settings.endpoints.get(benefit.endpoint)
    if isinstance(endpoint, Competing):
        found = f"{benefit.endpoint!r} has states: {few(endpoint.states)}"
        fix = "one of its states within some months: an endpoint with of, state and within"
        yield Problem(f"config: {place}", found, f"{ANSWER}, or with one event", fix)
    elif endpoint is None:
        yield from kinds.wrong(place, benefit.endpoint, LEVELS)
        yield from two_levels(kinds, f"benefit.{benefit.name}", benefit.endpoint)
    if benefit.endpoint == benefit.treatment:
        yield Problem(f"config: {place}", f"{benefit.endpoint!r} is the treatment", "an outcome")


def _covariates(benefit: Benefit, kinds: Kinds) -> Iterator[Problem]:
    """Only what is known at the origin can have decided on a treatment."""
    settings, place = kinds.settings, f"benefit.{benefit.name}.covariates"
    endpoint = settings.endpoints.get(benefit.endpoint)
    told = {benefit.endpoint} | (outcome_of(settings, endpoint) if endpoint else set())
    started = column_of_start(settings, benefit)
    for name in benefit.covariates:
        found = None
        if name == benefit.treatment:
            found = f"{name!r} is the treatment itself"
        elif name == started:
            found = f"{name!r} says when the treatment began"
        elif name in told:
            found = f"{name!r} is the outcome, or part of it"
        elif name in settings.endpoints:
            found = f"{name!r} is {kinds.of(name)}, and became known after the origin"
        elif name in settings.known_at:
            found = f"{name!r} became known after the origin ({settings.known_at[name]})"
        if found is not None:
            yield Problem(f"config: {place}", found, "what was known before the treatment")
        else:
            yield from kinds.wrong(place, name, LEVELS, NUMBER)


def _timing(benefit: Benefit, kinds: Kinds) -> Iterator[Problem]:
    where, settings = f"config: benefit.{benefit.name}", kinds.settings
    started = column_of_start(settings, benefit)
    if benefit.started is not None:
        yield from kinds.wrong(f"benefit.{benefit.name}.started", benefit.started, DATE, NUMBER)
    endpoint = settings.endpoints.get(benefit.endpoint)
    followed = settings.endpoints.get(endpoint_with_times(settings, benefit) or "")
    is_date = started is not None and kinds.of(started) == DATE
    if is_date and followed is not None and not isinstance(followed, Dated | Competing):
        found = f"{started!r} is a date, and the endpoint {followed.name!r} has no origin date"
        allowed = "the months from the origin, or an endpoint with start"
        yield Problem(f"{where}.started", found, allowed)
    if benefit.landmark is None:
        return
    if started is None:
        found = "a landmark, and nothing says when the treatment began"
        yield Problem(f"{where}.landmark", found, "started: a column with dates or months")
    if followed is None:
        found = f"a landmark, and nothing says when {benefit.endpoint!r} came"
        yield Problem(f"{where}.landmark", found, f"{TIMES}, or one within some months of it")
    elif isinstance(endpoint, Within) and benefit.landmark >= endpoint.within:
        found = f"{setting(benefit.landmark)}, and {endpoint.name} ends with month "
        yield Problem(
            f"{where}.landmark", found + setting(endpoint.within), "a month before its end"
        )
