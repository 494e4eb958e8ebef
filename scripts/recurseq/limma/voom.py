"""Log counts per million, how precise each is, and contrasts of them: limma-voom.

References
----------
Law, Chen, Shi and Smyth, Genome Biology 15, R29 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from recurseq.limma.linear import Effects, blocks, contrast_last, weighted_effects
from recurseq.limma.moderation import Moderated, moderate, t_test, threshold_test

_SPAN = 0.5
_ROUNDS = 3  # of the robust smoother
_STEP = 0.01  # of the range, between points at which the smoother is computed
_LOG2_MILLION = float(np.log2(1e6))


@dataclass(frozen=True)
class ContrastFit:
    """A contrast in every gene.

    Attributes
    ----------
    effect
        One per gene: the contrast over its standard error for a residual variance of 1.
    unscaled
        One per gene: that standard error.
    variances
        Residual variances.
    residuals
        Genes x samples, times the roots of the weights; genes x 0 when they were not kept.
    design
        Samples x p, the contrast being the last coefficient.
    moderated
        The variances drawn together.
    """

    effect: np.ndarray
    unscaled: np.ndarray
    variances: np.ndarray
    residuals: np.ndarray = field(repr=False)
    design: np.ndarray = field(repr=False)
    moderated: Moderated = field(repr=False)

    @property
    def degrees(self) -> int:
        """Residual degrees of freedom."""
        return self.design.shape[0] - self.design.shape[1]

    @property
    def change(self) -> np.ndarray:
        """Log2 fold change."""
        return self.effect * self.unscaled

    @property
    def error(self) -> np.ndarray:
        """Moderated standard error of the log2 fold change."""
        return self.unscaled * np.sqrt(self.moderated.variances)

    @property
    def statistic(self) -> np.ndarray:
        """Moderated t."""
        return self.effect / np.sqrt(self.moderated.variances)

    @property
    def pvalue(self) -> np.ndarray:
        """Two-sided p-value of the moderated t."""
        return t_test(self.statistic, self.moderated.degrees)

    def pvalue_beyond(self, threshold: float) -> np.ndarray:
        """P-value of the test against an absolute log2 fold change (TREAT)."""
        return threshold_test(self.change, self.error, self.moderated.degrees, threshold)


@dataclass(frozen=True)
class Voom:
    """Counts with a trend of their variability over their level, made by `voom`.

    Log-CPM values and weights are made for a block of genes at a time, from what is kept here.

    Attributes
    ----------
    counts
        Genes x samples.
    libraries
        Library sizes, one per sample, or genes x samples.
    design
        Samples x p.
    trend
        Log2 counts (rising), and the square root of the residual standard deviation there; straight
        lines join them.
    """

    counts: np.ndarray = field(repr=False)
    libraries: np.ndarray = field(repr=False)
    design: np.ndarray = field(repr=False)
    trend: tuple[np.ndarray, np.ndarray] = field(repr=False)
    _fitted: np.ndarray = field(repr=False)  # genes x p, in the basis

    @cached_property
    def _basis(self) -> np.ndarray:
        return np.linalg.qr(self.design)[0]

    def log_cpm(self, genes: slice = slice(None)) -> np.ndarray:
        """Log2 counts per million, genes x samples: log2((count + 0.5) / (library + 1) 1e6)."""
        return _log_counts(self.counts[genes]) - _log_libraries(self.libraries, genes)

    def weights(self, genes: slice = slice(None)) -> np.ndarray:
        """Precision of each log-CPM, genes x samples: the trend at the fitted count, to the -4."""
        level = self._fitted[genes] @ self._basis.T + _log_libraries(self.libraries, genes)
        spread = np.interp(level.ravel(), *self.trend).reshape(level.shape)
        return np.square(np.reciprocal(np.square(spread)))

    def contrast(self, contrast: np.ndarray, *, keep_residuals: bool = False) -> ContrastFit:
        """Fit the weighted linear model of every gene and read a contrast from it.

        limma's contrasts.fit approximates standard errors where factors are not orthogonal and
        weights differ by gene. These are exact, as limma's are when the contrast is a coefficient.

        Parameters
        ----------
        contrast
            One weight per column of the design.
        keep_residuals
            Whether residuals are kept, as tests of gene sets need them.
        """
        design = contrast_last(self.design, np.asarray(contrast, dtype=float))
        degrees = design.shape[0] - design.shape[1]
        parts, variances = [], []
        for genes in blocks(len(self.counts), *design.shape):
            part = weighted_effects(design, self.log_cpm(genes), self.weights(genes))
            variances.append(np.einsum("gn,gn->g", part.residuals, part.residuals) / degrees)
            kept = part.residuals if keep_residuals else part.residuals[:, :0].copy()
            parts.append(part._replace(residuals=kept))
        found = Effects(*map(np.concatenate, zip(*parts, strict=True)))
        variance = np.concatenate(variances)
        return ContrastFit(
            found.effect,
            found.unscaled,
            variance,
            found.residuals,
            design,
            moderate(variance, degrees),
        )


def voom(counts: np.ndarray, design: np.ndarray, libraries: np.ndarray) -> Voom:
    """Estimate how the variability of log counts follows their level.

    An unweighted linear model is fitted to the log-CPM of every gene; the square root of its
    residual standard deviation is smoothed over the mean log2 count (lowess, span 0.5).

    Parameters
    ----------
    counts
        Genes x samples, at least two genes with counts.
    design
        Samples x p, of full column rank, with fewer columns than rows.
    libraries
        Library sizes, one per sample, or genes x samples (see `recurseq.limma.libraries`).
    """
    basis = np.linalg.qr(design)[0]
    fitted = np.empty((len(counts), design.shape[1]))
    level, spread = np.empty(len(counts)), np.empty(len(counts))
    for genes in blocks(len(counts), *design.shape):
        logs = _log_counts(counts[genes])
        level[genes] = logs.mean(axis=1)
        values = logs - _log_libraries(libraries, genes)
        fitted[genes] = values @ basis
        values -= fitted[genes] @ basis.T
        spread[genes] = np.einsum("gn,gn->g", values, values)
    spread = (spread / (design.shape[0] - design.shape[1])) ** 0.25
    present = counts.any(axis=1)
    trend = smooth_trend(level[present], spread[present])
    return Voom(counts, libraries, design, trend, fitted)


def _log_counts(counts: np.ndarray) -> np.ndarray:
    return np.log2(counts + 0.5)


def _log_libraries(libraries: np.ndarray, genes: slice) -> np.ndarray:
    """Return what a log2 count exceeds its log-CPM by: log2((library + 1) / 1e6)."""
    chosen = libraries if libraries.ndim == 1 else libraries[genes]
    return np.log2(chosen + 1) - _LOG2_MILLION


def smooth_trend(level: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smooth values over a level by lowess, as R does (span 0.5, three robust rounds).

    Returns
    -------
    tuple
        The points at which the smoother is computed, rising, and its values; it is linear between
        them.

    References
    ----------
    Cleveland, J. Am. Stat. Assoc. 74, 829 (1979).
    """
    # The compiled routine alone: the package's own module takes two seconds to import.
    from statsmodels.nonparametric._smoothers_lowess import lowess

    order = np.argsort(level, kind="stable")
    x, y = level[order], spread[order]
    step = _STEP * (x[-1] - x[0])
    smooth = lowess(
        y, x, x, np.ones_like(x), frac=_SPAN, it=_ROUNDS, delta=step, given_xvals=False
    )[0]
    computed = _anchors(x, step)
    return x[computed], smooth[computed, 1]


def _anchors(x: np.ndarray, step: float) -> list[int]:
    """Positions of rising values that the smoother does not interpolate: the last within a step."""
    found = [0]
    while found[-1] < len(x) - 1:
        here = found[-1]
        found.append(max(here + 1, int(np.searchsorted(x, x[here] + step, side="right")) - 1))
    return found
