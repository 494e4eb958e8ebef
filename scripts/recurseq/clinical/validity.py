"""Whether a comparison is one: groups known in time, not made of the outcome, not chosen by it."""

from __future__ import annotations

import numpy as np

from recurseq.clinical import patient_cautions
from recurseq.clinical.cautions import Caution
from recurseq.clinical.cohorts import flag
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Clinical, Competing, Dated, Endpoint, Span, Timed, Within


def judge(
    analysis: str,
    patients: Patients,
    endpoint: str,
    variable: str | None,
    landmark: float | None,
    *,
    changes: bool = False,
    naive: bool = False,
) -> list[Caution]:
    """Say what stands against comparing an endpoint between values of a variable.

    Parameters
    ----------
    analysis
        Section and name.
    patients
        Those who are compared, or all.
    endpoint, variable
        What is compared, by what; None for one curve.
    landmark
        Month from which survival is counted, if it is.
    changes
        Whether the variable counts only from the time at which it became known.
    naive
        Whether a naive estimate stands beside the others.
    """
    if variable is None:
        return []
    settings = patients.settings
    compared, by = settings.endpoints.get(endpoint), settings.endpoints.get(variable)
    late = known_after_origin(patients, variable, endpoint)
    if isinstance(compared, Span) and not late:
        return []  # counted from a later event, by which the groups were known
    if isinstance(by, Within):
        if landmark is not None and landmark >= by.within:
            return []
        own = events_of(settings, settings.endpoints[by.of])
        if compared and events_of(settings, compared) & own:
            return [patient_cautions.circular_outcome(analysis, variable, endpoint)]
        return [patient_cautions.immortal_time(analysis, variable, handled=False, naive=naive)]
    if late:
        handled = landmark is not None or changes
        return [patient_cautions.immortal_time(analysis, variable, handled=handled, naive=naive)]
    return []


def known_after_origin(patients: Patients, variable: str, endpoint: str) -> bool:
    """Whether a variable became known after the origin of an endpoint.

    For one that is counted from a later event the dates decide, of any patient.
    """
    column = patients.settings.known_at.get(variable)
    if column is None or not isinstance(patients.settings.endpoints.get(endpoint), Span):
        return column is not None
    return bool((patients.months_until(column, endpoint) > 0).any())


def events_of(settings: Clinical, endpoint: Endpoint) -> set[str]:
    """Return the columns that hold the events of an endpoint."""
    if isinstance(endpoint, Timed):
        return {endpoint.event}
    if isinstance(endpoint, Dated):
        return set(endpoint.events)
    if isinstance(endpoint, Competing):
        return set(endpoint.states.values())
    if isinstance(endpoint, Span):
        return {endpoint.to}
    return events_of(settings, settings.endpoints[endpoint.of])


def outcome_of(settings: Clinical, endpoint: Endpoint) -> set[str]:
    """Return the columns that tell the outcome: the events, and a column of times."""
    while isinstance(endpoint, Within):
        endpoint = settings.endpoints[endpoint.of]
    times = {endpoint.time} if isinstance(endpoint, Timed) else set()
    return events_of(settings, endpoint) | times


def judge_patients(
    analysis: str,
    cohort: str,
    patients: Patients,
    *,
    endpoint: str | None = None,
    by: str | None = None,
) -> list[Caution]:
    """Say whether the patients of an analysis were chosen by their outcome.

    Parameters
    ----------
    analysis, cohort
        Section and name, and the name of the cohort.
    patients
        Those of the analysis.
    endpoint, by
        What is compared and between which groups, where there are such.
    """
    chosen = np.zeros(len(patients), dtype=bool)
    for name, outcome in patients.settings.outcome_selected.items():
        if not _allows(patients.settings, outcome, endpoint, by):
            chosen |= patients.frame[flag(name)].to_numpy(dtype=bool)
    found = patient_cautions.outcome_selected(analysis, cohort, int(chosen.sum()), len(patients))
    return [] if found is None else [found]


def _allows(settings: Clinical, outcome: str | None, endpoint: str | None, by: str | None) -> bool:
    """Whether a comparison stands although the patients were chosen by an outcome.

    It does between the groups that they were chosen as (cases and controls), also by odds ratios,
    and when time is counted from the event that they were chosen by: what came later chose nobody.
    """
    if outcome is None:
        return False
    compared = settings.endpoints.get(endpoint) if endpoint is not None else None
    starts_there = isinstance(compared, Span) and compared.start in events_of(
        settings, settings.endpoints[outcome]
    )
    return outcome in (by, endpoint) or starts_there
