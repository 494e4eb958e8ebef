"""What a reader must know of curves and hazards; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurseq.base.text import listed, setting
from recurseq.clinical.cautions import ALPHA, FEWEST_AT_RISK, NOTE, WARN, Caution, percent, shown


def non_proportional(analysis: str, pvalue: float) -> Caution | None:
    """Warn of hazards that are not proportional."""
    if np.isnan(pvalue) or pvalue >= ALPHA:
        return None
    message = (
        f"Hazards are not proportional (GLOBAL p = {shown(pvalue)}): a hazard ratio is an average "
        "over time; compare restricted mean survival times instead."
    )
    return Caution("non_proportional", WARN, analysis, message, shown(pvalue))


def median_not_reached(analysis: str, groups: Sequence[str]) -> Caution | None:
    """Name groups whose curve stays above one half."""
    if not groups:
        return None
    message = (
        f"The median is not reached in {listed(groups)}: more than half are without the event at "
        "the end of follow-up. A restricted mean is another quantity than a median."
    )
    return Caution("median_not_reached", NOTE, analysis, message, "not reached")


def thin_tail(analysis: str, time: float, horizons: Sequence[float]) -> Caution | None:
    """Tell where curves rest on few patients, and which times lie beyond the follow-up."""
    if not np.isfinite(time):
        return None
    message = (
        f"From {setting(round(time, 1))} months on, fewer than {FEWEST_AT_RISK} are at risk in a "
        "group: the end of its curve rests on few patients."
    )
    if horizons:
        beyond = listed(setting(value) for value in horizons)
        message += f" Nothing is said at {beyond} months, beyond the follow-up of a group."
    return Caution("thin_tail", NOTE, analysis, message, setting(round(time, 1)))


def competing_death(analysis: str, state: str, difference: float) -> Caution:
    """Tell how far one less Kaplan-Meier overstates an incidence."""
    message = (
        f"Other states compete with {state}: one less Kaplan-Meier would overstate its incidence "
        f"by up to {percent(difference)}; cumulative incidence and Gray's test stand in its place."
    )
    return Caution("competing_death", NOTE, analysis, message, percent(difference))


def subgroup_without_interaction(
    analysis: str, subgroup: str, interaction: float, pvalue: float
) -> Caution | None:
    """Warn of a subgroup whose effect is not shown to differ from that of the others."""
    if not np.isnan(interaction) and interaction < ALPHA:
        return None
    if np.isnan(pvalue) or pvalue >= ALPHA:
        severity, text = NOTE, "the subgroup says nothing that all patients do not"
    else:
        severity, text = WARN, "its own small p-value is no evidence of a special effect there"
    message = (
        f"That the effect in {subgroup} differs from that in the others is not shown "
        f"(interaction p = {shown(interaction)}): {text}."
    )
    return Caution("subgroup_without_interaction", severity, analysis, message, shown(interaction))
