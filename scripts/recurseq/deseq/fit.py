"""One negative-binomial model of every gene, from which all contrasts are read."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.deseq import cooks as outliers
from recurseq.deseq.glm import covariance
from recurseq.deseq.normalization import size_factors as median_of_ratios
from recurseq.deseq.trend import Trend

LOG2_E = 1 / np.log(2)
GENE_COLUMNS = (
    "baseMean",
    "dispGeneEst",
    "dispFit",
    "dispMAP",
    "dispersion",
    "dispOutlier",
    "maxCooks",
    "cooksSample",
    "cooksOutlier",
    "replaced",
    "converged",
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit:
    """A fitted model. Genes that have no count at all hold NaN.

    Attributes
    ----------
    counts
        Samples x genes, the original counts.
    design
        Samples x p.
    size_factors
        One a sample.
    genes
        Genes x (baseMean, dispGeneEst, dispFit, dispMAP, dispersion, dispOutlier, maxCooks,
        cooksSample, cooksOutlier, replaced, converged).
    coefficients
        Genes x p, log2.
    covariance
        Genes x p x p, log2 squared.
    replacements
        Outlier counts that were replaced: gene_id, sample_id, count, replacement.
    trend
        Dispersion over mean.
    prior_variance
        Variance of log dispersion around the trend.
    formula
        The design formula as text, for the record; may be empty.
    """

    counts: pd.DataFrame
    design: pd.DataFrame
    size_factors: pd.Series
    genes: pd.DataFrame
    coefficients: pd.DataFrame
    covariance: np.ndarray
    replacements: pd.DataFrame
    trend: Trend
    prior_variance: float
    formula: str = ""

    @property
    def estimated(self) -> np.ndarray:
        """Whether each gene has coefficients."""
        return self.coefficients.notna().all(axis=1).to_numpy()

    @property
    def fitted_counts(self) -> pd.DataFrame:
        """The counts the coefficients belong to: outliers replaced."""
        if self.replacements.empty:
            return self.counts
        values = self.counts.to_numpy().copy()
        rows = self.counts.index.get_indexer(self.replacements["sample_id"])
        columns = self.counts.columns.get_indexer(self.replacements["gene_id"])
        values[rows, columns] = self.replacements["replacement"]
        return pd.DataFrame(values, index=self.counts.index, columns=self.counts.columns)


@dataclass
class _Estimates:
    """What the engine found, genes in rows; refitted genes are written over."""

    table: pd.DataFrame
    coefficients: np.ndarray
    distances: np.ndarray = field(repr=False)


def fit(
    counts: pd.DataFrame,
    design: pd.DataFrame,
    *,
    cooks: bool = True,
    threads: int = 1,
    formula: str = "",
) -> Fit:
    """Fit size factors, dispersions and coefficients.

    Samples and genes are sorted before anything is computed, and the coefficients are estimated in
    an orthonormal basis of the design's column space. So neither the order of rows and columns nor
    the choice of reference levels changes what a contrast says.

    Parameters
    ----------
    counts
        Samples x genes, whole numbers.
    design
        Samples x p design matrix, the same samples.
    cooks
        Whether single outlying counts are replaced (7 replicates or more) or withhold the p-value
        (3 to 6 replicates).
    threads
        Blocks of genes solved at the same time.
    formula
        Kept in the result.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        When samples differ, the design is not of full rank, or there are no replicates.
    InputError
        When no size factor can be computed.

    References
    ----------
    Love, Huber and Anders, Genome Biology 15, 550 (2014).
    """
    _check(counts, design)
    order = counts.index.sort_values(), counts.columns.sort_values()
    ordered_counts = counts.loc[order[0], order[1]].astype(np.int64)
    ordered_design = design.loc[order[0]].astype(float)
    present = ordered_counts.to_numpy().any(axis=0)
    used = ordered_counts.loc[:, present]
    factors = median_of_ratios(used)
    result = _fit_sorted(used, ordered_design, factors, cooks, threads)
    return _restore(result, counts, design, formula)


def _check(counts: pd.DataFrame, design: pd.DataFrame) -> None:
    if not (counts.index.is_unique and counts.columns.is_unique):
        raise ValueError("samples and genes need unique names")
    if set(counts.index) != set(design.index):
        raise ValueError("counts and design do not hold the same samples")
    samples, coefficients = design.shape
    if np.linalg.matrix_rank(design.to_numpy(dtype=float)) < coefficients:
        raise ValueError("the design is not of full rank: some columns are combinations of others")
    if samples <= coefficients:
        raise ValueError(
            f"{samples} samples and {coefficients} coefficients leave no degree of freedom: "
            "without replicates there is no dispersion to estimate"
        )


def orthonormal(design: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Basis Q with Q'Q = n I and the matrix that turns its coefficients into the design's.

    Samples with equal design rows get bitwise equal rows, so that cells stay recognisable.
    """
    rows, inverse = np.unique(design.to_numpy(), axis=0, return_inverse=True)
    _, r = np.linalg.qr(rows[inverse.ravel()])
    back = np.linalg.inv(r) * np.sqrt(len(design))
    basis = (rows @ back)[inverse.ravel()]
    names = [f"b{k}" for k in range(basis.shape[1])]
    return pd.DataFrame(basis, index=design.index, columns=names), back


