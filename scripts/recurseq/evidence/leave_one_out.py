"""Which samples a call hangs on: those whose removal alone ends, or makes, it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from recurseq.deseq import Fit
from recurseq.deseq.dispersion import (
    gene_wise,
    maximum_a_posteriori,
    mean_reciprocal,
    starting_values,
)
from recurseq.deseq.glm import covariance, fit_glm
from recurseq.deseq.limits import MINIMUM_MEAN, OUTLIER_DEVIATIONS
from recurseq.deseq.trend import spread_around
from recurseq.deseq.wald import aligned_weights, sample_weights
from recurseq.design.calling import CallingRule
from recurseq.evidence.influence import Influence, leave_each_out

_LOG2_E = 1 / np.log(2)
_VALUES_PER_BLOCK = 1 << 18
# How near the line a gene without a sample must come, by one step, to be fitted again without it:
# a part that is the same for all, over the number of samples, and a share of what the step moved.
_NEAR_DEVIATE = 6.0, 0.5
_NEAR_CHANGE = 2.5, 0.1
# Where one step is not to be trusted a gene is always fitted again.
_LARGE_PULL = 0.5
# Log dispersion: how near the limit of those not drawn to the trend, and how large a shift.
_NEAR_OUTLIER = 0.25, 2.0
_NOTICED_SHIFT = 0.005
_MANY = 100  # samples; of more, one moves less, and the same bounds would ask for every sample


@dataclass(frozen=True)
class Line:
    """Where a call begins; it stays where it is while samples are left out.

    Attributes
    ----------
    deviate
        The normal deviate, of the fold change or what exceeds `threshold`, that has to be passed.
    threshold
        Absolute log2 fold change that is tested against.
    least
        Smallest absolute log2 fold change of a call.
    """

    deviate: float
    threshold: float
    least: float

    @classmethod
    def drawn(cls, table: pd.DataFrame, rule: CallingRule) -> Line:
        """Find the p-value that decides: with R rejections among m tests, alpha R / m.

        Below it lie the p-values that Benjamini and Hochberg's procedure rejects, and no others.
        Without a rejection it is where a single one would begin, alpha / m.
        """
        adjusted = table[rule.column].dropna()
        rejected = max(int((adjusted < rule.alpha).sum()), 1)
        cut = rule.alpha * rejected / max(len(adjusted), 1)
        return cls(float(-ndtri(cut / 2)), rule.lfc_threshold, rule.min_abs_lfc)

    def passed(
        self,
        change: np.ndarray,
        error: np.ndarray,
        margin: np.ndarray | float = 0.0,
        least_margin: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Whether estimates are called; with margins, whether they are by so much."""
        size = np.abs(change)
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = (size - self.threshold) / error - self.deviate > margin
        if self.least <= 0:
            return beyond
        return beyond & (size - self.least >= least_margin)


def flips(
    fit: Fit, contrast: pd.Series, table: pd.DataFrame, rule: CallingRule, *, threads: int = 1
) -> pd.Series:
    """Name for each tested gene the samples whose removal alone ends or makes its call.

    Size factors, replaced outlier counts, trend, prior and the p-value that decides are kept;
    dispersion, coefficients and test are made anew without the sample. Samples without which the
    model has no estimate are not tried.

    Parameters
    ----------
    fit, contrast
        The model, and weights of its design's columns.
    table
        Table ``contrast_genes``, indexed by gene_id.
    rule
        When a gene is called.
    threads
        See `recurseq.deseq.fit`.

    Returns
    -------
    pandas.Series
        Lists of sample names by gene; NaN where no sample can be left out.
    """
    tested = table.index[(table["status"] == "tested").to_numpy()]
    genes = fit.genes.index.get_indexer(tested)
    model = _Model.of(fit, contrast)
    line = Line.drawn(table, rule)
    called = table.loc[tested, "significant"].to_numpy(dtype=bool)
    tried = np.array([model.estimable_without(sample) for sample in range(len(fit.counts))])
    if not tried.any():
        return pd.Series(np.nan, index=tested, dtype=object)
    near = np.vstack(
        [
            model.near_the_line(genes[part], called[part], line)
            for part in _blocks(len(genes), *fit.design.shape)
        ]
    )
    found = np.zeros(near.shape, dtype=bool)
    for sample in np.flatnonzero(tried):
        rows = np.flatnonzero(near[:, sample])
        if len(rows):
            change, error = model.without(sample, genes[rows], threads)
            found[rows, sample] = line.passed(change, error) != called[rows]
    names = fit.counts.index.to_numpy()
    return pd.Series([list(names[row]) for row in found], index=tested, dtype=object)


