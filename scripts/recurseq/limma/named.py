"""limma-voom on tables with names: samples and genes in any order give the same result."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from recurseq.limma.libraries import effective_libraries
from recurseq.limma.voom import ContrastFit, voom


class NamedContrast(NamedTuple):
    """A contrast, and the genes it was fitted for, sorted by name."""

    genes: pd.Index
    fit: ContrastFit


def voom_contrast(
    counts: pd.DataFrame,
    design: pd.DataFrame,
    factors: pd.Series | pd.DataFrame,
    contrast: pd.Series,
    *,
    keep_residuals: bool = False,
) -> NamedContrast:
    """Fit limma-voom to the counts and design of a model, and read one contrast.

    Parameters
    ----------
    counts
        Samples x genes; genes without any count are left out.
    design
        Samples x p.
    factors
        What the model divides counts by, one per sample or samples x genes: library sizes are
        made from it (`effective_libraries`).
    contrast
        One weight per column of the design.
    keep_residuals
        Whether residuals are kept, for tests of gene sets.
    """
    samples = counts.index.sort_values()
    genes = counts.columns[counts.to_numpy().any(axis=0)].sort_values()
    chosen = counts.reindex(index=samples, columns=genes).to_numpy().T
    if isinstance(factors, pd.DataFrame):
        divisors = factors.reindex(index=samples, columns=genes).to_numpy(dtype=float).T
    else:
        divisors = factors.reindex(samples).to_numpy(dtype=float)
    libraries = effective_libraries(chosen, divisors)
    model = voom(chosen, design.loc[samples].to_numpy(dtype=float), libraries)
    weights = contrast.reindex(design.columns).to_numpy(dtype=float)
    return NamedContrast(genes, model.contrast(weights, keep_residuals=keep_residuals))
