"""Firth's penalty: finite hazard ratios where a level has no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recurseq.clinical.survival.partial_likelihood import evaluate
from recurseq.clinical.survival.risk_sets import EFRON, RiskSets, Subjects
from recurseq.stats.design_matrix import column_spreads
from recurseq.stats.profiles import PenalisedFit, fit_profiles

NEAR = 1e-3  # distance at which the penalty's slope is taken


@dataclass(frozen=True)
class _Penalised:
    """Log L + log |I| / 2 of the partial likelihood."""

    sets: RiskSets

    @property
    def size(self) -> int:
        return self.sets.subjects.covariates.shape[1]

    def height(self, at: np.ndarray) -> float:
        found = evaluate(self.sets, at)
        return found.loglik + np.linalg.slogdet(found.information)[1] / 2

    def slope(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = evaluate(self.sets, at)
        return found.score + self._penalty_slope(at), found.information

    def _penalty_slope(self, at: np.ndarray) -> np.ndarray:
        """Gradient of log |I| / 2 by differences of fourth order."""
        slope = np.empty(len(at))
        for column in range(len(at)):
            unit = np.zeros(len(at))
            unit[column] = NEAR
            one, two, three, four = (
                np.linalg.slogdet(evaluate(self.sets, at + steps * unit).information)[1]
                for steps in (-2, -1, 1, 2)
            )
            slope[column] = (one - 8 * two + 8 * three - four) / (24 * NEAR)
        return slope


def fit_penalised(
    subjects: Subjects,
    ties: str = EFRON,
    groups: Sequence[Sequence[int]] = (),
    *,
    estimates_only: bool = False,
) -> PenalisedFit:
    """Maximise log L + log |I| / 2 of the partial likelihood.

    Parameters
    ----------
    subjects, ties
        As for `recurseq.clinical.survival.partial_likelihood.fit`.
    groups
        Positions of coefficients that are tested together.
    estimates_only
        As for `recurseq.stats.profiles.fit_profiles`.

    References
    ----------
    Heinze and Schemper, Biometrics 57, 114 (2001), after Firth, Biometrika 80, 27 (1993).
    """
    x = subjects.covariates
    scale = column_spreads(x)
    sets = RiskSets(subjects.with_covariates((x - x.mean(axis=0)) / scale), ties)
    found = fit_profiles(_Penalised(sets), groups, estimates_only=estimates_only)
    return replace(
        found,
        coefficients=found.coefficients / scale,
        covariance=found.covariance / np.outer(scale, scale),
        lower=found.lower / scale,
        upper=found.upper / scale,
    )
