"""One negative-binomial model of every gene, from which all contrasts are read."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.deseq import cooks as outliers
from recurseq.deseq.basis import coding, orthonormal
from recurseq.deseq.estimation import Estimation, PlainDataSet, QuickDataSet
from recurseq.deseq.glm import covariance
from recurseq.deseq.normalization import Normalization, normalize
from recurseq.deseq.trend import Trend
from recurseq.stats.design_matrix import confounded_columns

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
    "optimised",
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
        One per sample.
    genes
        Genes x (baseMean, dispGeneEst, dispFit, dispMAP, dispersion, dispOutlier, maxCooks,
        cooksSample, cooksOutlier, replaced, converged, optimised: iteratively reweighted least
        squares did not converge; the likelihood was maximised directly).
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
    normalization_factors
        Samples x genes (at least those of `counts`), when transcript lengths were given.
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
    normalization_factors: pd.DataFrame | None = None

    @property
    def normalization(self) -> Normalization:
        """What counts are divided by."""
        return Normalization(self.size_factors, self.normalization_factors)

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
    distances: np.ndarray = field(repr=False)  # genes x samples


@dataclass(frozen=True)
class _Replaced:
    """Genes (positions) with replaced counts, these counts, and which were replaced."""

    genes: np.ndarray
    counts: np.ndarray
    replaced: np.ndarray


def fit(
    counts: pd.DataFrame,
    design: pd.DataFrame,
    *,
    size_factors: pd.Series | None = None,
    method: str = "ratio",
    lengths: pd.DataFrame | None = None,
    normalization: Normalization | None = None,
    cooks: bool = True,
    plain: bool = False,
    quick: bool = False,
    threads: int = 1,
    formula: str = "",
) -> Fit:
    """Fit size factors, dispersions and coefficients.

    Samples and genes are sorted before anything is computed, and the coefficients are estimated in
    an orthonormal basis of the design's column space. So the order of rows and columns changes
    nothing, and the choice of reference levels changes what a contrast says only where it does so
    in R: in genes whose likelihood had to be maximised directly (column `optimised` of the result),
    which have no count in some group or hardly any.

    Parameters
    ----------
    counts
        Samples x genes, whole numbers.
    design
        Samples x p design matrix, the same samples.
    size_factors, method, lengths
        Given size factors (one per sample), how to estimate them (``ratio`` or ``poscounts``), and
        average transcript lengths (samples x genes, at least those of `counts`): see `normalize`.
    normalization
        That of an earlier fit to these samples and genes, in place of all these.
    cooks
        Whether single outlying counts are replaced (7 replicates or more) or withhold the p-value
        (3 to 6 replicates).
    plain
        Do without PyDESeq2's classes, whose import takes a second: for fits beside that of the
        study. The numbers are the same.
    quick
        Plain, with dispersions by Newton's method and without messages: for fits by the hundred
        that nobody compares with R's gene by gene. The maxima are the same; a gene whose
        likelihood is flat may stop elsewhere.
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
        When no size factor can be computed, or a given factor or length is missing or not positive.

    References
    ----------
    Love, Huber and Anders, Genome Biology 15, 550 (2014).
    """
    _check(counts, design)
    order = counts.index.sort_values(), counts.columns.sort_values()
    present = order[1][counts[order[1]].to_numpy().any(axis=0)]
    used = counts.reindex(index=order[0], columns=present).astype(np.int64)
    ordered_design = design.loc[order[0]].astype(float)
    if lengths is not None:
        lengths = lengths.reindex(columns=lengths.columns.sort_values())
    if normalization is None:
        normalization = normalize(used, method=method, size_factors=size_factors, lengths=lengths)
    result = _fit_sorted(
        used, ordered_design, normalization, cooks, _data_set(plain, quick), threads
    )
    return _restore(result, counts, design, formula)


def _check(counts: pd.DataFrame, design: pd.DataFrame) -> None:
    if not (counts.index.is_unique and counts.columns.is_unique):
        raise ValueError("samples and genes need unique names")
    if set(counts.index) != set(design.index):
        raise ValueError("counts and design do not hold the same samples")
    samples, coefficients = design.shape
    if confounded := confounded_columns(design):
        raise ValueError(
            f"the design is not of full rank: {list(confounded)} are combinations of other columns"
        )
    if samples <= coefficients:
        raise ValueError(
            f"{samples} samples and {coefficients} coefficients leave no degree of freedom: "
            "without replicates there is no dispersion to estimate"
        )


def _data_set(plain: bool, quick: bool) -> type[Estimation]:
    if quick:
        return QuickDataSet
    if plain:
        return PlainDataSet
    from recurseq.deseq.engine import BatchedDataSet  # PyDESeq2 takes a second to import

    return BatchedDataSet


def _fit_sorted(counts, design, normalization, cooks, kind: type[Estimation], threads) -> Fit:
    said = logging.DEBUG if kind.quick else logging.INFO
    basis, back = orthonormal(design)
    factors = normalization.rows(counts.index, counts.columns)
    model = kind(counts, basis, coding(design, basis), factors, threads)
    model.estimate()
    estimates = _collect(model)
    _log.log(said, "fitted %d genes in %d samples", counts.shape[1], counts.shape[0])
    rows = counts.to_numpy().T
    nothing = np.array([], dtype=int), rows[:0], np.zeros((0, len(counts)), dtype=bool)
    changed = _Replaced(
        *(
            outliers.replacement_counts(rows, factors, estimates.distances, design)
            if cooks
            else nothing
        )
    )
    emptied = changed.genes[~changed.counts.any(axis=1)]
    if len(changed.genes):
        _log.log(said, "replaced counts of %d genes; fitting these again", len(changed.genes))
        _refit(estimates, model, changed, counts, basis)
    table = estimates.table
    table.iloc[emptied, table.columns.get_loc("baseMean")] = 0.0
    estimates.coefficients[emptied] = 0.0
    variances = covariance(
        estimates.coefficients,
        basis.to_numpy(),
        factors,
        table["dispersion"].to_numpy(),
        threads=threads,
    )
    variances = back @ variances @ back.T
    variances = (variances + variances.transpose(0, 2, 1)) / 2  # the file holds one half
    variances[emptied] = 0.0
    _flag(table, counts, estimates.distances, design, changed, cooks=cooks)
    return Fit(
        counts=counts,
        design=design,
        size_factors=normalization.size_factors,
        genes=table,
        coefficients=pd.DataFrame(
            estimates.coefficients @ back.T * LOG2_E, index=counts.columns, columns=design.columns
        ),
        covariance=variances * LOG2_E**2,
        replacements=_replacement_table(counts, changed),
        trend=model.trend,
        prior_variance=model.priors[1],
        normalization_factors=normalization.factors,
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
        "optimised": "_LFC_optimised",
    }
    table = pd.DataFrame({new: model.var[old].to_numpy() for new, old in columns.items()})
    table.index = model.var_names
    table = table.astype({"dispOutlier": bool, "converged": bool, "optimised": bool})
    return _Estimates(table, model.varm["LFC"].to_numpy().copy(), model.layers["cooks"].T)


def _refit(estimates, model, changed, counts, basis) -> None:
    """Fit the genes with replaced counts again, on the trend and prior of the first fit."""
    left = changed.counts.any(axis=1)
    if not left.any():
        return
    genes = changed.genes[left]
    replaced = pd.DataFrame(changed.counts[left].T, counts.index, counts.columns[genes])
    second = type(model)(
        replaced, basis, model.regressors.coding, model.factors[genes], model.threads
    )
    second.estimate(model.trend, model.priors)
    refitted = _collect(second)
    estimates.table.loc[refitted.table.index] = refitted.table
    estimates.coefficients[genes] = refitted.coefficients


def _flag(table, counts, distances, design, changed, *, cooks) -> None:
    """Add the columns on Cook's distances."""
    largest, position, flagged = outliers.flag_outliers(
        counts.to_numpy().T, distances, design, replaced=len(changed.genes) > 0
    )
    replaced = np.zeros(len(table), dtype=bool)
    replaced[changed.genes] = True
    shown = changed.genes[~flagged[changed.genes]]
    position[shown] = distances[shown].argmax(axis=1)
    named = flagged | replaced
    table["maxCooks"] = largest
    table["cooksSample"] = np.where(named, counts.index.to_numpy()[position], "")
    table["cooksOutlier"] = flagged if cooks else False
    table["replaced"] = replaced


def _replacement_table(counts, changed) -> pd.DataFrame:
    rows, samples = np.nonzero(changed.replaced)
    genes = changed.genes[rows]
    return pd.DataFrame(
        {
            "gene_id": counts.columns.to_numpy()[genes],
            "sample_id": counts.index.to_numpy()[samples],
            "count": counts.to_numpy()[samples, genes],
            "replacement": changed.counts[rows, samples],
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
    for column in ("dispOutlier", "cooksOutlier", "replaced", "converged", "optimised"):
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
        normalization_factors=result.normalization_factors,
    )