def _blocks(genes: int, samples: int, width: int):
    size = max(_VALUES_PER_BLOCK // (samples * width), 16)
    return (slice(start, start + size) for start in range(0, genes, size))


@dataclass(frozen=True)
class _Model:
    """The arrays of a fit, genes in rows; outlier counts replaced."""

    fit: Fit
    counts: np.ndarray
    factors: np.ndarray
    design: np.ndarray
    contrast: np.ndarray
    compared: np.ndarray
    limit: float  # of log dispersion above the trend

    @classmethod
    def of(cls, fit: Fit, contrast: pd.Series) -> _Model:
        degrees = fit.design.shape[0] - fit.design.shape[1]
        genes = fit.genes.loc[fit.estimated]
        spread = spread_around(
            genes["dispGeneEst"].to_numpy(), genes["dispFit"].to_numpy(), degrees
        )[0]
        return cls(
            fit,
            fit.fitted_counts.to_numpy().T,
            fit.normalization.rows(fit.counts.index, fit.counts.columns),
            fit.design.to_numpy(dtype=float),
            aligned_weights(fit, contrast),
            (sample_weights(fit, contrast) != 0).to_numpy(),
            OUTLIER_DEVIATIONS * np.sqrt(spread),
        )

    def estimable_without(self, sample: int) -> bool:
        """Whether the design keeps its rank and a degree of freedom without a sample."""
        rest = np.delete(self.design, sample, axis=0)
        return len(rest) > rest.shape[1] == np.linalg.matrix_rank(rest)

    def near_the_line(self, genes: np.ndarray, called: np.ndarray, line: Line) -> np.ndarray:
        """Whether a call may end or begin without a sample, genes x samples."""
        table = self.fit.genes.iloc[genes]
        kept_apart = table["dispOutlier"].to_numpy()
        step = leave_each_out(
            self.counts[genes].astype(float),
            self.factors[genes],
            self.design,
            self.fit.coefficients.to_numpy()[genes] / _LOG2_E,
            table["dispersion"].to_numpy(),
            np.where(kept_apart, 0.0, 1 / self.fit.prior_variance),
            self.contrast,
        )
        margins = _margins(step, self._whole(genes), line.deviate)
        surely = line.passed(step.change, step.error, *margins)
        perhaps = line.passed(step.change, step.error, *(-margin for margin in margins))
        certain = np.where(called[:, None], surely, ~perhaps)
        above = np.log(table["dispGeneEst"] / table["dispFit"]).to_numpy() - self.limit
        many = len(self.design) / _MANY
        reach = _NEAR_OUTLIER[0] / max(many, 1) + _NEAR_OUTLIER[1] * np.abs(step.own_shift)
        unsure = kept_apart[:, None] | (np.abs(above)[:, None] < reach)
        doubtful = unsure & (np.abs(step.shift) > _NOTICED_SHIFT / min(many, 1))
        astray = table["optimised"].to_numpy()[:, None]
        return ~certain | doubtful | astray | (step.pull > _LARGE_PULL)

    def _whole(self, genes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Change and error of the whole fit, genes x 1."""
        change = self.fit.coefficients.to_numpy()[genes] @ self.contrast
        variance = np.einsum("p,gpq,q->g", self.contrast, self.fit.covariance[genes], self.contrast)
        return change[:, None], np.sqrt(variance)[:, None]

    def without(
        self, sample: int, genes: np.ndarray, threads: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Fit genes again without a sample: log2 fold change and its standard error."""
        kept = np.delete(np.arange(len(self.design)), sample)
        counts, factors = self.counts[np.ix_(genes, kept)], self.factors[np.ix_(genes, kept)]
        design = self.design[kept]
        dispersions = self._dispersions(counts, factors, design, threads)
        found = fit_glm(counts, design, factors, dispersions, threads=threads).coefficients
        variances = covariance(found, design, factors, dispersions, threads=threads)
        variance = np.einsum("p,gpq,q->g", self.contrast, variances, self.contrast)
        silent = ~counts[:, self.compared[kept]].any(axis=1)
        change = np.where(silent, 0.0, found @ self.contrast * _LOG2_E)
        return change, np.sqrt(np.maximum(variance, 0)) * _LOG2_E

    def _dispersions(self, counts, factors, design, threads) -> np.ndarray:
        """Dispersions by the rules of the fit, on its trend and prior."""
        normalized = counts / factors
        basis = np.linalg.qr(design)[0]
        start = starting_values(normalized, basis, mean_reciprocal(factors))
        if len(np.unique(design, axis=0)) == design.shape[1]:
            means = normalized @ basis @ basis.T * factors
        else:
            means = fit_glm(counts, design, factors, start, threads=threads).means
        means = np.maximum(means, MINIMUM_MEAN)
        alone, _ = gene_wise(counts, means, design, start, threads=threads)
        trend = self.fit.trend.at(np.maximum(normalized.mean(axis=1), MINIMUM_MEAN / len(design)))
        first = np.where(alone > 0.1 * trend, alone, trend)
        drawn, _ = maximum_a_posteriori(
            counts, means, design, first, trend, self.fit.prior_variance, threads=threads
        )
        return np.where(np.log(alone / trend) > self.limit, alone, drawn)


def _margins(step: Influence, whole: tuple[np.ndarray, np.ndarray], deviate: float):
    """How far from the line a gene without a sample is surely on its side of it."""
    change, error = whole
    changed = np.abs(np.abs(step.change) - np.abs(change))
    moved = (changed + deviate * np.abs(step.error - error)) / step.error
    samples = step.change.shape[1]
    return (
        _NEAR_DEVIATE[0] / samples + _NEAR_DEVIATE[1] * moved,
        _NEAR_CHANGE[0] / samples + _NEAR_CHANGE[1] * changed,
    )
