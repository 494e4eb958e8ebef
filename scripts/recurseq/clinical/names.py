"""What the names in the clinical sections refer to: columns, measures, cut-offs, endpoints."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from recurseq.base.errors import Problem
from recurseq.base.text import few, listed, suggest
from recurseq.clinical.settings import ALL, LOGISTIC, Clinical, Condition, Within

COLUMN, MEASURE, CUTOFF, ENDPOINT, MODEL = "column", "measure", "cut-off", "endpoint", "model"
COHORT, ASSAY = "cohort", "assay"
VARIABLE = (COLUMN, MEASURE, CUTOFF, ENDPOINT)  # in the order in which a name is looked up


@dataclass(frozen=True)
class Reference:
    """A name where it is used: the key of the configuration, and the kinds it may be of."""

    where: str
    name: str
    kinds: tuple[str, ...]


def references(settings: Clinical) -> Iterator[Reference]:
    """List every use of a name in the clinical sections."""
    for name, outcome in settings.outcome_selected.items():
        yield Reference("clinical.outcome_selected", name, (COHORT,))
        if outcome is not None:
            yield Reference(f"clinical.outcome_selected.{name}", outcome, (ENDPOINT,))
    for name, rule in settings.columns.items():
        if rule.known_at:
            yield Reference(f"clinical.columns.{name}.time", rule.known_at, (COLUMN,))
    for name, condition in settings.cohorts.items():
        yield from _of_condition(f"cohorts.{name}", condition, (COLUMN,))
    for place, step in enumerate(settings.flow):
        yield from _of_condition(f"flow.{place}.exclude", step.condition, (COLUMN,))
    for name, endpoint in settings.endpoints.items():
        where = f"endpoints.{name}"
        yield from (Reference(where, column, (COLUMN,)) for column in endpoint.columns)
        if isinstance(endpoint, Within):
            yield Reference(f"{where}.of", endpoint.of, (ENDPOINT,))
    for name, measure in settings.measures.items():
        if measure.assay is not None:
            yield Reference(f"measures.{name}.assay", measure.assay, (ASSAY,))
    yield from _of_cutoffs(settings)
    yield from _of_associations(settings)
    yield from _of_descriptions(settings)
    yield from _of_survival(settings)
    yield from _of_models(settings)
    yield from _of_benefits(settings)


def _of_condition(where: str, condition: Condition, kinds: tuple[str, ...]) -> Iterator[Reference]:
    return (Reference(f"{where}.{name}", name, kinds) for name in condition)


def _of_cutoffs(settings: Clinical) -> Iterator[Reference]:
    for name, cutoff in settings.cutoffs.items():
        where = f"cutoffs.{name}"
        yield Reference(f"{where}.measure", cutoff.measure, (COLUMN, MEASURE))
        yield Reference(f"{where}.cohort", cutoff.cohort, (COHORT,))
        if cutoff.endpoint is not None:
            yield Reference(f"{where}.endpoint", cutoff.endpoint, (ENDPOINT,))


def _of_associations(settings: Clinical) -> Iterator[Reference]:
    for name, association in settings.associations.items():
        where = f"associations.{name}"
        yield Reference(f"{where}.groups", association.groups, VARIABLE)
        yield Reference(f"{where}.cohort", association.cohort, (COHORT,))
        for variable in association.variables:
            yield Reference(f"{where}.with", variable, VARIABLE)


def _of_descriptions(settings: Clinical) -> Iterator[Reference]:
    for name, description in settings.descriptions.items():
        where = f"descriptions.{name}"
        yield Reference(f"{where}.endpoint", description.endpoint, (ENDPOINT,))
        yield Reference(f"{where}.cohort", description.cohort, (COHORT,))
        for variable in description.variables:
            yield Reference(f"{where}.with", variable, VARIABLE)


def _of_survival(settings: Clinical) -> Iterator[Reference]:
    for name, survival in settings.survival.items():
        where = f"survival.{name}"
        yield Reference(f"{where}.endpoint", survival.endpoint, (ENDPOINT,))
        yield Reference(f"{where}.cohort", survival.cohort, (COHORT,))
        if survival.by is not None:
            yield Reference(f"{where}.by", survival.by, VARIABLE)
        for column in survival.strata:
            yield Reference(f"{where}.strata", column, VARIABLE)
        for subgroup, condition in survival.subgroups.items():
            yield from _of_condition(f"{where}.subgroups.{subgroup}", condition, VARIABLE)


def _of_models(settings: Clinical) -> Iterator[Reference]:
    for name, model in settings.models.items():
        where = f"models.{name}"
        outcome = (COLUMN, ENDPOINT) if model.kind == LOGISTIC else (ENDPOINT,)
        yield Reference(f"{where}.endpoint", model.endpoint, outcome)
        yield Reference(f"{where}.cohort", model.cohort, (COHORT,))
        for term in model.terms:
            kinds = VARIABLE if term == name else (*VARIABLE, MODEL)  # no model is its own term
            yield Reference(f"{where}.terms", term, kinds)
        for term in model.univariable:
            yield Reference(f"{where}.univariable", term, VARIABLE)
        for column in model.strata:
            yield Reference(f"{where}.strata", column, VARIABLE)
        if model.cluster is not None:
            yield Reference(f"{where}.cluster", model.cluster, (COLUMN,))
        if model.delayed_entry is not None:
            yield Reference(f"{where}.delayed_entry", model.delayed_entry, (COLUMN,))
        for term, column in model.time_varying.items():
            yield Reference(f"{where}.time_varying", term, VARIABLE)
            yield Reference(f"{where}.time_varying.{term}", column, (COLUMN,))


def _of_benefits(settings: Clinical) -> Iterator[Reference]:
    for name, benefit in settings.benefit.items():
        where = f"benefit.{name}"
        yield Reference(f"{where}.treatment", benefit.treatment, (COLUMN,))
        if benefit.started is not None:
            yield Reference(f"{where}.started", benefit.started, (COLUMN,))
        yield Reference(f"{where}.endpoint", benefit.endpoint, (COLUMN, ENDPOINT))
        yield Reference(f"{where}.cohort", benefit.cohort, (COHORT,))
        for column in benefit.covariates:
            yield Reference(f"{where}.covariates", column, VARIABLE)


def known_names(settings: Clinical, header: Collection[str]) -> dict[str, set[str]]:
    """Return every name of each kind.

    Columns of the table without a rule count under their own name, unless the configuration gives
    that name to something else.
    """
    given = {*settings.measures, *settings.cutoffs, *settings.endpoints}
    return {
        COLUMN: {*settings.columns, *(name for name in header if name not in given)},
        MEASURE: set(settings.measures),
        CUTOFF: set(settings.cutoffs),
        ENDPOINT: set(settings.endpoints),
        MODEL: set(settings.models),
        COHORT: {ALL, *settings.cohorts},
        ASSAY: set(settings.assays),
    }


def kinds_of(name: str, kinds: Collection[str], known: Mapping[str, set[str]]) -> list[str]:
    """Return the kinds among the allowed ones under which a name is known."""
    return [kind for kind in kinds if name in known[kind]]


def reference_problems(settings: Clinical, header: Collection[str]) -> list[Problem]:
    """Find names that refer to nothing, or to two things at once."""
    known, problems = known_names(settings, header), []
    for one in references(settings):
        found = kinds_of(one.name, one.kinds, known)
        if one.kinds == (COLUMN,) and one.name in header:
            found = [COLUMN]  # nothing else can be meant
        where = f"config: {one.where}"
        if not found:
            options = [name for kind in one.kinds for name in sorted(known[kind])]
            what = listed(dict.fromkeys(one.kinds), "or")
            text = f"{one.name!r} is no {what}"
            problems.append(
                Problem(where, text, f"one of {few(options, 12)}", suggest(one.name, options))
            )
        elif len(found) > 1:
            text = f"{one.name!r} is a {listed(found)} at the same time"
            fix = "rename one of them; a column of the table gets another name by clinical.columns"
            problems.append(Problem(where, text, "a name that means one thing", fix))
    return list(dict.fromkeys(problems))


def used_columns(settings: Clinical, header: Collection[str]) -> list[str]:
    """List the columns that analyses use: declared ones, then those of the table by name.

    The number behind levels that are cut is used too, for its effect without the cut.
    """
    known = known_names(settings, header)
    used = [
        one.name
        for one in references(settings)
        if (one.kinds == (COLUMN,) and one.name in {*settings.columns, *header})
        or (COLUMN in one.kinds and kinds_of(one.name, one.kinds, known) == [COLUMN])
    ]
    sources = {rule.source for rule in settings.columns.values() if rule.is_number}
    uncut = [
        rule.source
        for rule in settings.columns.values()
        if rule.cut and rule.source not in sources and rule.source in header
    ]
    return list(dict.fromkeys([*settings.columns, *used, *uncut]))


def is_variable(settings: Clinical, name: str) -> bool:
    """Whether the configuration gives a name to a column, measure, cut-off or endpoint."""
    return any(
        name in section
        for section in (settings.columns, settings.measures, settings.cutoffs, settings.endpoints)
    )


def model_terms(settings: Clinical, model: str, path: tuple[str, ...] = ()) -> list[str]:
    """Return the terms of a model with the names of other models replaced by their terms.

    Raises
    ------
    ValueError
        When a model holds itself.
    """
    if model in path:
        raise ValueError(" -> ".join([*path, model]))
    terms: list[str] = []
    for term in settings.models[model].terms:
        inner = term in settings.models and term != model and not is_variable(settings, term)
        terms += model_terms(settings, term, (*path, model)) if inner else [term]
    return list(dict.fromkeys(terms))


def cutoffs_in(settings: Clinical, section: str, name: str) -> list[str]:
    """List the cut-offs that an analysis uses, in the order of the configuration.

    Parameters
    ----------
    settings
        The clinical sections.
    section, name
        ``survival``, ``models``, ``associations``, ``descriptions`` or ``benefit``, and the entry.
    """
    used = {one.name for one in references(settings) if one.where.startswith(f"{section}.{name}.")}
    if section == "models":
        used |= set(model_terms(settings, name))
    return [cutoff for cutoff in settings.cutoffs if cutoff in used]
