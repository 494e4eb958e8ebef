"""From transcripts to genes by tximport's rules: counts summed, lengths averaged by abundance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimates:
    """What a quantifier estimated in one sample.

    Attributes
    ----------
    ids
        Transcripts, or genes of RSEM's genes.results; text.
    counts, lengths, abundance
        Estimated reads, effective lengths in base pairs, and TPM, in the order of `ids`.
    genes
        Gene of each transcript where the file itself says so; None where it does not.
    """

    ids: np.ndarray
    counts: np.ndarray
    lengths: np.ndarray
    abundance: np.ndarray
    genes: np.ndarray | None = None


def sum_to_genes(
    samples: Sequence[Estimates], genes: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Summarise transcripts to genes.

    Parameters
    ----------
    samples
        One per sample, the same transcripts in the same order.
    genes
        Position of each transcript's gene, from 0; -1 leaves a transcript out.
    number
        Number of genes; each has a transcript.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Counts and average transcript lengths, genes × samples, not rounded.

    Notes
    -----
    The count of a gene is the sum of its transcripts' counts. Its length is the mean of their
    effective lengths weighted by their abundance. Without abundance in a sample it is the geometric
    mean of the gene's lengths in the other samples; without abundance in any sample, the mean over
    its transcripts of their mean lengths.

    References
    ----------
    Soneson, Love and Robinson, F1000Research 4, 1521 (2015); R tximport's ``summarizeToGene`` with
    ``countsFromAbundance = "no"``.
    """
    order = np.argsort(genes, kind="stable")
    order = order[genes[order] >= 0]
    sizes = np.bincount(genes[order], minlength=number)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def by_gene(values: np.ndarray) -> np.ndarray:
        # As in R's rowsum: with fewer digits a sum such as 0.3 + 0.2 + 12 may round the other way.
        wide = values[order].astype(np.longdouble)
        return np.add.reduceat(wide, starts).astype(float)

    counts = np.column_stack([by_gene(sample.counts) for sample in samples])
    weights = np.column_stack([by_gene(sample.abundance) for sample in samples])
    weighted = np.column_stack([by_gene(s.abundance * s.lengths) for s in samples])
    with np.errstate(invalid="ignore"):
        lengths = weighted / weights
    usual = np.mean([sample.lengths for sample in samples], axis=0)
    silent = by_gene(usual) / sizes
    return counts, _without_gaps(lengths, silent)


def _without_gaps(lengths: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Fill in the lengths of genes that have no abundance in some samples, or in any."""
    missing = np.isnan(lengths)
    present = (~missing).sum(axis=1)
    logs = np.log(np.where(missing, 1.0, lengths))
    geometric = np.exp(logs.sum(axis=1) / np.maximum(present, 1))
    return np.where(missing, np.where(present > 0, geometric, silent)[:, None], lengths)
