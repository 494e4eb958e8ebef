"""What the clinical table cannot give to the analyses that want it, and what is worth a remark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few, listed
from recurseq.clinical.assays import patient_problems, read_wells
from recurseq.clinical.cohorts import members, overlap, trace
from recurseq.clinical.conditions import condition_problems
from recurseq.clinical.endpoint_summary import summarise
from recurseq.clinical.endpoints import derive
from recurseq.clinical.genes import linked_samples
from recurseq.clinical.names import reference_problems
from recurseq.clinical.outcome import Outcome
from recurseq.clinical.patients import Patients
from recurseq.clinical.setting_problems import setting_problems
from recurseq.clinical.settings import ALL, LOGISTIC, Clinical, Competing, Dated, Within
from recurseq.clinical.table import Table, read_table, undeclared
from recurseq.clinical.validity import known_after_origin

DEVELOPMENT, VALIDATION = "development", "validation"


@dataclass
class ClinicalExamination:
    """What is known of the clinical side before anything is computed.

    Attributes
    ----------
    problems
        What has to be mended.
    notes
        Remarks that are no errors; they hold no value of a patient.
    endpoints
        Table ``clinical_endpoints``; None when it could not be made.
    patients
        Patients of the table, and those who remain after exclusions.
    frame
        The typed clinical table; None when it could not be read.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    endpoints: pd.DataFrame | None = None
    patients: tuple[int, int] = (0, 0)
    frame: pd.DataFrame | None = None


def examine_clinical(
    settings: Clinical, samples: pd.DataFrame | None, *, has_counts: bool
) -> ClinicalExamination:
    """Check everything about the clinical side that can be known early.

    Parameters
    ----------
    settings
        The clinical sections.
    samples
        The sample sheet as text, by sample; None without one.
    has_counts
        Whether the study has counts.
    """
    found = ClinicalExamination()
    try:
        table, found.problems = read_table(settings)
    except InputError as error:
        found.problems = [*error.problems, *setting_problems(settings, None, has_counts=has_counts)]
        found.problems += _assay_problems(settings, None, found)
        return found
    frame = found.frame = table.frame
    found.problems += reference_problems(settings, table.header)
    found.problems += setting_problems(settings, frame, has_counts=has_counts)
    found.problems += _condition_problems(settings, frame)
    clean = not found.problems
    outcomes, columns, more = derive(settings, table) if len(frame) else ({}, pd.DataFrame(), [])
    found.problems += more
    found.problems += _assay_problems(settings, frame, found)
    if settings.links is not None and samples is not None:
        found.problems += _link_problems(settings, samples, frame, found)
    if clean and not more and len(frame):
        _look_at_patients(settings, table, outcomes, columns, found)
    found.problems = list(dict.fromkeys(found.problems))
    return found


def _condition_problems(settings: Clinical, frame: pd.DataFrame) -> list[Problem]:
    rules = dict(settings.columns)
    given = {f"cohorts.{name}": one for name, one in settings.cohorts.items()}
    given |= {f"flow.{place}.exclude": s.condition for place, s in enumerate(settings.flow)}
    given |= {
        f"endpoints.{name}.when": one.when
        for name, one in settings.endpoints.items()
        if isinstance(one, Within)
    }
    return [
        problem
        for where, condition in given.items()
        for problem in condition_problems(f"config: {where}", condition, frame, rules)
    ]


def _assay_problems(
    settings: Clinical, frame: pd.DataFrame | None, found: ClinicalExamination
) -> list[Problem]:
    problems = []
    for name, assay in settings.assays.items():
        wells, more = read_wells(assay, settings.missing)
        problems += more
        if wells is None or frame is None:
            continue
        problems += patient_problems(assay, wells, list(frame.index))
        unknown = set(wells.patient) - set(frame.index)
        if unknown and not more:
            found.notes.append(
                f"{len(unknown)} of the {len(set(wells.patient))} patients of the assay {name!r} "
                "are not in the clinical table and are left out"
            )
    return problems


def _link_problems(
    settings: Clinical, samples: pd.DataFrame, frame: pd.DataFrame, found: ClinicalExamination
) -> list[Problem]:
    linked, problems = linked_samples(settings, samples, list(frame.index))
    if not problems:
        without = len(samples) - len(linked)
        found.notes.append(
            f"{len(linked)} of {len(samples)} samples belong to a patient of the clinical table"
            + (f"; the other {without} have no clinical row" if without else "")
        )
    return problems


def _look_at_patients(
    settings: Clinical,
    table: Table,
    outcomes: Mapping[str, Outcome],
    columns: pd.DataFrame,
    found: ClinicalExamination,
) -> None:
    """Check what only complete columns and endpoints can tell."""
    frame = table.frame
    remaining, _ = trace(settings, frame)
    found.patients = (len(frame), int(remaining.sum()))
    found.problems += _cohort_problems(settings, frame, remaining)
    found.problems += _change_problems(settings, table)
    if found.problems:
        return
    whole = pd.concat([frame.drop(columns=[c for c in columns if c in frame]), columns], axis=1)
    for name in (ALL, *settings.cohorts):
        whole[f"cohort_{name}"] = members(settings, frame, name) & remaining
    patients = Patients(_with_answers(settings, whole), settings, {})
    found.problems += list(_outcome_problems(settings, outcomes, remaining))
    found.problems += list(_constant_problems(settings, patients))
    found.endpoints = summarise(settings, outcomes, columns, frame, remaining)
    plain = undeclared(settings, table.header)
    if plain:
        found.notes.append(
            f"used without a rule under clinical.columns: {listed(plain)}; numbers if every value "
            "is one, else levels in alphabetical order"
        )
    found.notes += list(_remarks(settings, patients, outcomes))


