"""The mode of a negative-binomial posterior, for many genes at once.

The log-likelihood of the coefficients is concave. A normal prior keeps it so; a Cauchy prior on
one coefficient (apeGLM) can make two modes, so the caller starts from several places and keeps the
best. `recurseq.deseq.kernels.posterior` has the climb.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.deseq.design_rows import RowGroups


@dataclass(frozen=True)
class Prior:
    """Prior of the coefficients, natural-log scale, centred at zero.

    Attributes
    ----------
    precision
        1 / variance of each coefficient's normal prior; 0 is flat.
    cauchy_index, cauchy_scale
        Coefficient with a Cauchy prior instead (its precision must be 0), and its scale.
    """

    precision: np.ndarray
    cauchy_index: int | None = None
    cauchy_scale: float = 1.0


@dataclass(frozen=True)
class Mode:
    """Posterior mode: coefficients (genes x p), negative Hessian (genes x p x p), log posterior."""

    coefficients: np.ndarray
    information: np.ndarray
    value: np.ndarray
    converged: np.ndarray


def posterior_mode(
    counts: np.ndarray,
    groups: RowGroups,
    factors: np.ndarray,
    dispersions: np.ndarray,
    prior: Prior,
    start: np.ndarray,
) -> Mode:
    """Climb to a posterior mode by Newton steps with step halving.

    Parameters
    ----------
    counts
        Genes x samples.
    groups
        The design by its distinct rows.
    factors
        Size or normalisation factors, genes x samples.
    dispersions
        One per gene.
    prior
        See `Prior`.
    start
        Genes x p, natural-log scale.
    """
    from recurseq.deseq.kernels.posterior import climb_posteriors  # Numba takes a moment to import

    index = -1 if prior.cauchy_index is None else prior.cauchy_index
    return Mode(
        *climb_posteriors(
            counts,
            factors,
            dispersions,
            *groups,
            prior.precision,
            index,
            prior.cauchy_scale,
            np.ascontiguousarray(start, dtype=float),
        )
    )
