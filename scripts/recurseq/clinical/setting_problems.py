"""What the clinical sections ask for and cannot have: names of the wrong kind, keys that clash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, listed, suggest
from recurseq.clinical.names import is_variable, model_terms
from recurseq.clinical.outcome import outcome_columns
from recurseq.clinical.settings import (
    ALL,
    LOGISTIC,
    Clinical,
    Competing,
    Cutoff,
    Dated,
    Description,
    Model,
    Span,
    Survival,
    Within,
)
from recurseq.clinical.validity import outcome_of

NUMBER, LEVELS, DATE, TIMES, ANSWER = (
    *("a number", "levels", "a date", "an endpoint with times", "an endpoint of yes and no"),
)
OF_TIMES = ("strata", "delayed_entry", "time_varying", "landmark", "state")


def kind_of(settings: Clinical, frame: pd.DataFrame | None, name: str) -> str | None:
    """Say what a variable is; None when that is not known.

    Parameters
    ----------
    settings
        The clinical sections.
    frame
        Typed clinical table, for columns without a rule; None when there is none yet.
    name
        Column, measure, cut-off or endpoint.
    """
    if name in settings.columns:
        return NUMBER if settings.columns[name].is_number else LEVELS
    if name in settings.measures:
        return LEVELS if settings.measures[name].levels else NUMBER
    if name in settings.cutoffs:
        return LEVELS
    if name in settings.endpoints:
        return ANSWER if isinstance(settings.endpoints[name], Within) else TIMES
    if frame is None or name not in frame:
        return None
    if pd.api.types.is_datetime64_any_dtype(frame[name]):
        return DATE
    return NUMBER if pd.api.types.is_float_dtype(frame[name]) else LEVELS


class Kinds:
    """Checks that names in the configuration are of the kind that their place needs."""

    def __init__(self, settings: Clinical, frame: pd.DataFrame | None):
        self.settings, self.frame = settings, frame

    def of(self, name: str) -> str | None:
        """Return the kind of a name."""
        return kind_of(self.settings, self.frame, name)

    def wrong(self, where: str, name: str | None, *wanted: str, fix: str = "") -> list[Problem]:
        """Return a problem when a name is known to be of another kind."""
        kind = None if name is None else self.of(name)
        if kind is None or kind in wanted:
            return []
        fix = fix or _FIXES.get((kind, wanted[0]), "")
        return [Problem(f"config: {where}", f"{name!r} is {kind}", listed(wanted, "or"), fix)]


_FIXES = {
    (NUMBER, LEVELS): "make levels of it: cut and levels under clinical.columns, or a cut-off",
    (TIMES, LEVELS): "ask for it within some months: an endpoint with of and within",
    (TIMES, ANSWER): "ask for it within some months: an endpoint with of and within",
    (ANSWER, TIMES): "take kind: logistic, or the endpoint that it is made of",
}


def setting_problems(
    settings: Clinical, frame: pd.DataFrame | None, *, has_counts: bool
) -> list[Problem]:
    """Check the clinical sections against each other.

    Parameters
    ----------
    settings
        The clinical sections.
    frame
        Typed clinical table; None when there is none yet.
    has_counts
        Whether the study has counts and samples.
    """
    kinds = Kinds(settings, frame)
    parts = (
        _table_keys(settings, has_counts),
        _endpoints(settings),
        _measures(settings, has_counts),
        *(_cutoff(kinds, one) for one in settings.cutoffs.values()),
        *(_association(kinds, name) for name in settings.associations),
        *(_description(kinds, one) for one in settings.descriptions.values()),
        *(_survival(kinds, one) for one in settings.survival.values()),
        *(_model(kinds, one) for one in settings.models.values()),
    )
    return [problem for part in parts for problem in part]


def _table_keys(settings: Clinical, has_counts: bool) -> Iterator[Problem]:
    if settings.links is not None and not has_counts:
        found = "links to samples, and the study has no counts"
        yield Problem("config: clinical.links", found, "a study with counts", "remove the key")
    if ALL in settings.cohorts:
        fix = "leave patients out with flow"
        yield Problem(f"config: cohorts.{ALL}", "always all patients", "another name", fix)
    taken = {*settings.columns}
    for name, endpoint in settings.endpoints.items():
        own = {*endpoint.columns}
        clash = [x for x in outcome_columns(endpoint) if x in taken and x not in own]
        if clash:
            found = f"the endpoint would make a column {few(clash)}, which is there already"
            yield Problem(f"config: endpoints.{name}", found, "another name for one of them")


def _endpoints(settings: Clinical) -> Iterator[Problem]:
    for name, endpoint in settings.endpoints.items():
        where = f"config: endpoints.{name}"
        if isinstance(endpoint, Within):
            yield from _within(settings, where, endpoint)
        elif isinstance(endpoint, Dated | Competing | Span) and endpoint.last_seen is None:
            found = "no last_seen: who has no event would have no time"
            yield Problem(where, found, "the column with the date of the last visit")
        if isinstance(endpoint, Competing):
            unknown = [one for one in endpoint.ties if one not in endpoint.states]
            if unknown:
                allowed = f"states: {', '.join(endpoint.states)}"
                fix = suggest(unknown[0], endpoint.states)
                yield Problem(f"{where}.ties", f"{few(unknown)} is no state", allowed, fix)


def _within(settings: Clinical, where: str, endpoint: Within) -> Iterator[Problem]:
    of = settings.endpoints.get(endpoint.of)
    if isinstance(of, Within):
        found = f"{endpoint.of!r} is itself an endpoint of yes and no"
        yield Problem(f"{where}.of", found, "an endpoint with times")
    states = tuple(of.states) if isinstance(of, Competing) else ()
    if states and endpoint.state is None:
        found, allowed = f"{endpoint.of!r} has several states", f"state: one of {listed(states)}"
        yield Problem(f"{where}.state", found, allowed)
    if endpoint.state is not None and of is not None and endpoint.state not in states:
        allowed = f"one of {', '.join(states)}" if states else f"no state: {endpoint.of} has none"
        found = f"{endpoint.state!r} is no state of {endpoint.of!r}"
        yield Problem(f"{where}.state", found, allowed, suggest(endpoint.state, states))


def _measures(settings: Clinical, has_counts: bool) -> Iterator[Problem]:
    for name, measure in settings.measures.items():
        if measure.of_counts is None:
            continue
        where = f"config: measures.{name}.{measure.of_counts}"
        if not has_counts:
            what = "a pair of genes" if measure.pair else f"the gene {measure.gene!r}"
            found = f"{what}, and the study has no counts"
            yield Problem(where, found, "a study with counts, or an assay")
        elif settings.links is None:
            fix = "say which column of the sample sheet names the patient: clinical.links.patient"
            yield Problem(where, "samples are not linked to patients", "clinical.links", fix)


def _cutoff(kinds: Kinds, cutoff: Cutoff) -> Iterator[Problem]:
    where = f"cutoffs.{cutoff.name}"
    yield from kinds.wrong(f"{where}.measure", cutoff.measure, NUMBER, fix="name a number")
    if cutoff.method == "fixed" and cutoff.value is None:
        found = "method fixed without a value"
        yield Problem(f"config: {where}", found, "value: the cut-off")
    if cutoff.method != "fixed" and cutoff.value is not None:
        found = f"a value, and the method {cutoff.method}"
        yield Problem(f"config: {where}.value", found, "method: fixed, or no value")
    if cutoff.optimised and cutoff.endpoint is None:
        found = f"method {cutoff.method} without an endpoint"
        yield Problem(f"config: {where}", found, "endpoint: what the cut-off is chosen by")
    if cutoff.method == "maxstat":
        yield from kinds.wrong(f"{where}.endpoint", cutoff.endpoint, TIMES)
    if cutoff.method == "youden":
        yield from kinds.wrong(f"{where}.endpoint", cutoff.endpoint, ANSWER)
    if cutoff.within[0] >= cutoff.within[1]:
        found = "ends before it begins"
        yield Problem(f"config: {where}.within", found, "smallest, largest share")
    if len(set(cutoff.levels)) < len(cutoff.levels):
        found = f"groups {listed(cutoff.levels)}"
        yield Problem(f"config: {where}", found, "names that differ")


def _association(kinds: Kinds, name: str) -> Iterator[Problem]:
    association, where = kinds.settings.associations[name], f"associations.{name}"
    yield from kinds.wrong(f"{where}.groups", association.groups, LEVELS, ANSWER)
    for variable in association.variables:
        yield from kinds.wrong(f"{where}.with", variable, LEVELS, NUMBER, ANSWER)
        test = association.test_of(variable)
        for_levels = test in ("pearson", "fisher", "trend")
        if test != "auto" and not isinstance(association.test, str):
            wanted = (LEVELS, ANSWER) if for_levels else (NUMBER,)
            yield from kinds.wrong(f"{where}.test.{variable}", variable, *wanted)
    if isinstance(association.test, Mapping):
        for variable in association.test:
            if variable not in association.variables:
                allowed = f"one of {', '.join(association.variables)}"
                fix = suggest(variable, association.variables)
                found = f"{variable!r} is not in with"
                yield Problem(f"config: {where}.test", found, allowed, fix)


def _description(kinds: Kinds, description: Description) -> Iterator[Problem]:
    where = f"descriptions.{description.name}"
    yield from kinds.wrong(f"{where}.endpoint", description.endpoint, ANSWER)
    for variable in description.variables:
        yield from kinds.wrong(f"{where}.with", variable, LEVELS, ANSWER)


def _survival(kinds: Kinds, survival: Survival) -> Iterator[Problem]:
    where = f"survival.{survival.name}"
    yield from kinds.wrong(f"{where}.endpoint", survival.endpoint, TIMES)
    yield from kinds.wrong(f"{where}.by", survival.by, LEVELS, ANSWER)
    for name in survival.strata:
        yield from kinds.wrong(f"{where}.strata", name, LEVELS, ANSWER)
    if survival.by is None and (survival.trend or survival.strata or survival.subgroups):
        found = "trend, strata or subgroups without groups to compare"
        yield Problem(f"config: {where}", found, "by: the groups")
    for name, condition in survival.subgroups.items():
        for column in condition:
            place = f"{where}.subgroups.{name}"
            yield from kinds.wrong(place, column, LEVELS, ANSWER, NUMBER, DATE)


def _model(kinds: Kinds, model: Model) -> Iterator[Problem]:
    where, settings = f"models.{model.name}", kinds.settings
    logistic = model.kind == LOGISTIC
    yield from kinds.wrong(
        f"{where}.endpoint", model.endpoint, *((ANSWER, LEVELS) if logistic else (TIMES,))
    )
    if logistic:
        yield from _without(where, model, *OF_TIMES)
        yield from two_levels(kinds, where, model.endpoint)
    endpoint = settings.endpoints.get(model.endpoint)
    states = tuple(endpoint.states) if isinstance(endpoint, Competing) else ()
    if model.kind == "finegray" and endpoint is not None:
        yield from _finegray(where, model, states)
    if model.state is not None and endpoint is not None and model.state not in states:
        found = f"{model.state!r} is no state of {model.endpoint!r}"
        allowed = f"one of {', '.join(states)}" if states else "no state"
        yield Problem(f"config: {where}.state", found, allowed, suggest(model.state, states))
    if model.time_varying and model.delayed_entry is not None:
        found = "delayed_entry in a model with time_varying, which would forget it"
        yield Problem(f"config: {where}.delayed_entry", found, "one of both", "a landmark")
    if model.imputations is not None and (model.landmark is not None or model.time_varying):
        key = "time_varying" if model.time_varying else "landmark"
        found = f"imputations in a model with {key}: a value that is not known yet is no gap"
        yield Problem(f"config: {where}.missing_data", found, "complete")
    try:
        terms = model_terms(settings, model.name)
    except ValueError as circle:
        yield Problem(f"config: {where}.terms", f"models hold each other: {circle}", "terms")
        return
    yield from _terms(kinds, where, model, terms)


def _finegray(where: str, model: Model, states: Iterable[str]) -> Iterator[Problem]:
    if not states:
        found = f"{model.endpoint!r} has no states"
        yield Problem(f"config: {where}.endpoint", found, "an endpoint with states")
    elif model.state is None:
        allowed = f"state: one of {', '.join(states)}"
        yield Problem(f"config: {where}", "finegray without a state", allowed)
    yield from _without(where, model, "strata", "cluster", "delayed_entry", "time_varying")
    if model.penalty == "firth":
        found = "Firth's penalty in a model of kind finegray"
        yield Problem(f"config: {where}.penalty", found, "none, or kind: cox")


def two_levels(kinds: Kinds, where: str, outcome: str) -> Iterator[Problem]:
    """Refuse a column as outcome that is no yes or no, or whose yes depends on follow-up."""
    if outcome in kinds.settings.endpoints:
        return
    for endpoint in kinds.settings.endpoints.values():
        if outcome in endpoint.columns and not isinstance(endpoint, Within):
            found = f"{outcome!r} is a column of the endpoint {endpoint.name!r}, which has times"
            allowed = f"{endpoint.name} within some months (of, within), or kind: cox"
            yield Problem(f"config: {where}.endpoint", found, allowed)
            return
    rule = kinds.settings.columns.get(outcome)
    levels = None if rule is None else rule.levels
    if levels is None and kinds.frame is not None and kinds.of(outcome) == LEVELS:
        levels = tuple(map(str, kinds.frame[outcome].cat.categories))
    if levels and len(levels) != 2:
        found = f"{outcome!r} has {len(levels)} levels: {few(levels)}"
        fix = "declare it with positive and negative under clinical.columns"
        yield Problem(
            f"config: {where}.endpoint", found, "two levels, the second is the event", fix
        )


def _columns_of_outcome(settings: Clinical, outcome: str) -> set[str]:
    """Return the columns of the table that say who has the event, and when."""
    endpoint = settings.endpoints.get(outcome)
    if endpoint is None:
        return {source_of(settings, outcome)}
    rule = endpoint.columns if isinstance(endpoint, Within) else ()
    return {source_of(settings, name) for name in (*outcome_of(settings, endpoint), *rule)}


def source_of(settings: Clinical, name: str) -> str:
    """Return the column of the table that a variable is read from."""
    cutoff = settings.cutoffs.get(name)
    name = name if cutoff is None else cutoff.measure
    return settings.columns[name].source if name in settings.columns else name


def _without(where: str, model: Model, *keys: str) -> Iterator[Problem]:
    """Refuse what only Cox's model has."""
    for key in keys:
        if getattr(model, key):
            found = f"{key} in a model of kind {model.kind}"
            yield Problem(f"config: {where}.{key}", found, "kind: cox", "remove the key")


