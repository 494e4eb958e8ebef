"""Confidence intervals."""

from __future__ import annotations

import math

NORMAL_975 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


def binomial_interval(successes: int, trials: int) -> tuple[float, float]:
    """Exact 95 % interval of a share, from quantiles of the beta distribution; NaN of nothing.

    References
    ----------
    Clopper and Pearson, Biometrika 26, 404 (1934).
    """
    if trials == 0:
        return math.nan, math.nan
    from scipy.special import betaincinv  # most who ask for intervals need the quantile above only

    failures = trials - successes
    lower = betaincinv(successes, failures + 1, 0.025) if successes else 0.0
    upper = betaincinv(successes + 1, failures, 0.975) if failures else 1.0
    return float(lower), float(upper)
