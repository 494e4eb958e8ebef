"""What a reader must know of how a risk model was made; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from recurseq.base.text import listed, setting
from recurseq.clinical.cautions import STOP, WARN, Caution, shown


def without_effect(analysis: str, columns: Sequence[str]) -> Caution | None:
    """Name what the patients of the development cannot tell, and what is therefore left at 0."""
    if not columns:
        return None
    message = (
        f"Nothing is known of {listed(columns)}: the same in all patients of the development, or a "
        "combination of other terms. It counts as 0 in every risk; other patients may differ."
    )
    return Caution("without_effect", WARN, analysis, message, listed(columns))


def axes_go_on(analysis: str, variables: Sequence[str]) -> Caution | None:
    """Say that an axis goes on where no patient was."""
    if not variables:
        return None
    message = (
        f"The axis of {listed(variables)} goes beyond the patients of the development: there the "
        "nomogram only continues a curve, and the calculator does not answer."
    )
    return Caution("extrapolation", WARN, analysis, message, listed(variables))


def beyond_follow_up(analysis: str, horizon: float, last: float) -> Caution | None:
    """Refuse a risk at a time that nobody was followed to."""
    if horizon <= last:
        return None
    message = (
        f"Nobody was followed for {setting(horizon)} months (the longest: {shown(last)}): no risk "
        "is told at that time."
    )
    return Caution("extrapolation", STOP, analysis, message, setting(horizon))


def no_estimates(analysis: str) -> Caution:
    """Say that a model has no finite estimates."""
    message = (
        "The model has no finite estimates, or no event before its horizon; take fewer terms, join "
        "levels without events, or penalty: auto."
    )
    return Caution("level_without_events", STOP, analysis, message)
