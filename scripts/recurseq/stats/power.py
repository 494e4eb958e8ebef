"""Power of the Wald test in a negative-binomial model whose dispersion and means are known."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri


def wald_standard_error(
    means: np.ndarray, dispersion: float, design: np.ndarray, weights: np.ndarray
) -> float:
    """Return the standard error of a contrast of log2 coefficients, from the expected information.

    The information of the coefficients (natural log) is X' W X with the diagonal
    W_j = 1 / (1 / mean_j + dispersion); the contrast w' b has the variance w' (X' W X)^-1 w, and
    dividing by (ln 2)^2 brings it to log2. For two groups this is
    [(1 / mean_1 + dispersion) / n_1 + (1 / mean_2 + dispersion) / n_2] / (ln 2)^2.

    Parameters
    ----------
    means
        Expected count of each sample.
    dispersion
        Variance = mean + dispersion x mean^2.
    design
        Samples x p, full column rank.
    weights
        Weights of the p coefficients.

    References
    ----------
    McCullagh and Nelder, Generalized Linear Models (1989), section 2.5; for two groups Hart et al.,
    J. Comput. Biol. 20, 970 (2013), equation 1.
    """
    information = (design.T / (1 / means + dispersion)) @ design
    variance = weights @ np.linalg.solve(information, weights)
    return float(np.sqrt(variance) / np.log(2))


def wald_power(
    effect: np.ndarray | float, standard_error: np.ndarray | float, level: float = 0.05
) -> np.ndarray | float:
    """Chance that a two-sided Wald test rejects, and with the sign of the true effect.

    Phi(abs(effect) / standard_error - z), z the 1 - level / 2 quantile of the normal distribution.

    Parameters
    ----------
    effect, standard_error
        True effect, and standard error of its estimate, on the same scale.
    level
        Level of the test.
    """
    return ndtr(np.abs(effect) / standard_error - ndtri(1 - level / 2))
