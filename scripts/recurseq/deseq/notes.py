"""Why a gene has a value or none: a code for programs, and the sentence for people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from recurseq.deseq.filtering import Adjusted
from recurseq.deseq.fit import Fit

# Codes of the column ``status``, and what a reader is told of them.
STATUS = {
    "tested": "has an adjusted p-value",
    "all_zero": "no count in any sample",
    "filtered": "too few counts to be fitted",
    "spike_in": "a spike-in, left out of size factors and tests",
    "cooks_outlier": "p-value withheld: a single outlying count drives the fit",
    "independent_filtering": "mean count below the threshold of independent filtering",
    "withheld": "no p-value could be computed",
}


def status_codes(fit: Fit, withheld: np.ndarray, pvalues: pd.Series, adjusted: Adjusted) -> list:
    """Say in a code what became of each fitted gene in a test.

    Parameters
    ----------
    fit
        Fitted model.
    withheld
        Genes whose p-value was withheld because of an outlier count.
    pvalues, adjusted
        P-values of the test that decides, and their adjustment.

    Returns
    -------
    list of str
        Keys of `STATUS`, one per gene.
    """
    chosen = [
        (_all_zero(fit), "all_zero"),
        (withheld, "cooks_outlier"),
        (adjusted.filtered.to_numpy(), "independent_filtering"),
        (pvalues.isna().to_numpy(), "withheld"),
    ]
    conditions, codes = zip(*chosen, strict=True)
    return list(np.select(conditions, codes, default="tested"))


def gene_notes(fit: Fit, withheld: np.ndarray, adjusted: Mapping[str, Adjusted]) -> pd.Series:
    """Write a note for each fitted gene; missing where nothing is to say.

    Parameters
    ----------
    fit, withheld
        As for `status_codes`.
    adjusted
        Adjusted p-values by the name of their column.
    """
    parts = _about_counts(fit, withheld)
    for name, item in adjusted.items():
        text = f"independent filtering: mean count below {item.threshold:.4g}"
        also = text if name == "padj" else f"{text} ({name})"
        for gene in np.flatnonzero(item.filtered.to_numpy()):
            parts[gene].append(also)
    texts = ["; ".join(part) if part else None for part in parts]
    return pd.Series(texts, index=fit.genes.index, dtype=object)


def _all_zero(fit: Fit) -> np.ndarray:
    return ~fit.counts.to_numpy().any(axis=0)


def _about_counts(fit: Fit, withheld: np.ndarray) -> list[list[str]]:
    parts: list[list[str]] = [[] for _ in range(len(fit.genes))]
    samples = fit.genes["cooksSample"].to_numpy()
    for gene in np.flatnonzero(_all_zero(fit)):
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