def _terms(kinds: Kinds, where: str, model: Model, terms: list[str]) -> Iterator[Problem]:
    everything = [*terms, *model.univariable]
    told = _columns_of_outcome(kinds.settings, model.endpoint)
    for name in everything:
        yield from kinds.wrong(f"{where}.terms", name, LEVELS, NUMBER, ANSWER)
        if name == model.endpoint or source_of(kinds.settings, name) in told:
            found = f"{name!r} is what the model is to explain, or a part of it"
            yield Problem(f"config: {where}.terms", found, "terms known before the outcome")
    for name in model.strata:
        yield from kinds.wrong(f"{where}.strata", name, LEVELS, ANSWER)
        if name in terms:
            found = f"{name!r} is a term and a stratum"
            yield Problem(f"config: {where}.strata", found, "one of both")
    for name in model.spline:
        yield from kinds.wrong(f"{where}.spline", name, NUMBER, fix="a spline bends a number")
    named = {"spline": model.spline, "time_varying": model.time_varying}
    named["interactions"] = [name for pair in model.interactions for name in pair]
    for key, names in named.items():
        for name in names:
            if name not in everything:
                found = f"{name!r} is no term of the model"
                allowed = f"one of {few(everything, 12)}"
                fix = suggest(name, everything)
                yield Problem(f"config: {where}.{key}", found, allowed, fix)
    for name in model.time_varying:
        if is_variable(kinds.settings, name) and kinds.of(name) not in (LEVELS, NUMBER, None):
            found = f"{name!r} is {kinds.of(name)}"
            yield Problem(f"config: {where}.time_varying", found, "a column")
    for column in model.time_varying.values():
        yield from kinds.wrong(f"{where}.time_varying", column, DATE, NUMBER)
