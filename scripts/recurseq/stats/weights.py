"""What weighted patients are worth."""

from __future__ import annotations

import numpy as np


def effective_size(weights: np.ndarray) -> float:
    """Return how many patients of equal weight would tell as much: (sum w)^2 / sum w^2.

    References
    ----------
    Kish, Survey Sampling (1965).
    """
    total = float(weights.sum())
    return total**2 / float(weights @ weights) if total > 0 else 0.0
