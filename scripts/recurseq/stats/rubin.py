"""Rubin's rules: one answer from the analyses of several completed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, fdtrc, logit, stdtr, stdtrit

from recurseq.stats.tails import chi_squared_tail

SMALLEST_SHARE = 1e-4  # of the variance between data sets: below, there are no degrees of freedom
MANY = 1e7  # denominator degrees of freedom from which F is a chi-squared


@dataclass(frozen=True)
class Pooled:
    """Estimates of k coefficients over m completed data sets.

    Attributes
    ----------
    estimate
        Mean over data sets.
    within, covariance
        Mean covariance, and the total one: within + (1 + 1 / m) between.
    df
        Degrees of freedom of each coefficient.
    fmi
        Fraction of the information on each that is missing.
    """

    estimate: np.ndarray
    within: np.ndarray
    covariance: np.ndarray
    df: np.ndarray
    fmi: np.ndarray

    @property
    def se(self) -> np.ndarray:
        """Standard errors."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def pvalue(self) -> np.ndarray:
        """Two-sided p-values by Student's t."""
        return 2 * stdtr(self.df, -np.abs(self.estimate / self.se))

    @property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """95 % limits by Student's t."""
        half = stdtrit(self.df, 0.975) * self.se
        return self.estimate - half, self.estimate + half


def pool(estimates: np.ndarray, covariances: np.ndarray, complete_df: float = np.inf) -> Pooled:
    """Pool estimates of completed data sets.

    Parameters
    ----------
    estimates
        m x k.
    covariances
        m x k x k.
    complete_df
        Degrees of freedom that data without gaps would have.

    References
    ----------
    Rubin, Multiple Imputation for Nonresponse in Surveys (1987); Barnard and Rubin, Biometrika 86,
    948 (1999), for the degrees of freedom.
    """
    m = len(estimates)
    within = covariances.mean(axis=0)
    between = _between(estimates)
    total = within + (1 + 1 / m) * between
    spread = (1 + 1 / m) * np.diag(between)
    known = np.diag(within)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.maximum(spread / np.diag(total), SMALLEST_SHARE)
        old = (m - 1) / share**2 if m > 1 else np.full(len(known), np.inf)
        df = old
        if np.isfinite(complete_df):
            left = max(complete_df, 1.0)
            seen = (left + 1) / (left + 3) * left * (1 - share)
            df = seen if m == 1 else old * seen / (old + seen)
        increase = spread / known
        fmi = (increase + 2 / (df + 3)) / (increase + 1)
    return Pooled(estimates.mean(axis=0), within, total, df, fmi)


@dataclass(frozen=True)
class PooledTest:
    """Test that several coefficients are 0.

    Attributes
    ----------
    statistic
        Compared with F.
    df, df_below
        Degrees of freedom of the numerator and of the denominator.
    """

    statistic: float
    df: int
    df_below: float
    pvalue: float


def pooled_wald(estimates: np.ndarray, covariances: np.ndarray) -> PooledTest:
    """Test all coefficients together: D1, Wald's statistic with a pooled increase of variance.

    Parameters
    ----------
    estimates, covariances
        As for `pool`.

    References
    ----------
    Li, Raghunathan and Rubin, J. Am. Stat. Assoc. 86, 1065 (1991).
    """
    m, k = estimates.shape
    inverse = np.linalg.pinv(covariances.mean(axis=0), hermitian=True)
    mean = estimates.mean(axis=0)
    increase = (1 + 1 / m) * float(np.trace(_between(estimates) @ inverse)) / k
    statistic = float(mean @ inverse @ mean) / (k * (1 + increase))
    t, increase = k * (m - 1), max(increase, 1e-12)
    if t > 4:
        below = 4 + (t - 4) * (1 + (1 - 2 / t) / increase) ** 2
    else:
        below = t * (1 + 1 / k) * (1 + 1 / increase) ** 2 / 2
    if below > MANY or m == 1:
        return PooledTest(statistic, k, np.inf, float(chi_squared_tail(k * statistic, k)))
    return PooledTest(statistic, k, below, float(fdtrc(k, below, statistic)))


def _between(estimates: np.ndarray) -> np.ndarray:
    """Covariance of the estimates over data sets; 0 of a single one."""
    m = len(estimates)
    moved = estimates - estimates.mean(axis=0)
    return moved.T @ moved / max(m - 1, 1)


def pool_one(values: np.ndarray, errors: np.ndarray) -> tuple[float, float]:
    """Pool one value and its standard error over data sets."""
    found = pool(np.asarray(values)[:, None], np.asarray(errors)[:, None, None] ** 2)
    return float(found.estimate[0]), float(found.se[0])


def pool_share(values: np.ndarray, errors: np.ndarray) -> tuple[float, float, float]:
    """Pool a value between 0 and 1, such as an area, on the scale of log odds.

    Returns
    -------
    (float, float, float)
        The value, and its standard error on the scale of log odds and on its own. Where it is 0 or
        1 in some data set, the mean of values and errors as they are, the former missing.

    References
    ----------
    Marshall et al., BMC Med. Res. Methodol. 9, 57 (2009): combining measures of performance.
    """
    values, errors = np.asarray(values, dtype=float), np.asarray(errors, dtype=float)
    if not ((values > 0) & (values < 1)).all():
        middle, error = pool_one(values, errors)
        return middle, np.nan, error
    slope = values * (1 - values)
    middle, error = pool_one(logit(values), errors / slope)
    value = float(expit(middle))
    return value, error, error * value * (1 - value)


def chain_agreement(means: np.ndarray) -> float:
    """Return by how much chains differ more than each varies (potential scale reduction, R-hat).

    Parameters
    ----------
    means
        Chains x iterations: the followed number, here the mean of imputed values.

    Returns
    -------
    float
        Near 1 where chains tell the same; missing with one chain, or without any spread.

    References
    ----------
    Gelman and Rubin, Stat. Sci. 7, 457 (1992).
    """
    chains, length = means.shape
    if chains < 2 or length < 2:
        return np.nan
    within = means.var(axis=1, ddof=1).mean()
    between = means.mean(axis=1).var(ddof=1)
    if not within > 0:
        return np.nan
    return float(np.sqrt((length - 1) / length + between / within))