def _with_answers(settings: Clinical, frame: pd.DataFrame) -> pd.DataFrame:
    answers = {
        name: pd.Categorical(frame[name], categories=["no", "yes"])
        for name, endpoint in settings.endpoints.items()
        if isinstance(endpoint, Within) and name in frame
    }
    return frame.assign(**answers)


def _cohort_problems(
    settings: Clinical, frame: pd.DataFrame, remaining: np.ndarray
) -> Iterator[Problem]:
    if not remaining.any():
        yield Problem("config: flow", "leaves no patient", "one or more")
        return
    for name in settings.cohorts:
        if not (members(settings, frame, name) & remaining).any():
            yield Problem(f"config: cohorts.{name}", "holds no patient", "one or more")
    if {DEVELOPMENT, VALIDATION} <= set(settings.cohorts):
        both = int((overlap(settings, frame, DEVELOPMENT, VALIDATION) & remaining).sum())
        if both:
            found = f"{both} patients are in {DEVELOPMENT} and in {VALIDATION}"
            fix = "a model is validated in patients it has not seen"
            yield Problem("config: cohorts", found, "cohorts without common patients", fix)


def _change_problems(settings: Clinical, table: Table) -> Iterator[Problem]:
    """Find values that became known later without a time, and dates that have no origin."""
    frame = table.frame
    for name, column in settings.known_at.items():
        if name not in frame or column not in frame:
            continue
        values = frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype) and name in _needing_times(settings):
            changed = values.notna() & (values != values.cat.categories[0])
            without = (changed & frame[column].isna()).to_numpy()
            found = f"{name!r} without its time in {column!r}"
            allowed = f"a time for every value but {values.cat.categories[0]!r}"
            yield from table.problems(without, found, allowed)
    for name, model in settings.models.items():
        origin = settings.endpoints.get(model.endpoint)
        for variable, column in settings.known_at.items():
            # Of yes and no, such a term is left out with a caution: no moment is asked for.
            used = variable in (*model.terms, *model.univariable) and model.kind != LOGISTIC
            is_date = column in frame and pd.api.types.is_datetime64_any_dtype(frame[column])
            if used and is_date and not isinstance(origin, Dated | Competing):
                found = f"{column!r} holds dates, and {model.endpoint!r} has no date of origin"
                allowed = "months since the origin, or an endpoint with start"
                yield Problem(f"config: models.{name}.time_varying", found, allowed)


def _needing_times(settings: Clinical) -> set[str]:
    """Return variables of which nothing can be left out; a comparison of treatment counts those."""
    told = {name for name, rule in settings.columns.items() if rule.known_at}
    for model in settings.models.values():
        told |= {*model.time_varying, *model.terms, *model.univariable}
    return told


def _outcome_problems(
    settings: Clinical, outcomes: Mapping[str, Outcome], remaining: np.ndarray
) -> Iterator[Problem]:
    wanted = {one.endpoint for one in settings.survival.values()}
    wanted |= {one.endpoint for one in settings.models.values()}
    for name in sorted(wanted & set(outcomes)):
        outcome = outcomes[name].take(remaining)
        if not outcome.known.any():
            found = "no patient has a time"
            yield Problem(f"config: endpoints.{name}", found, "times and events")
        elif not outcome.event.any():
            yield Problem(f"config: endpoints.{name}", "no patient has the event", "one or more")


def _constant_problems(settings: Clinical, patients: Patients) -> Iterator[Problem]:
    """Find groups and terms that are the same in all patients."""
    used = [(f"survival.{k}.by", one.by, one.cohort) for k, one in settings.survival.items()]
    used += [
        (f"associations.{k}.groups", one.groups, one.cohort)
        for k, one in settings.associations.items()
    ]
    used += [
        (f"models.{k}.terms", term, one.cohort)
        for k, one in settings.models.items()
        for term in (*one.terms, *one.univariable)
    ]
    for where, name, cohort in used:
        if name is None or name not in patients.frame:
            continue
        values = patients.cohort(cohort).frame[name].dropna().astype(object).unique()
        if len(values) < 2:
            found = f"{name!r} has {'one value' if len(values) else 'no value'} in the cohort"
            yield Problem(f"config: {where}", f"{found} {cohort}", "two or more values")


def _remarks(
    settings: Clinical, patients: Patients, outcomes: Mapping[str, Outcome]
) -> Iterator[str]:
    for name, model in settings.models.items():
        if model.endpoint not in outcomes:
            continue
        cohort = patients.cohort(model.cohort)
        event = cohort.outcome(model.endpoint).event
        for term in (*model.terms, *model.univariable):
            if term not in cohort.frame or cohort.is_number(term):
                continue
            values = cohort.frame[term]
            empty = [
                str(level)
                for level in values.cat.categories
                if (values == level).any() and not event[(values == level).to_numpy()].any()
            ]
            if empty:
                yield f"models.{name}: nobody with {term} {few(empty)} had the event"
    for name, one in settings.survival.items():
        late = one.by is not None and known_after_origin(patients, one.by, one.endpoint)
        if late and one.landmark is None:
            yield f"survival.{name}: {one.by} became known after the origin; give a landmark"
    for name, cutoff in settings.cutoffs.items():
        if cutoff.optimised:
            yield f"cutoffs.{name} is chosen by the outcome: only its corrected p-value counts"
