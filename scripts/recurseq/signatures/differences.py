"""Differences of scores between groups, alone and with what the samples are made of held equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recurseq.base.tables import put_together
from recurseq.design.calling import DIRECTIONS
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, Contrast
from recurseq.limma import RowFits, fit_rows, joined, moderated_rows
from recurseq.signatures.words import remark
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.design_matrix import column_rank

REMAINS, EXPLAINED, UNCLEAR, APPEARS, NONE = CODES = (
    *("remains", "explained", "unclear", "appears", "none"),
)
FEWEST_DEGREES = 3  # residual ones that a test with covariates leaves
FARTHEST = 2.0  # residual standard deviations between the sides in a proxy that is held equal
NOT_TESTED = "not tested: the samples are too few, or its covariate follows the design exactly"
KEPT_SHARE = 0.5  # of its size that an estimate loses before it counts as explained


@dataclass(frozen=True)
class Signature:
    """One tested score.

    Attributes
    ----------
    collection, name
        What it is called in the table.
    genes
        How many genes it is made of.
    values
        One per sample.
    given
        Covariates that belong to the score itself: samples x covariates, in both tests.
    proxies
        Covariates of the second test: samples x proxies. None for a score that is one itself.
    absent
        Proxy to why the score is not adjusted for it.
    """

    collection: str
    name: str
    genes: int
    values: pd.Series
    given: pd.DataFrame
    proxies: pd.DataFrame | None
    absent: Mapping[str, str]


def signature_tests(
    signatures: Sequence[Signature],
    design: pd.DataFrame,
    contrasts: Sequence[Contrast],
    weights: Callable[[Contrast], pd.Series],
    samples: pd.DataFrame,
    alpha: float,
) -> pd.DataFrame:
    """Test every score in every contrast, alone and adjusted for the proxies.

    Each score is the outcome of the linear model that the genes have; the moderated t of limma
    learns the prior of the residual variances from all scores. P-values are adjusted over all
    scores of a contrast, those of the second test over all that could be made.

    Parameters
    ----------
    signatures
        Scores that vary.
    design
        Samples x p, as the genes have it.
    contrasts
        In the order of the study.
    weights
        Contrast to its weights of the design's columns.
    samples
        The typed sheet.
    alpha
        Adjusted p-value below which a difference is called.

    Returns
    -------
    pandas.DataFrame
        Table ``signature_tests``.
    """
    parts = []
    for contrast in contrasts if signatures else ():
        vector = weights(contrast).reindex(design.columns)
        parts.append(_one_contrast(signatures, design, contrast, vector, samples, alpha))
    return put_together(parts, "signature_tests")


def _one_contrast(
    signatures: Sequence[Signature],
    design: pd.DataFrame,
    contrast: Contrast,
    vector: pd.Series,
    samples: pd.DataFrame,
    alpha: float,
) -> pd.DataFrame:
    plain = [_fitted(one, design, one.given, vector) for one in signatures]
    table = pd.DataFrame(
        {"collection": [s.collection for s in signatures], "set": [s.name for s in signatures]}
    )
    for side in (NUMERATOR, DENOMINATOR):
        table[side] = contrast.side_name(side)
    above, below = contrast.sizes(samples)
    table["n_numerator"] = pd.array([above] * len(table), dtype="Int64")
    table["n_denominator"] = pd.array([below] * len(table), dtype="Int64")
    table["contrast"], table["genes"] = contrast.name, [one.genes for one in signatures]
    table = _filled(table, plain, ("estimate", "lower", "upper", "statistic", "pvalue"))
    spread = np.array([np.nan if fit is None else np.sqrt(fit.variances[0]) for fit in plain])
    table["standardised"] = table["estimate"] / spread
    table["padj"] = benjamini_hochberg(table["pvalue"])
    called = table["padj"] < alpha
    table["significant"] = called
    table["direction"] = np.where(called, np.where(table["estimate"] > 0, *DIRECTIONS), "none")
    held = [_overlapping(one, design, vector) for one in signatures]
    with_proxies = [
        (None, NOT_TESTED) if fit is None else _adjusted(one, design, vector)
        for one, fit in zip(held, plain, strict=True)
    ]
    names = ("Estimate", "Lower", "Upper", "Statistic", "Pvalue")
    fits = [fit for fit, _ in with_proxies]
    table = _filled(table, fits, [f"adjusted{name}" for name in names])
    table["adjustedPadj"] = benjamini_hochberg(table["adjustedPvalue"])
    table["adjustedFor"] = [
        None if fit is None else ";".join(one.proxies.columns)
        for one, fit in zip(held, fits, strict=True)
    ]
    table["wider"] = [
        np.nan if other is None or fit is None else float(other.unscaled[0] / fit.unscaled[0])
        for fit, other in zip(plain, fits, strict=True)
    ]
    table["remains"] = [remaining(row, alpha) for row in table.to_dict("records")]
    table["note"] = [
        remark(row, one.absent, reason)
        for row, one, (_, reason) in zip(table.to_dict("records"), held, with_proxies, strict=True)
    ]
    return table


def _filled(
    table: pd.DataFrame, fits: Sequence[RowFits | None], names: Sequence[str]
) -> pd.DataFrame:
    """Add the moderated tests of the fits that there are; the others stay missing."""
    there = [place for place, fit in enumerate(fits) if fit is not None]
    values = np.full((len(fits), len(names)), np.nan)
    if there:
        values[there] = np.column_stack(moderated_rows(joined([fits[place] for place in there])))
    return table.assign(**dict(zip(names, values.T, strict=True)))


def _fitted(
    signature: Signature, design: pd.DataFrame, covariates: pd.DataFrame, vector: pd.Series
) -> RowFits | None:
    """Fit one score; None where the design does not allow the covariates."""
    whole = pd.concat([design, covariates.reindex(design.index)], axis=1)
    if len(whole) <= whole.shape[1] or column_rank(whole) < whole.shape[1]:
        return None
    values = signature.values.reindex(design.index).to_numpy(dtype=float)[None]
    weights = np.concatenate([vector.to_numpy(dtype=float), np.zeros(covariates.shape[1])])
    return fit_rows(values, whole.to_numpy(dtype=float), weights)


def _overlapping(signature: Signature, design: pd.DataFrame, vector: pd.Series) -> Signature:
    """Leave out the proxies in which the sides hardly overlap: they stand for the contrast."""
    if signature.proxies is None:
        return signature
    apart = {}
    for name, values in signature.proxies.items():
        proxy = replace(signature, values=values)
        fit = _fitted(proxy, design, signature.given, vector)
        size = 0.0 if fit is None else abs(fit.change[0]) / np.sqrt(fit.variances[0])
        if not size <= FARTHEST:
            apart[name] = f"the sides differ by {size:.1f} residual standard deviations in it"
    proxies = signature.proxies.drop(columns=list(apart))
    return replace(signature, proxies=proxies, absent={**signature.absent, **apart})


def _adjusted(
    signature: Signature, design: pd.DataFrame, vector: pd.Series
) -> tuple[RowFits | None, str]:
    """Fit a score with its proxies, or say why not."""
    proxies = signature.proxies
    if proxies is None:
        return None, "says what samples are made of, and is adjusted for nothing"
    if proxies.shape[1] == 0:
        return None, "not adjusted: no proxy is left for it"
    covariates = pd.concat([signature.given, proxies], axis=1)
    left = len(design) - design.shape[1] - covariates.shape[1]
    if left < FEWEST_DEGREES:
        return None, (
            f"not adjusted: with the proxies {max(left, 0)} residual degrees of freedom would be "
            f"left, {FEWEST_DEGREES} are asked for"
        )
    fit = _fitted(signature, design, covariates, vector)
    return fit, "" if fit else "not adjusted: a proxy follows the design exactly"


def remaining(row: Mapping[str, object], alpha: float) -> str | None:
    """Say what is left of a difference with the proxies held equal.

    Parameters
    ----------
    row
        Of the table ``signature_tests``.
    alpha
        Adjusted p-value below which a difference is called.

    Returns
    -------
    str or None
        ``remains`` (called both times, one direction); ``explained`` (called alone; with the
        proxies not called, at most half as large or turned round, and the interval does not hold
        the difference found alone); ``unclear`` (called alone, and neither of the two);
        ``appears`` (called with the proxies only, or in the other direction); ``none``. None where
        one of the tests is missing.
    """
    estimate, adjusted = row["estimate"], row["adjustedEstimate"]
    if np.isnan(estimate) or np.isnan(adjusted):
        return None
    before, after = row["padj"] < alpha, row["adjustedPadj"] < alpha
    same = np.sign(estimate) == np.sign(adjusted)
    if after:
        return REMAINS if before and same else APPEARS
    if not before:
        return NONE
    small = not same or abs(adjusted) <= KEPT_SHARE * abs(estimate)
    outside = not row["adjustedLower"] <= estimate <= row["adjustedUpper"]
    return EXPLAINED if small and outside else UNCLEAR