def _fit_sorted(counts, design, factors, cooks, threads) -> Fit:
    from recurseq.deseq.engine import BatchedDataSet  # PyDESeq2 takes a second or two to import

    basis, back = orthonormal(design)
    model = BatchedDataSet(counts, basis, factors, threads)
    model.estimate()
    estimates = _collect(model)
    _log.info("fitted %d genes in %d samples", counts.shape[1], counts.shape[0])
    replaced = np.zeros(counts.shape, dtype=bool)
    again = np.zeros(counts.shape[1], dtype=bool)
    new = counts.to_numpy()
    if cooks:
        new, replaced = outliers.replacement_counts(
            counts.to_numpy(), factors.to_numpy(), estimates.distances, design
        )
        again = replaced.any(axis=0)
    emptied = again & ~new.any(axis=0)
    if again.any():
        _log.info("replaced outlier counts of %d genes and fitted these again", again.sum())
        _refit(estimates, model, counts, new, basis, factors, again & ~emptied, threads)
    table = estimates.table
    table.loc[emptied, "baseMean"] = 0.0
    coefficients = np.where(emptied[:, None], 0.0, estimates.coefficients @ back.T)
    variances = back @ _covariances(estimates, basis, factors, threads) @ back.T
    variances[emptied] = 0.0
    _flag(table, counts, estimates.distances, design, replaced, cooks=cooks)
    return Fit(
        counts=counts,
        design=design,
        size_factors=factors,
        genes=table,
        coefficients=pd.DataFrame(
            coefficients * LOG2_E, index=counts.columns, columns=design.columns
        ),
        covariance=variances * LOG2_E**2,
        replacements=_replacement_table(counts, new, replaced),
        trend=model.trend,
        prior_variance=model.priors[1],
    )


def _collect(model) -> _Estimates:
    """Take what is kept of a fitted data set."""
    columns = {
        "baseMean": "_normed_means",
        "dispGeneEst": "genewise_dispersions",
        "dispFit": "fitted_dispersions",
        "dispMAP": "MAP_dispersions",
        "dispersion": "dispersions",
        "dispOutlier": "_outlier_genes",
        "converged": "_LFC_converged",
    }
    table = pd.DataFrame({new: model.var[old].to_numpy() for new, old in columns.items()})
    table.index = model.var_names
    table = table.astype({"dispOutlier": bool, "converged": bool})
    return _Estimates(table, model.varm["LFC"].to_numpy(), model.layers["cooks"])


def _refit(estimates, model, counts, new, basis, factors, again, threads) -> None:
    """Fit the genes with replaced counts again, on the trend and prior of the first fit."""
    if not again.any():
        return
    replaced = pd.DataFrame(new[:, again], index=counts.index, columns=counts.columns[again])
    second = type(model)(replaced, basis, factors, threads)
    second.estimate(model.trend, model.priors)
    refitted = _collect(second)
    estimates.table.loc[refitted.table.index] = refitted.table
    estimates.coefficients[again] = refitted.coefficients


def _covariances(estimates, basis, factors, threads) -> np.ndarray:
    return covariance(
        estimates.coefficients,
        basis.to_numpy(),
        factors.to_numpy(),
        estimates.table["dispersion"].to_numpy(),
        threads=threads,
    )


def _flag(table, counts, distances, design, replaced, *, cooks) -> None:
    """Add the columns on Cook's distances."""
    largest, position, flagged = outliers.flag_outliers(
        counts.to_numpy(), distances, design, replaced=bool(replaced.any())
    )
    changed = replaced.any(axis=0)
    position = np.where(changed & ~flagged, distances.argmax(axis=0), position)
    named = flagged | changed
    table["maxCooks"] = largest
    table["cooksSample"] = np.where(named, counts.index.to_numpy()[position], "")
    table["cooksOutlier"] = flagged if cooks else False
    table["replaced"] = changed


def _replacement_table(counts, new, replaced) -> pd.DataFrame:
    columns, rows = np.nonzero(replaced.T)
    return pd.DataFrame(
        {
            "gene_id": counts.columns.to_numpy()[columns],
            "sample_id": counts.index.to_numpy()[rows],
            "count": counts.to_numpy()[rows, columns],
            "replacement": new[rows, columns],
        }
    )


def _restore(result: Fit, counts: pd.DataFrame, design: pd.DataFrame, formula: str) -> Fit:
    """Return to the caller's order; genes without a count come back as missing."""
    positions = result.counts.columns.get_indexer(counts.columns)
    missing = positions < 0
    variances = result.covariance[positions]
    variances[missing] = np.nan
    table = result.genes.reindex(counts.columns)
    table["baseMean"] = table["baseMean"].fillna(0.0)
    table["cooksSample"] = table["cooksSample"].fillna("")
    for column in ("dispOutlier", "cooksOutlier", "replaced", "converged"):
        table[column] = table[column].eq(True)
    return Fit(
        counts=counts,
        design=design,
        size_factors=result.size_factors.reindex(counts.index),
        genes=table[list(GENE_COLUMNS)],
        coefficients=result.coefficients.reindex(counts.columns),
        covariance=variances,
        replacements=result.replacements,
        trend=result.trend,
        prior_variance=result.prior_variance,
        formula=formula,
    )
