"""How strong an unknown common cause would have to be to explain an association away."""

from __future__ import annotations

import numpy as np

COMMON = 0.15  # share with the outcome above which odds and hazard ratios are no risk ratios


def e_value(risk_ratio: float) -> float:
    """Return the E-value of a risk ratio: RR + sqrt(RR (RR - 1)), of its inverse below 1.

    It is the risk ratio that an unknown cause needs with both treatment and outcome, beyond what
    is adjusted for.

    References
    ----------
    VanderWeele and Ding, Ann. Intern. Med. 167, 268 (2017).
    """
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def e_value_of_limits(lower: float, upper: float) -> float:
    """Return the E-value of the limit nearer to 1 of a risk ratio; 1 where 1 lies inside."""
    if lower <= 1 <= upper:
        return 1.0
    return e_value(lower if lower > 1 else upper)


def risk_ratio_of_hazards(hazard_ratio: float) -> float:
    """Approximate a risk ratio by a hazard ratio, for outcomes that are not rare.

    References
    ----------
    VanderWeele and Ding (2017), table 2: (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)).
    """
    root = np.sqrt(hazard_ratio)
    return float((1 - 0.5**root) / (1 - 0.5 ** (1 / root)))


def risk_ratio_of_odds(odds_ratio: float) -> float:
    """Approximate a risk ratio by an odds ratio, for outcomes that are not rare: its root.

    References
    ----------
    VanderWeele and Ding (2017), table 2.
    """
    return float(np.sqrt(odds_ratio))
