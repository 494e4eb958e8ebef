"""Whether hazards are proportional: the score test of coefficients that change with time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.clinical.survival.partial_likelihood import Fit, evaluate
from recurseq.clinical.survival.residuals import by_time
from recurseq.clinical.survival.times import step_values
from recurseq.stats.tails import chi_squared_tail, ranks

KM, RANK, IDENTITY, LOGARITHM = "km", "rank", "identity", "log"
TRANSFORMS = (KM, RANK, IDENTITY, LOGARITHM)
GLOBAL = "GLOBAL"


@dataclass(frozen=True)
class ProportionalityTest:
    """Test of one term, or of all at once (`GLOBAL`)."""

    term: str
    transform: str
    statistic: float
    df: int
    pvalue: float


def proportionality(
    fit: Fit, terms: Mapping[str, Sequence[int]], transform: str = KM
) -> list[ProportionalityTest]:
    """Test each term of a model, and all together, for an effect that changes with time.

    The model is thought to hold g(t) x beside x; the test is the score test of those further
    coefficients at (β, 0), with Efron's ties, strata and weights as in the fit. A term of several
    columns is tested as one.

    Parameters
    ----------
    fit
        A fitted model.
    terms
        Name of a term to the positions of its columns.
    transform
        Time scale g: ``km`` (one less the survival just before), ``rank`` (ranks of all times),
        ``identity`` or ``log``.

    References
    ----------
    Grambsch and Therneau, Biometrika 81, 515 (1994); computed as in version 3 of R's survival.
    """
    sets = fit.risk_sets
    found = evaluate(sets, fit.coefficients)
    scale = time_scale(fit, transform)[sets.deaths]
    scale = scale - scale.mean()
    weight = sets.mean_weight[sets.part_of]
    x, case = fit.subjects.covariates, fit.subjects.case_weights
    residual = case[sets.deaths, None] * x[sets.deaths]
    expected = by_time(sets, weight[:, None] * found.means)
    by_scale = scale[np.searchsorted(sets.of_death, np.arange(len(sets)))]
    score = scale @ residual - by_scale @ expected
    plain, crossed, squared = (
        found.weighted_information(weight * scale**power) for power in range(3)
    )
    # The variance of the further score, less what x itself explains.
    variance = squared - crossed @ np.linalg.solve(plain, crossed)
    tests = [
        _test(name, transform, score, _given(plain, crossed, squared, list(columns)), list(columns))
        for name, columns in terms.items()
    ]
    everything = list(range(len(score)))
    return [*tests, _test(GLOBAL, transform, score, variance, everything)]


def _given(
    plain: np.ndarray, crossed: np.ndarray, squared: np.ndarray, columns: list[int]
) -> np.ndarray:
    """Variance of the score of g(t) x for some columns, when the others do not change with time."""
    part = crossed[:, columns]
    return squared[np.ix_(columns, columns)] - part.T @ np.linalg.solve(plain, part)


def _test(
    name: str, transform: str, score: np.ndarray, variance: np.ndarray, columns: list[int]
) -> ProportionalityTest:
    u = score[columns]
    statistic = float(u @ np.linalg.solve(variance, u)) if len(u) else np.nan
    return ProportionalityTest(
        name, transform, statistic, len(u), float(chi_squared_tail(statistic, len(u)))
    )


def time_scale(fit: Fit, transform: str) -> np.ndarray:
    """Return g(t) of each row's end, with strata and covariates ignored."""
    subjects = fit.subjects
    if transform == RANK:
        return ranks(subjects.time)
    if transform == LOGARITHM:
        return np.log(subjects.time)
    if transform == IDENTITY:
        return np.asarray(subjects.time, dtype=float)
    curve = kaplan_meier(subjects.time, subjects.event, subjects.entry)
    return 1 - step_values(subjects.time, curve.time, curve.survival, 1.0, before=True)
