"""What a reader must know of who is analysed, and from when on; pure functions."""

from __future__ import annotations

import numpy as np

from recurseq.clinical.cautions import NOTE, STOP, WARN, Caution, percent, shown
from recurseq.stats.e_value import e_value, risk_ratio_of_hazards

TOO_SHORT_TO_WARN, TOO_SHORT_TO_REFUSE = 0.05, 0.20
LOST_TO_WARN = 0.10


def outcome_selected(analysis: str, cohort: str, chosen: int, n: int) -> Caution | None:
    """Warn of patients who were chosen by their outcome."""
    if not chosen:
        return None
    if chosen == n:
        message = (
            f"The patients of {cohort} were chosen by their outcome: no absolute risks, medians or "
            "p-values are told of them."
        )
        return Caution("outcome_selected", STOP, analysis, message, str(n))
    message = (
        f"{chosen} of {n} patients were chosen by their outcome, which biases every estimate; name "
        "a cohort without them."
    )
    return Caution("outcome_selected", WARN, analysis, message, str(chosen))


def left_out_of_risks(analysis: str, cohort: str, size: int, n: int) -> Caution:
    """Say that patients who were chosen by their outcome are in no risk of the endpoints."""
    if size == n:
        message = f"All patients ({cohort}) were chosen by their outcome: their risks mean nothing."
        return Caution("outcome_selected", WARN, analysis, message, str(size))
    message = (
        f"The {size} patients of {cohort} were chosen by their outcome; events, follow-up and "
        f"risks are those of the other {n - size}."
    )
    return Caution("outcome_selected", NOTE, analysis, message, str(size))


def complete_case_loss(
    analysis: str, what: str, dropped: int, n: int, *, can_impute: bool = False
) -> Caution | None:
    """Warn of patients who are left out because a value is missing.

    Parameters
    ----------
    analysis, what
        Section and name, and what they are left out of.
    dropped, n
        How many, and of how many.
    can_impute
        Whether the configuration could ask for imputation instead.
    """
    if not n or dropped / n <= LOST_TO_WARN:
        return None
    message = (
        f"{dropped} of {n} patients ({percent(dropped / n)}) are left out of {what} because a "
        "value is missing; look at clinical/missing.tsv for whether those with events lack more."
    )
    if can_impute:
        message += " missing_data: {imputations: 20} fills gaps in and keeps these patients."
    return Caution("complete_case_loss", WARN, analysis, message, str(dropped))


def short_follow_up(
    analysis: str, too_short: int, n: int, naive: float, complete: float, estimate: float
) -> Caution | None:
    """Warn of patients who were not followed long enough."""
    if not too_short:
        return None
    share = too_short / n
    text = (
        f"{too_short} of {n} patients ({percent(share)}) were not followed long enough: the risk "
        f"is {percent(naive)} if they count as without the event, {percent(complete)} without "
        f"them, {percent(estimate)} by cumulative incidence, which is the one to read."
    )
    if share <= TOO_SHORT_TO_WARN:
        return Caution("short_follow_up", NOTE, analysis, text, percent(share))
    if share > TOO_SHORT_TO_REFUSE:
        text += (
            " Too many for a model of yes and no: use the times, or inverse-probability weights."
        )
    return Caution("short_follow_up", WARN, analysis, text, percent(share))


def circular_outcome(analysis: str, variable: str, endpoint: str) -> Caution:
    """Refuse groups that are made of the very events they are compared in."""
    message = (
        f"{variable} is made of events of {endpoint}, or of events before its end: groups differ "
        "by construction. Descriptive, without tests; compare survival after the event, or from a "
        "landmark."
    )
    return Caution("circular_outcome", STOP, analysis, message, variable)


def immortal_time(analysis: str, variable: str, *, handled: bool, naive: bool) -> Caution:
    """Warn of a group or covariate that became known after follow-up had begun.

    Parameters
    ----------
    analysis, variable
        Where, and what.
    handled
        Whether a landmark or a time-varying estimate takes it into account.
    naive
        Whether a naive estimate stands beside that.
    """
    why = f"{variable} became known after the origin: patients had to live until then"
    if not handled:
        message = f"{why}. The naive estimate is left out; give a landmark or time_varying."
        return Caution("immortal_time", STOP, analysis, message, variable)
    if naive:
        message = f"{why}. The naive estimate is biased; read the landmark or time-varying one."
        return Caution("immortal_time", WARN, analysis, message, variable)
    message = f"{why}. Groups are those of the landmark, among patients still without the event."
    return Caution("immortal_time", NOTE, analysis, message, variable)


def confounded_by_indication(analysis: str, variable: str, ratio: float) -> Caution:
    """Say that a treatment or response was not given at random.

    Parameters
    ----------
    analysis, variable
        Where, and what came after the origin.
    ratio
        Its hazard ratio from a landmark or over time; missing when there is none.
    """
    message = (
        f"Nothing decided at random who has which {variable}: its ratio is an association and no "
        "effect. Compare the groups in an association table (smd)."
    )
    if not np.isfinite(ratio) or ratio <= 0:
        return Caution("confounded_by_indication", NOTE, analysis, message, variable)
    value = e_value(risk_ratio_of_hazards(ratio))
    message += (
        f" An unknown cause tied to both {variable} and the outcome by a risk ratio of "
        f"{shown(value)} could explain it (E-value)."
    )
    return Caution("confounded_by_indication", NOTE, analysis, message, shown(value))
