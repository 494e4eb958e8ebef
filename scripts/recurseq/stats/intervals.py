"""Confidence intervals."""

from __future__ import annotations

import math

NORMAL_975 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


def binomial_interval(successes: float, trials: float) -> tuple[float, float]:
    """Exact 95 % interval of a share, from quantiles of the beta distribution; NaN of nothing.

    Of weighted patients, counts are those of the patients that weigh as much, and no whole numbers.

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


def wilson_interval(share: float, trials: float) -> tuple[float, float]:
    """95 % interval of a share by the score test; NaN of nothing.

    With z the normal quantile it is (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    Parameters
    ----------
    share
        Observed share.
    trials
        Number it was observed in; for weighted patients the number that they are worth.

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22, 209 (1927).
    """
    if not trials > 0:
        return math.nan, math.nan
    part = NORMAL_975**2 / trials
    middle = (share + part / 2) / (1 + part)
    half = math.sqrt(part * (share * (1 - share) + part / 4)) / (1 + part)
    # Exactly 0 and 1 where they are, whatever was rounded on the way.
    return middle - half if share > 0 else 0.0, middle + half if share < 1 else 1.0
