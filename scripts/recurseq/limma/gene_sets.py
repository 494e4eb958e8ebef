"""Tests of gene sets that allow for the correlation of their genes.

Two competitive ones ask whether the genes of a set change more than other genes do, a
self-contained one (fry) whether they change at all.

References
----------
Wu and Smyth, Nucleic Acids Res. 40, e133 (2012): camera. Wu et al., Bioinformatics 26, 2176 (2010):
roast; Giner and Smyth (2016): fry, its limit for means of many rotations. Goeman and Bühlmann,
Bioinformatics 23, 980 (2007), on what competitive and self-contained tests can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.special import gammaincinv, stdtr

from recurseq.limma.voom import ContrastFit

_ROBUST_DEGREES = 0.92
_NODES = 128


class Outcome(NamedTuple):
    """Of one test, for each set: its p-value, and the sign of its statistic (1: higher)."""

    pvalue: np.ndarray
    sign: np.ndarray


class SetTests(NamedTuple):
    """Tests of several gene sets.

    Attributes
    ----------
    correlation
        Mean correlation between the genes of each set, from their residuals; NaN for a single gene.
    competitive
        Against the other genes, effects and noise told apart.
    camera
        Against the other genes, by Wu and Smyth's camera.
    fry
        By itself.
    """

    correlation: np.ndarray
    competitive: Outcome
    camera: Outcome
    fry: Outcome


def gene_set_tests(fit: ContrastFit, sets: Sequence[np.ndarray]) -> SetTests:
    """Test gene sets against the other genes, and by themselves.

    Parameters
    ----------
    fit
        Contrast of all genes, residuals kept (`Voom.contrast`).
    sets
        Positions of each set's genes: at least one, and not all genes.

    Notes
    -----
    The moderated t statistics of all genes become normal scores z. The mean z of the m genes of a
    set is compared with that of the m2 others by t = d / sqrt(V + s² / m2), where s² is the
    variance of z among genes and V that of the set's mean. Let the mean correlation of the set's
    residuals be r, and 1 + (m - 1) r, at least 1, their inflation.

    camera takes V = s² / m times the inflation, on the residual degrees of freedom. Where thousands
    of genes change, s² is mostly that of true changes, and camera inflates these too: it then finds
    next to nothing. The other test inflates the noise alone, whose variance is 1, and lets true
    changes fall on genes at random: V = (s² - 1 + inflation) / m. Both are the same where nothing
    changes (s² = 1), and where genes are not correlated. Its degrees of freedom are
    Satterthwaite's, the inflation being the uncertain part.

    Correlations and means of residuals are taken over samples. limma takes coordinates in a basis
    that it makes for each gene: with weights that differ by gene these bases are not quite
    parallel, and its results move with the order of the samples and the coding of the factors.
    """
    members = _Members.of(sets, len(fit.effect))
    unit = fit.residuals / np.sqrt(fit.variances)[:, None]
    inflation = members.sizes * _spread(members.means(unit), fit.degrees)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = (inflation - 1) / (members.sizes - 1)
    scores = normal_scores(fit.statistic, fit.moderated.degrees)
    among = _Against(scores, members, np.maximum(inflation, 1.0), fit.degrees)
    return SetTests(correlation, among.competitive(), among.camera(), _fry(fit, members))


class _Members(NamedTuple):
    """Which genes are in which set: indicators (sets x genes), and the sizes of the sets."""

    indicators: csr_array
    sizes: np.ndarray

    @classmethod
    def of(cls, sets: Sequence[np.ndarray], genes: int) -> _Members:
        sizes = np.array([len(members) for members in sets])
        starts = np.concatenate([[0], np.cumsum(sizes)])
        places = np.concatenate([np.asarray(members, dtype=np.int64) for members in sets])
        shape = len(sets), genes
        return cls(csr_array((np.ones(len(places)), places, starts), shape=shape), sizes)

    def means(self, values: np.ndarray) -> np.ndarray:
        """Mean over the genes of each set, sets x columns (or sets)."""
        sums = self.indicators @ values
        return sums / (self.sizes if sums.ndim == 1 else self.sizes[:, None])


def _spread(means: np.ndarray, degrees: int) -> np.ndarray:
    """Variance of each set's mean, by its mean residuals (sets x samples)."""
    return np.einsum("sn,sn->s", means, means) / degrees


