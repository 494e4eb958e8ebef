"""The baseline hazard of a model that is pooled over completed data sets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurseq.risk.risk_model import Baseline
from recurseq.stats.rubin import pool


def pooled_baseline(
    each: Sequence[Baseline],
    centres: np.ndarray,
    estimates: np.ndarray,
    covariances: np.ndarray,
) -> Baseline:
    """Pool baselines on the scale of the log cumulative hazard, together with the coefficients.

    Each is moved to the common centre. What `RiskModel.interval` makes of the pooled baseline and
    the pooled covariance is the total variance by Rubin's rules of a patient's log cumulative
    hazard: its means and variance are those that complete the square.

    Parameters
    ----------
    each
        Of every data set, with the integral of the mean covariates less its own centre.
    centres
        Data sets x coefficients.
    estimates, covariances
        Coefficients of each data set, and their covariance.

    References
    ----------
    Marshall et al., BMC Med. Res. Methodol. 9, 57 (2009): survival on the scale of complementary
    log-log.
    """
    if len(each) == 1:
        return each[0]
    centre = centres.mean(axis=0)
    joint, spreads = [], []
    for one, own, b, v in zip(each, centres, estimates, covariances, strict=True):
        moved = np.exp((centre - own) @ b)
        hazard = one.hazard * moved
        means = moved * (np.array(one.means) + (own - centre) * one.hazard)
        cross = -v @ means / hazard
        top = (one.variance * moved**2 + means @ v @ means) / hazard**2
        joint.append(np.concatenate([[np.log(hazard)], b]))
        spreads.append(np.block([[np.array([[top]]), cross[None, :]], [cross[:, None], v]]))
    found = pool(np.array(joint), np.array(spreads))
    hazard = float(np.exp(found.estimate[0]))
    cross = found.covariance[0, 1:]
    solved = np.linalg.pinv(found.covariance[1:, 1:], hermitian=True) @ cross
    rest = max(float(found.covariance[0, 0] - cross @ solved), 0.0)
    return Baseline(hazard, tuple((-hazard * solved).tolist()), hazard**2 * rest)
