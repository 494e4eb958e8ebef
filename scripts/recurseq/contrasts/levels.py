"""A contrast of levels must add up over every other level of its factor."""

from __future__ import annotations

import pandas as pd

from recurseq.deseq.fit import Fit
from recurseq.deseq.integrity import check_contrasts
from recurseq.deseq.wald import contrast_estimate
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula


def check_through_other_levels(
    table: pd.DataFrame, fit: Fit, formula: Formula, samples: pd.DataFrame, contrast: Contrast
) -> None:
    """Check that A - B equals (A - C) - (B - C) for every other level C of the factor.

    Parameters
    ----------
    table
        Table ``contrast_genes`` of the contrast.
    fit, formula, samples
        The model and what its design was made from.
    contrast
        The contrast; one of coefficients passes unchecked.

    Raises
    ------
    IntegrityError
        Naming the genes in which the fold changes do not add up.
    """
    own = contrast.weights(formula, samples)
    for detour in contrast.through_other_levels(samples):
        weights, tables = {contrast.name: own}, {contrast.name: table}
        for part in detour:
            weights[part.name] = part.weights(formula, samples)
            estimate = contrast_estimate(fit, weights[part.name])
            tables[part.name] = estimate.rename_axis("gene_id").reset_index()
        check_contrasts(weights, tables, fit)
