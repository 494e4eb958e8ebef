"""Contrasts between levels of a factor: the samples they compare, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from recurseq.deseq.fit import Fit
from recurseq.deseq.integrity import check_contrasts
from recurseq.deseq.wald import contrast_estimate
from recurseq.design.formula import Formula, contrast_vector


def compared_samples(metadata: pd.DataFrame, contrast: Mapping[str, object]) -> pd.Series | None:
    """Find the samples on either side of a contrast between levels.

    Parameters
    ----------
    metadata
        Samples x columns, categorical where the design's factors are.
    contrast
        ``factor``, ``numerator``, ``denominator``, ``within``, or ``coefficients``.

    Returns
    -------
    pandas.Series or None
        One boolean a sample; None for a contrast of coefficients, whose samples follow from the
        weights (`wald.sample_weights`).
    """
    if contrast.get("coefficients"):
        return None
    sides = {str(level) for level in [*contrast["numerator"], *contrast["denominator"]]}
    chosen = metadata[contrast["factor"]].astype(str).isin(sides)
    for name, level in (contrast.get("within") or {}).items():
        if isinstance(metadata[name].dtype, pd.CategoricalDtype):
            chosen &= metadata[name].astype(str) == str(level)
    return chosen


def check_through_other_levels(
    table: pd.DataFrame,
    fit: Fit,
    formula: Formula,
    metadata: pd.DataFrame,
    contrast: Mapping[str, object],
) -> None:
    """Check that A - B equals (A - C) - (B - C) for every other level C of the factor.

    Parameters
    ----------
    table
        Table ``contrast_genes`` of the contrast.
    fit, formula, metadata
        The model and what its design was made from.
    contrast
        As for `compared_samples`; a contrast of coefficients passes unchecked.

    Raises
    ------
    IntegrityError
        Naming the genes in which the fold changes do not add up.
    """
    if contrast.get("coefficients"):
        return
    sides = {name: list(contrast[name]) for name in ("numerator", "denominator")}
    own = contrast_vector(formula, metadata, contrast)
    for level in metadata[contrast["factor"]].cat.categories:
        if str(level) in {str(one) for side in sides.values() for one in side}:
            continue
        weights, tables = {"this contrast": own}, {"this contrast": table}
        for name, side in sides.items():
            detour = {**contrast, "numerator": side, "denominator": [level]}
            label = f"{name} v {level}"
            weights[label] = contrast_vector(formula, metadata, detour)
            estimate = contrast_estimate(fit, weights[label])
            tables[label] = estimate.rename_axis("gene_id").reset_index()
        check_contrasts(weights, tables, fit)
