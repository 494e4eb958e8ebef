"""apeGLM shrinkage of the one number a contrast asks for.

A heavy-tailed prior pulls noisy fold changes to zero and leaves large, well-measured ones alone.
Reference: Zhu, Ibrahim and Love, Bioinformatics 35, 2084 (2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.design_rows import row_groups
from recurseq.deseq.fit import LOG2_E, Fit
from recurseq.deseq.posterior import Prior, posterior_mode
from recurseq.deseq.wald import aligned_weights, sample_weights
from recurseq.stats.design_matrix import column_lengths

_OTHER_SCALE = 15.0
_LARGEST_SCALE = 1.0
_VARIANCE_RANGE = (1e-6, 400.0)
_HALVINGS = 60


@dataclass(frozen=True)
class Basis:
    """A design whose first coefficient is the contrast.

    Attributes
    ----------
    design
        Samples x p, samples sorted by name; the same column space as the fitted design.
    coefficients
        p x p matrix that turns fitted coefficients into those of this design; its first row is the
        contrast.
    """

    design: np.ndarray
    coefficients: np.ndarray


def contrast_basis(fit: Fit, contrast: pd.Series) -> Basis:
    """Write the model so that the contrast is a coefficient, whatever the reference level was.

    The second coefficient is the mean of the denominator's side; the rest is orthogonal to both in
    the metric of the design. For two levels this is the model with the denominator as reference.

    Parameters
    ----------
    fit
        Fitted model.
    contrast
        One weight per column of the design.
    """
    design = fit.design.sort_index().to_numpy(dtype=float)
    lengths = column_lengths(design)
    design = design / lengths
    rows = [aligned_weights(fit, contrast) / lengths]
    lower = sample_weights(fit, contrast).clip(upper=0).sort_index().to_numpy()
    if lower.any():
        baseline = design.T @ (lower / lower.sum())
        if np.linalg.matrix_rank(np.vstack([*rows, baseline])) == 2:
            rows.append(baseline)
    gram = np.linalg.cholesky(design.T @ design / len(design))
    chosen = np.linalg.solve(gram, np.array(rows).T)
    complete = np.linalg.qr(chosen, mode="complete")[0][:, len(rows) :]
    coefficients = np.vstack([np.array(rows), (gram @ complete).T])
    return Basis(design @ np.linalg.inv(coefficients), coefficients * lengths)


def prior_scale(estimates: np.ndarray, errors: np.ndarray) -> float:
    """Scale of the Cauchy prior, from the spread of the estimates beyond their errors.

    Solves for the variance A of the true fold changes: A = sum((b² - s²) I) / sum(I) with
    I = 1 / (2 (A + s²)²), and returns its square root, at most 1 (apeglm's ``priorVar``; Efron and
    Morris 1975).

    Parameters
    ----------
    estimates, errors
        Maximum-likelihood values of the contrast and their standard errors, natural-log scale.
    """
    usable = np.isfinite(estimates) & (errors > 0)
    squares, variances = estimates[usable] ** 2, errors[usable] ** 2
    if not len(squares):
        return _LARGEST_SCALE

    def excess(candidate: float) -> float:
        information = 1 / (2 * (candidate + variances) ** 2)
        return float(((squares - variances) * information).sum() / information.sum() - candidate)

    low, high = _VARIANCE_RANGE
    for _ in range(_HALVINGS):  # bisection: importing SciPy's solvers takes longer than a contrast
        middle = np.sqrt(low * high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return float(min(np.sqrt(np.sqrt(low * high)), _LARGEST_SCALE))


def covariate_unit(design: pd.DataFrame, contrast: pd.Series) -> float:
    """Return what a contrast of covariates is to be multiplied with to be per standard deviation.

    The priors mean fold changes between samples that are there. Per year or per second a slope is
    thousands of times smaller; it would be shrunken not at all, and one per gigasecond to nothing.

    Parameters
    ----------
    design
        Samples x p.
    contrast
        One weight per column of the design.

    Returns
    -------
    float
        The pooled spread of the covariates (`_spread`) over the largest weight; 1 where a column
        with a weight is made of 0 and 1.
    """
    weights = contrast.reindex(design.columns, fill_value=0.0)
    weights = weights[weights != 0]
    columns = design[weights.index]
    if columns.isin([0.0, 1.0]).all().any():
        return 1.0
    spreads = [_spread(str(name), column.to_numpy(float)) for name, column in columns.items()]
    unit = np.sqrt(np.mean(np.square(spreads))) / weights.abs().max()
    return float(unit) if unit > 0 else 1.0


def _spread(name: str, values: np.ndarray) -> float:
    """Return the standard deviation of a covariate; of one with two values, their distance.

    Two values are two groups, whatever numbers stand for them. In an interaction (``a:b``) a sample
    has 0 because it belongs to another level, and does not count if the others differ.
    """
    elsewhere = values == 0
    if ":" in name and len(np.unique(values[~elsewhere])) > 1:
        values = values[~elsewhere]
    distinct = np.unique(values)
    return float(np.ptp(distinct) if len(distinct) == 2 else values.std(ddof=1))


def shrink(
    fit: Fit, contrast: pd.Series, tested: pd.DataFrame, *, threads: int = 1
) -> pd.DataFrame:
    """Shrink a contrast's fold change.

    The counts are those the model was fitted to (outliers replaced), the dispersions are the
    model's. The posterior can have two modes, one near zero; both are climbed and the higher one
    is reported. Slopes of covariates are shrunken per standard deviation (`covariate_unit`), so
    that the unit of the covariate does not matter.

    Parameters
    ----------
    fit
        Fitted model.
    contrast
        One weight per column of the design.
    tested
        `wald_test` of the same contrast: sets the scale of the prior and one starting point.
    threads
        Blocks of genes solved at the same time.

    Returns
    -------
    pandas.DataFrame
        Genes x (shrunkenLog2FoldChange, shrunkenLfcSE), log2 scale; NaN where `tested` has no
        estimate.
    """
    unit = covariate_unit(fit.design, contrast)
    basis = contrast_basis(fit, contrast * unit)
    by_name = tested.sort_index()  # sums are then the same in any order of the genes
    scale = prior_scale(
        by_name["log2FoldChange"].to_numpy() * (unit / LOG2_E),
        by_name["lfcSE"].to_numpy() * (unit / LOG2_E),
    )
    precision = np.full(basis.design.shape[1], _OTHER_SCALE**-2)
    precision[0] = 0.0
    prior = Prior(precision, cauchy_index=0, cauchy_scale=scale)
    order = np.argsort(fit.design.index.to_numpy(), kind="stable")
    genes = np.flatnonzero(fit.estimated & tested["lfcSE"].gt(0).to_numpy())
    genes = genes[np.argsort(fit.counts.columns.to_numpy()[genes], kind="stable")]
    start = fit.coefficients.to_numpy()[genes] / LOG2_E @ basis.coefficients.T

    groups = row_groups(basis.design)

    def block(counts, factors, dispersions, estimate):
        return _best_mode(dense(counts), groups, factors, dispersions, prior, estimate)

    values, errors = by_blocks(
        block,
        fit.fitted_counts.to_numpy()[order].T[genes],
        fit.normalization.rows(fit.counts.index[order], fit.counts.columns[genes]),
        fit.genes["dispersion"].to_numpy()[genes],
        start,
        threads=threads,
    )
    table = pd.DataFrame(
        np.nan, index=fit.genes.index, columns=["shrunkenLog2FoldChange", "shrunkenLfcSE"]
    )
    table.iloc[genes, 0] = values * (LOG2_E / unit)
    table.iloc[genes, 1] = errors * (LOG2_E / unit)
    nothing = tested["stat"].eq(0).to_numpy()  # no counts to compare: nothing to shrink either
    table.loc[nothing, "shrunkenLog2FoldChange"] = 0.0
    table.loc[nothing, "shrunkenLfcSE"] = table.loc[nothing, "shrunkenLfcSE"].fillna(0.0)
    return table


def _best_mode(counts, groups, factors, dispersions, prior, estimate):
    """Climb from the estimate and from a contrast of zero; keep the higher mode."""
    flat = estimate.copy()
    flat[:, 0] = 0.0
    modes = [
        posterior_mode(counts, groups, factors, dispersions, prior, start)
        for start in (flat, estimate)
    ]
    second = modes[1].value > modes[0].value + 1e-9 * (1 + np.abs(modes[0].value))
    coefficients = np.where(second[:, None], modes[1].coefficients, modes[0].coefficients)
    information = np.where(second[:, None, None], modes[1].information, modes[0].information)
    variance = np.linalg.inv(information)[:, 0, 0]
    return coefficients[:, 0], np.sqrt(np.abs(variance))
