"""Rows of the tables of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.base.text import setting
from recurseq.risk.benefit.comparison import Comparison, Weighing, shares
from recurseq.risk.benefit.effect import IMMORTAL, OK, REASONS, SELECTED, Effect
from recurseq.stats.e_value import (
    COMMON,
    e_value,
    e_value_of_limits,
    risk_ratio_of_hazards,
    risk_ratio_of_odds,
)
from recurseq.stats.weights import effective_size

CRUDE, ADJUSTED = "crude", "adjusted"
EVERYBODY = "all"  # the stratum of all patients together
ODDS, HAZARDS = "odds ratio", "hazard ratio"


@dataclass(frozen=True)
class Estimate:
    """One way of comparing the patients of one stratum.

    Attributes
    ----------
    stratum, method
        Name of the stratum or ``all``, and how it was done.
    comparison
        The patients.
    weighing
        Their weights; None where each counts once.
    effect
        The ratio.
    kind
        ``crude`` or ``adjusted``.
    primary
        Whether it is the one that the configuration asks for.
    """

    stratum: str
    method: str
    comparison: Comparison
    weighing: Weighing | None
    effect: Effect
    kind: str
    primary: bool = False

    @property
    def ratio(self) -> float:
        """Odds or hazard ratio."""
        return float(np.exp(self.effect.log_ratio))

    @property
    def limits(self) -> tuple[float, float]:
        """95 % interval of the ratio."""
        return float(np.exp(self.effect.lower)), float(np.exp(self.effect.upper))

    @property
    def measure(self) -> str:
        """What the ratio is."""
        return ODDS if self.comparison.sample.followed.time is None else HAZARDS

    @property
    def weights(self) -> np.ndarray:
        """Weight of each patient."""
        size = len(self.comparison.sample)
        return np.ones(size) if self.weighing is None else self.weighing.weights

    @property
    def is_unweighted(self) -> bool:
        """Whether an adjusted estimate has no weights to speak of."""
        return self.kind == ADJUSTED and self.weighing is None

    @property
    def largest_smd(self) -> float:
        """Largest standardised difference of a covariate between the groups with these weights."""
        if self.is_unweighted:
            return np.nan
        weights = None if self.weighing is None else self.weighing.weights
        return self.comparison.largest(weights)

    def effective(self, side: np.ndarray) -> float:
        """Return the effective number of some patients; missing without the weights."""
        if self.is_unweighted:
            return np.nan
        return effective_size((self.weights * self.comparison.sample.followed.weights)[side])

    @property
    def ess(self) -> float:
        """Effective number of both groups together."""
        treated = self.comparison.sample.followed.treated
        return self.effective(treated) + self.effective(~treated)

    @property
    def strength(self) -> tuple[float, float, str]:
        """E-values of an adjusted ratio and of its limit nearer to 1, and how they were found."""
        if self.kind == CRUDE or self.effect.status != OK:
            return np.nan, np.nan, ""
        followed = self.comparison.sample.followed
        common = np.average(followed.event, weights=followed.weights) > COMMON
        if not common:
            as_risk, how = float, f"{self.measure} of an outcome that is rare (15 % or less)"
        elif followed.time is None:
            as_risk, how = risk_ratio_of_odds, "root of the odds ratio (outcome above 15 %)"
        else:
            as_risk = risk_ratio_of_hazards
            how = "risk ratio approximated from the hazard ratio (outcome above 15 %)"
        limits = (as_risk(limit) for limit in self.limits)
        return e_value(as_risk(self.ratio)), e_value_of_limits(*limits), how


def crude_beside(estimates: Sequence[Estimate], one: Estimate) -> Estimate:
    """Return the crude estimate of the same patients: the last one of the stratum."""
    return [x for x in estimates if x.stratum == one.stratum and x.kind == CRUDE][-1]


def effect_row(one: Estimate, interaction: float, note: str) -> dict:
    """Return one row of table ``benefit_effect``."""
    followed = one.comparison.sample.followed
    part = one.weights > 0
    treated, control = followed.treated & part, ~followed.treated & part
    hidden = one.effect.status in (IMMORTAL, SELECTED)  # counts would tell what is left out
    risks = (np.nan, np.nan) if hidden else shares(one.comparison.sample, one.weights)
    events = [None if hidden else int(followed.event[side].sum()) for side in (treated, control)]
    value, limit, how = one.strength
    lower, upper = one.limits
    return {
        "stratum": one.stratum,
        "method": one.method,
        "n_treated": int(treated.sum()),
        "n_control": int(control.sum()),
        "ess": one.ess,
        "ratio": one.ratio,
        "lower": lower,
        "upper": upper,
        "pvalue": one.effect.pvalue,
        "interaction_pvalue": interaction,
        "evalue": value,
        "evalue_limit": limit,
        "evalue_of": how or None,
        "measure": one.measure,
        "estimate": one.kind,
        "primary": one.primary,
        "events_treated": events[0],
        "events_control": events[1],
        "risk_treated": risks[0],
        "risk_control": risks[1],
        "ess_treated": one.effective(followed.treated),
        "ess_control": one.effective(~followed.treated),
        "smd_largest": one.largest_smd,
        "penalty": one.effect.penalty,
        "status": one.effect.status,
        "note": note or None,
    }


def note_of(one: Estimate, crude: Estimate) -> str:
    """Say in a few words what is special about an estimate."""
    if one.effect.status != OK:
        return REASONS[one.effect.status]
    parts = ["Firth's penalty"] if one.effect.penalty == "firth" else []
    if one.kind == ADJUSTED and one.effect.log_ratio * crude.effect.log_ratio < 0:
        parts.append(f"crude ratio {setting(round(crude.ratio, 2))}: the other direction")
    return "; ".join(parts)


def balance_rows(one: Estimate) -> list[dict]:
    """Return the rows of table ``benefit_balance`` of one stratum."""
    before = one.comparison.balance(None)
    weights = None if one.weighing is None else one.weighing.weights
    after = [None] * len(before) if weights is None else one.comparison.balance(weights)
    return [
        {
            "covariate": name,
            "smd_before": first.smd,
            "smd_after": np.nan if last is None else last[2].smd,
            "level": level,
            "stratum": one.stratum,
            "method": one.method,
            "mean_treated_before": first.treated,
            "mean_control_before": first.control,
            "mean_treated_after": np.nan if last is None else last[2].treated,
            "mean_control_after": np.nan if last is None else last[2].control,
            "variance_ratio_before": first.variance_ratio,
            "variance_ratio_after": np.nan if last is None else last[2].variance_ratio,
        }
        for (name, level, first), last in zip(before, after, strict=True)
    ]