class _Against:
    """Mean scores of sets against those of all other genes."""

    def __init__(self, scores: np.ndarray, members: _Members, inflation: np.ndarray, degrees: int):
        genes, sizes = len(scores), members.sizes
        self.others = genes - sizes
        self.difference = genes / self.others * (members.means(scores) - scores.mean())
        between = self.difference**2 * sizes * self.others / genes
        self.variance = ((genes - 1) * scores.var(ddof=1) - between) / (genes - 2)
        self.sizes, self.inflation, self.degrees = sizes, inflation, degrees
        self.most_degrees = genes - 2

    def camera(self) -> Outcome:
        """Correlation inflates all of the variance (Wu and Smyth 2012, equations 1 to 4)."""
        own = self.variance * self.inflation / self.sizes
        return self._outcome(own, np.full(len(own), float(self.degrees)))

    def competitive(self) -> Outcome:
        """Correlation inflates the noise, and not the true changes."""
        noise = self.inflation / self.sizes
        own = np.maximum(self.variance - 1, 0) / self.sizes + noise
        total = own + self.variance / self.others
        return self._outcome(own, self.degrees * (total / noise) ** 2)

    def _outcome(self, own: np.ndarray, degrees: np.ndarray) -> Outcome:
        statistic = self.difference / np.sqrt(own + self.variance / self.others)
        pvalue = 2 * stdtr(np.minimum(degrees, self.most_degrees), -np.abs(statistic))
        return Outcome(pvalue, np.sign(statistic))


def _fry(fit: ContrastFit, members: _Members) -> Outcome:
    """Mean standardised effect of each set over the spread of its mean residual: a t statistic."""
    deviations = np.sqrt(_variances_without_the_largest(fit))
    means = members.means(fit.effect / deviations)
    spread = _spread(members.means(fit.residuals / deviations[:, None]), fit.degrees)
    statistic = means / np.sqrt(spread)
    return Outcome(2 * stdtr(fit.degrees, -np.abs(statistic)), np.sign(statistic))


def _variances_without_the_largest(fit: ContrastFit) -> np.ndarray:
    """Moderated variances in which a large effect, or one large residual, does not count.

    Of the d + 1 squares of effect and residual coordinates the largest is left out, and its
    expectation is taken off the divisor. The prior is that of the residual variances; these ones
    weigh as 0.92 of the d degrees of freedom against it, as in limma. The coordinates are those of
    the design's Householder basis and depend on the order of the samples.
    """
    prior, variance = fit.moderated.prior_degrees, fit.moderated.prior_variance
    if np.isinf(prior):
        return np.full(len(fit.effect), variance)
    complement = np.linalg.qr(fit.design, mode="complete")[0][:, fit.design.shape[1] :]
    squares = np.column_stack([fit.effect, fit.residuals @ complement]) ** 2
    total = fit.degrees + 1 - expected_largest(fit.degrees + 1)
    robust = (squares.sum(axis=1) - squares.max(axis=1)) / total
    degrees = _ROBUST_DEGREES * fit.degrees
    return (prior * variance + degrees * robust) / (prior + degrees)


def expected_largest(count: int) -> float:
    """Return the expectation of the largest of some squared standard normal deviates.

    The integral of n u^(n - 1) Q(u) over 0 to 1, with Q the quantiles of the chi-squared
    distribution with one degree of freedom, by Gauss and Legendre's rule with 128 nodes.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    shares = (nodes + 1) / 2
    quantiles = 2 * gammaincinv(0.5, shares)
    return float(np.sum(weights / 2 * count * shares ** (count - 1) * quantiles))


def normal_scores(statistic: np.ndarray, degrees: float) -> np.ndarray:
    """Return normal deviates of the same tail probability as t statistics, to about five digits.

    An expansion that does not underflow in the tails.

    References
    ----------
    Hill, Commun. ACM 13, 617 (1970), Algorithm 395.
    """
    a = degrees - 0.5
    b = 48 * a * a
    y = a * np.log1p(statistic**2 / degrees)
    series = ((-0.4 * y - 3.3) * y - 24) * y - 85.5
    size = ((series / (0.8 * y**2 + 100 + b) + y + 3) / b + 1) * np.sqrt(y)
    return np.copysign(size, statistic)
