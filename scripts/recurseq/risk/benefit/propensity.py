"""The probability of being treated by what is known at the origin, and weights made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from recurseq.clinical.binary.logistic import fit_logistic, fit_penalised_logistic
from recurseq.clinical.terms import independent

NEAR = 0.05  # a propensity this close to 0 or 1: hardly anybody to compare with


@dataclass(frozen=True)
class Propensity:
    """Probabilities of being treated.

    Attributes
    ----------
    probability
        Of each patient.
    parameters
        Coefficients beside the intercept.
    penalised
        Whether covariates separate the treated, so that only Firth's penalty gives finite ones.
    """

    probability: np.ndarray
    parameters: int
    penalised: bool

    @property
    def logit(self) -> np.ndarray:
        """Log odds of being treated."""
        return logit(self.probability)

    @property
    def extreme(self) -> np.ndarray:
        """Whose probability lies near 0 or 1."""
        return (self.probability < NEAR) | (self.probability > 1 - NEAR)

    def in_common(self, treated: np.ndarray) -> np.ndarray:
        """Say whose probability lies where both groups have some."""
        groups = [self.probability[side] for side in (treated, ~treated)]
        low, high = max(x.min() for x in groups), min(x.max() for x in groups)
        return (self.probability >= low) & (self.probability <= high)


def propensity(
    treated: np.ndarray, columns: np.ndarray, counts: np.ndarray | None = None
) -> Propensity:
    """Model the treatment by logistic regression, the covariates linear on their scales.

    Columns that are combinations of others are passed over.

    Parameters
    ----------
    treated
        Whether each patient was treated; there are some of both.
    columns
        Patients x covariates.
    counts
        How often each patient counts; 1 without.

    References
    ----------
    Rosenbaum and Rubin, Biometrika 70, 41 (1983).
    """
    columns = columns[:, independent(columns)]
    outcome = treated.astype(float)
    found = fit_logistic(outcome, columns, counts)
    if found.converged:
        return Propensity(found.probability, columns.shape[1], False)
    finite = fit_penalised_logistic(outcome, columns, estimates_only=True).coefficients
    probability = expit(finite[0] + columns @ finite[1:])
    return Propensity(probability, columns.shape[1], True)


def overlap_weights(treated: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Weigh each patient by the probability of having been in the other group.

    They stand for patients whose treatment was open. With a propensity by maximum likelihood, the
    weighted means of its covariates are equal in both groups.

    References
    ----------
    Li, Morgan and Zaslavsky, J. Am. Stat. Assoc. 113, 390 (2018), theorem 3.
    """
    return np.where(treated, 1 - probability, probability)


def inverse_weights(
    treated: np.ndarray, probability: np.ndarray, counts: np.ndarray | None = None
) -> np.ndarray:
    """Weigh each patient by the inverse probability of the own group, times the group's share.

    They stand for all patients. Nothing is truncated.

    References
    ----------
    Robins, Hernan and Brumback, Epidemiology 11, 550 (2000).
    """
    share = np.average(treated, weights=counts)
    return np.where(treated, share / probability, (1 - share) / (1 - probability))
