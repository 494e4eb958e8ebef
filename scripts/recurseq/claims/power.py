"""Power of a fitted study at an effect that somebody claims."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.deseq import Fit
from recurseq.deseq.limits import MINIMUM_MEAN
from recurseq.stats.power import wald_power, wald_standard_error

WANTED = 0.8
_EFFECTS = np.arange(0.1, 15.05, 0.1)  # log2; a gene that needs more is out of reach


def standard_error_at(fit: Fit, gene: str, weights: pd.Series, effect: float) -> float:
    """Return the standard error of a contrast in one gene, were its log2 fold change the given one.

    The coefficients b are moved to those closest to the data for which the contrast w' b is the
    effect, b - S w (w' b - effect) / (w' S w), S their covariance (the minimum of Wald's distance
    under that restriction). Dispersion and size factors stay, and expected counts are held at 0.5
    or above as in the fit.

    Parameters
    ----------
    fit
        The model.
    gene
        Identifier of a gene that was fitted.
    weights
        Weights of the design's columns.
    effect
        Log2 fold change.
    """
    row = fit.coefficients.index.get_loc(gene)
    design, w = fit.design.to_numpy(), weights.reindex(fit.design.columns).to_numpy()
    b, s = fit.coefficients.to_numpy()[row], fit.covariance[row]
    moved = b - s @ w * (w @ b - effect) / (w @ s @ w)
    factors = fit.normalization.rows(fit.design.index, [gene])[0]
    means = np.maximum(factors * 2.0 ** (design @ moved), MINIMUM_MEAN)
    return wald_standard_error(means, fit.genes["dispersion"].iloc[row], design, w)


def power_at(fit: Fit, gene: str, weights: pd.Series, effect: float, level: float) -> float:
    """Chance to see the effect of one gene: two-sided Wald test at `level`, with the right sign.

    Arguments as for `standard_error_at`; see `recurseq.stats.power`.
    """
    return float(wald_power(effect, standard_error_at(fit, gene, weights, effect), level))


def detectable_effect(
    fit: Fit, gene: str, weights: pd.Series, direction: str, level: float
) -> float:
    """Log2 fold change in a direction that is seen with 80 % power; NaN when none below 15 is.

    Parameters
    ----------
    direction
        ``up`` or ``down``; the other arguments as for `power_at`.
    """
    signed = _EFFECTS if direction == "up" else -_EFFECTS
    powers = np.array([power_at(fit, gene, weights, effect, level) for effect in signed])
    enough = np.flatnonzero(powers >= WANTED)
    if not len(enough) or enough[0] == 0:
        return float(signed[0]) if len(enough) else np.nan
    around = slice(enough[0] - 1, enough[0] + 1)
    return float(np.interp(WANTED, powers[around], signed[around]))
