"""What a reader must know beside the ratio of a treatment; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurseq.base.text import listed, setting
from recurseq.clinical.cautions import (
    ALPHA,
    EVENTS_TO_STOP,
    EVENTS_TO_WARN,
    NOTE,
    STOP,
    WARN,
    Caution,
    percent,
    shown,
)
from recurseq.risk.benefit.balance import LARGEST
from recurseq.risk.benefit.effect import NO_OVERLAP, REASONS
from recurseq.risk.benefit.propensity import NEAR

MANY = 0.1  # share of patients who are hardly comparable
FEWEST_PER_PARAMETER = 10  # patients of the smaller group, of a model of the treatment


def by_indication(
    analysis: str,
    treatment: str,
    smd: float,
    worth: Sequence[tuple[int, float]],
    strength: tuple[float, float],
) -> Caution:
    """Say that nobody was treated at random, with what is known of that.

    Parameters
    ----------
    analysis, treatment
        Where, and what.
    smd
        Largest standardised difference after weighting; missing without weights.
    worth
        Patients and effective sample size of the treated and of the untreated. A sum over both
        would hide a small treated group of which hardly anything is left.
    strength
        E-values of the adjusted ratio of all patients and of its limit nearer to 1; missing where
        there is none.
    """
    message = (
        f"Nothing decided at random who was given {treatment}: every ratio is an association and "
        "no effect. Adjusted estimates know only the covariates that are named"
    )
    facts = []
    if not np.isnan(smd):
        (treated, ess), (untreated, other) = worth
        facts.append(f"SMD {smd:.2f}, ESS {ess:.0f} of {treated} and {other:.0f} of {untreated}")
        message += (
            f"; after weighting these differ by {smd:.2f} standard deviations at most, and "
            f"{treated} treated patients are worth {ess:.0f}, {untreated} untreated ones "
            f"{other:.0f}"
        )
    message += "."
    if not np.isnan(strength[0]):
        facts.append(f"E-value {shown(strength[0])} (limit {shown(strength[1])})")
        message += (
            f" An unknown cause tied to both {treatment} and the outcome by risk ratios of "
            f"{shown(strength[0])} could explain the ratio of all patients away (E-value)"
        )
        held = strength[1] > 1
        message += (
            f", and of {shown(strength[1])} its interval." if held else "; its interval holds 1."
        )
    return Caution("confounded_by_indication", WARN, analysis, message, ", ".join(facts))


def other_direction(
    analysis: str, stratum: str, crude: tuple[float, ...], adjusted: tuple[float, ...]
) -> Caution | None:
    """Say where crude and adjusted ratios lie on different sides of 1, and one of them clearly.

    Parameters
    ----------
    analysis, stratum
        Where.
    crude, adjusted
        Ratio, and both ends of its interval.
    """
    apart = (crude[0] - 1) * (adjusted[0] - 1) < 0
    if not apart or not any(low > 1 or high < 1 for _, low, high in (crude, adjusted)):
        return None
    message = (
        f"In {stratum} the crude ratio ({_told(crude)}) and the adjusted one ({_told(adjusted)}) "
        "lie on different sides of 1: those who were treated had another risk to begin with. "
        "Neither is read without the other."
    )
    return Caution("confounded_by_indication", WARN, analysis, message, shown(adjusted[0]))


def unbalanced(analysis: str, stratum: str, differences: dict[str, float]) -> Caution | None:
    """Name covariates that differ between the groups after weighting too."""
    far = {name: value for name, value in differences.items() if value > LARGEST}
    if not far:
        return None
    told = listed(f"{name} ({shown(value)})" for name, value in far.items())
    message = (
        f"In {stratum} these differ by more than {setting(LARGEST)} standard deviations after "
        f"weighting too: {told}. The ratio there is not adjusted for them as it should be."
    )
    return Caution("confounded_by_indication", WARN, analysis, message, shown(max(far.values())))


def hardly_comparable(
    analysis: str, stratum: str, extreme: int, n: int, *, inverse: bool
) -> Caution | None:
    """Count patients of whom nearly all or nearly none like them were treated.

    Parameters
    ----------
    analysis, stratum
        Where.
    extreme, n
        How many of how many.
    inverse
        Whether they have the large weights, as the inverse of their probabilities.
    """
    if not extreme:
        return None
    message = (
        f"In {stratum} {extreme} of {n} patients ({percent(extreme / n)}) have a probability of "
        f"treatment below {setting(NEAR)} or above {setting(1 - NEAR)}: hardly anybody like them "
        "was in the other group. Nobody is left out and no weight is truncated; inverse weights "
        "rest on few patients there, overlap weights count them little."
    )
    severity = WARN if inverse and extreme / n > MANY else NOTE
    return Caution("confounded_by_indication", severity, analysis, message, percent(extreme / n))


def separated_treatment(analysis: str, stratum: str) -> Caution:
    """Say that covariates tell who was treated without exception."""
    message = (
        f"In {stratum} the covariates tell without exception who was treated of some patients: "
        "their probability of treatment is finite by Firth's penalty only, and the groups are not "
        "comparable there."
    )
    return Caution("near_perfect", WARN, analysis, message, stratum)


def few_for_treatment(analysis: str, stratum: str, smaller: int, parameters: int) -> Caution | None:
    """Warn of a model of the treatment with too few patients in a group."""
    if not parameters or smaller / parameters >= FEWEST_PER_PARAMETER:
        return None
    message = (
        f"In {stratum} the model of the treatment has {parameters} parameters and the smaller "
        f"group {smaller} patients ({smaller / parameters:.1f} per parameter): weights are "
        "unstable there."
    )
    return Caution("few_events", WARN, analysis, message, f"{smaller / parameters:.1f}")


def few_events(analysis: str, stratum: str, events: int) -> Caution | None:
    """Warn of a ratio that rests on few events."""
    if events >= EVENTS_TO_WARN:
        return None
    left_out = events < EVENTS_TO_STOP
    end = "the ratio is left out" if left_out else "the ratio is unstable"
    message = f"In {stratum} {events} patients are in the rarer group by outcome: {end}."
    return Caution("few_events", STOP if left_out else WARN, analysis, message, str(events))


def group_without_events(
    analysis: str, stratum: str, group: str, n: int, *, penalised: bool
) -> Caution:
    """Name a group in which nobody had the event."""
    crude = "the crude ratio comes from Firth's penalty" if penalised else "it has no crude ratio"
    message = (
        f"None of the {n} {group} patients of {stratum} had the event: {crude}, and no weighted "
        "ratio is finite."
    )
    return Caution("level_without_events", WARN, analysis, message, f"{stratum} {group}")


def left_out(analysis: str, stratum: str, status: str) -> Caution:
    """Say why a stratum has no ratio."""
    message = f"In {stratum} no adjusted ratio is told: {REASONS[status]}."
    code = "confounded_by_indication" if status == NO_OVERLAP else "few_events"
    return Caution(code, STOP, analysis, message, stratum)


def from_landmark(analysis: str, treatment: str, month: float, gone: int, later: int) -> Caution:
    """Tell how a landmark deals with treatment that begins after the origin."""
    message = (
        f"{treatment} began after the origin: patients had to live without the event until then. "
        f"Compared are those still without it at month {setting(month)}, as treated by then; "
        f"{gone} with the event or without observation by then are left out, and {later} who "
        "were treated later count as untreated. The ratio called crude takes treatment at any "
        "time, which is biased; it stands there to be seen only."
    )
    return Caution("immortal_time", NOTE, analysis, message, setting(month))


def left_out_for_time(analysis: str, treatment: str) -> Caution:
    """Say that treatment began after the origin and nothing takes that into account."""
    message = (
        f"{treatment} began after the origin: patients had to live without the event until then. "
        "Without a landmark all ratios are left out; give one, or an endpoint with times."
    )
    return Caution("immortal_time", STOP, analysis, message, treatment)


def same_in_strata(analysis: str, pvalue: float, clear: Sequence[str]) -> Caution | None:
    """Say that no difference between strata is shown, so that none is spoken of alone.

    Parameters
    ----------
    analysis
        Where.
    pvalue
        Of the interaction.
    clear
        Strata whose own p-value is small.
    """
    if np.isnan(pvalue) or pvalue < ALPHA:
        return None
    message = (
        f"That ratios differ between strata is not shown (interaction p = {shown(pvalue)}), which "
        "is no proof that they are the same: read the ratio of all patients"
    )
    if clear:
        message += (
            f", and the small p-value of {listed(clear)} alone is no evidence of a difference"
        )
    severity = WARN if clear else NOTE
    return Caution("subgroup_without_interaction", severity, analysis, f"{message}.", shown(pvalue))


def over_time(analysis: str, treatment: str) -> Caution:
    """Say that treatment counts from its beginning, and is adjusted without weights."""
    message = (
        f"{treatment} began after the origin, and no landmark is given: the crude ratio is biased "
        "(patients had to live until then). Read the time-varying one, which is adjusted by the "
        "covariates as terms; weights and pairs need a landmark."
    )
    return Caution("immortal_time", WARN, analysis, message, treatment)


def no_strata(analysis: str, risk: str) -> Caution:
    """Say that a risk model has no strata to compare in."""
    message = f"The risk model {risk} has put nobody in a stratum: all patients are taken together."
    return Caution("complete_case_loss", WARN, analysis, message, risk)


def _told(ratio: tuple[float, ...]) -> str:
    return f"{shown(ratio[0])}, {shown(ratio[1])} to {shown(ratio[2])}"
