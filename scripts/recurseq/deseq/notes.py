"""A reason, in words, for every value that is missing from a table or was altered on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.deseq.filtering import Adjusted
from recurseq.deseq.fit import Fit


def contrast_notes(fit: Fit, withheld: np.ndarray, adjusted: dict[str, Adjusted]) -> pd.Series:
    """Write the notes of a contrast's table, one a fitted gene; missing where nothing is to say.

    Parameters
    ----------
    fit
        Fitted model.
    withheld
        Genes whose p-value was withheld because of an outlier count.
    adjusted
        Adjusted p-values by the name of their column.
    """
    parts = _about_counts(fit, withheld)
    thresholds = {name: item for name, item in adjusted.items() if item.filtered.any()}
    for name, item in thresholds.items():
        text = f"independent filtering: mean count below {item.threshold:.4g}"
        also = text if name == "padj" else f"{text} ({name})"
        for gene in np.flatnonzero(item.filtered.to_numpy()):
            parts[gene].append(also)
    return _joined(parts, fit)


def omnibus_notes(fit: Fit, withheld: np.ndarray, adjusted: Adjusted) -> pd.Series:
    """Write the notes of the omnibus table, as `contrast_notes` does."""
    return contrast_notes(fit, withheld, {"padj": adjusted})


def _about_counts(fit: Fit, withheld: np.ndarray) -> list[list[str]]:
    parts: list[list[str]] = [[] for _ in range(len(fit.genes))]
    samples = fit.genes["cooksSample"].to_numpy()
    for gene in np.flatnonzero(~fit.counts.to_numpy().any(axis=0)):
        parts[gene].append("all zero")
    for gene in np.flatnonzero(withheld):
        parts[gene].append(f"Cook's outlier in sample {samples[gene]}")
    positions = {gene: position for position, gene in enumerate(fit.genes.index)}
    for gene, rows in fit.replacements.groupby("gene_id", sort=False):
        names = ", ".join(rows["sample_id"])
        word = "count" if len(rows) == 1 else "counts"
        parts[positions[gene]].append(f"outlier {word} of sample {names} replaced before fitting")
    for gene in np.flatnonzero(np.all(fit.coefficients == 0, axis=1)):
        parts[gene].append("no other sample has a count")
    for gene in np.flatnonzero(fit.estimated & ~fit.genes["converged"].to_numpy()):
        parts[gene].append("the fit did not converge")
    return parts


def _joined(parts: list[list[str]], fit: Fit) -> pd.Series:
    texts = ["; ".join(part) if part else None for part in parts]
    return pd.Series(texts, index=fit.genes.index, dtype=object)
