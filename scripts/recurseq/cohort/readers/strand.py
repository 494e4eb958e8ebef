"""STAR counts each gene three times; which column is right depends on the library."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.readers.count_table import as_numbers
from recurseq.io.bytes import fail

STRANDS = ("unstranded", "forward", "reverse")
STRANDED_SHARE = 0.8
UNSTRANDED_SHARE = 0.6


def choose_strand(
    tables: Sequence[pd.DataFrame], samples: Sequence[str], strand: str, where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Pick the column of the library's strand from every sample's table.

    Parameters
    ----------
    tables
        One for each sample: genes × (unstranded, forward, reverse[, others]), same genes.
    samples
        Names of the samples.
    strand
        ``unstranded``, ``forward``, ``reverse`` or ``auto``.
    where
        The folder, for messages.

    Returns
    -------
    (pandas.DataFrame, list of str)
        Genes × samples, and messages with the reads in each column.

    Raises
    ------
    InputError
        With ``auto``, when samples disagree or lie between stranded and unstranded; with
        ``forward`` or ``reverse``, when the reads of a sample lie on the other strand.

    Notes
    -----
    A read of a stranded library falls on one strand of its gene: 80 % or more of the reads that
    either strand counts lie in one column. At 60 % or less the library is unstranded. The limits
    are those by which RSeQC's infer_experiment is commonly read.
    """
    totals = np.array([np.nansum(as_numbers(table.iloc[:, :3]), axis=0) for table in tables])
    guesses = [_guess(*both) for both in totals[:, 1:]]
    evidence = _evidence(totals)
    seen = sorted({guess for guess in guesses if guess}) or ["unstranded"]
    if strand == "auto":
        if len(seen) > 1 or seen == ["unclear"]:
            examples = "; ".join(
                f"{guess}: {few([s for s, g in zip(samples, guesses, strict=True) if g == guess])}"
                for guess in seen
            )
            raise fail(
                where,
                f"the strand of the library cannot be told ({examples}; {evidence})",
                "counts.strand: unstranded, forward or reverse",
                "set counts.strand to what the library kit says",
            )
        strand = seen[0]
        message = f"{where}: strand {strand} was recognised ({evidence})"
    else:
        _refuse_other_strand(strand, guesses, samples, evidence)
        message = f"{where}: strand {strand} was set ({evidence})"
        if strand != "unstranded" and "unstranded" in seen:
            message += "; samples that look unstranded lose half of their reads in this column"
        if strand == "unstranded" and set(seen) & set(STRANDS[1:]):
            message += f"; the library looks {' and '.join(seen)}, which tells more genes apart"
    position = STRANDS.index(strand)
    counts = pd.concat([table.iloc[:, position] for table in tables], axis=1)
    counts.columns = pd.Index(samples, dtype=object)
    return counts, [message]


def _guess(forward: float, reverse: float) -> str:
    """Guess the strand of a sample; empty when it has no reads."""
    if forward + reverse == 0:
        return ""
    share = reverse / (forward + reverse)
    if max(share, 1 - share) >= STRANDED_SHARE:
        return "reverse" if share > 0.5 else "forward"
    return "unstranded" if max(share, 1 - share) <= UNSTRANDED_SHARE else "unclear"


def _evidence(totals: np.ndarray) -> str:
    """Say how many reads each column counts, in all samples, and how the strands share them."""
    both = totals[:, 1:].sum(axis=1)
    shares = 100 * totals[both > 0, 2] / both[both > 0]
    columns = ", ".join(
        f"{name} {reads:,.0f}" for name, reads in zip(STRANDS, totals.sum(axis=0), strict=True)
    )
    if not len(shares):
        return f"reads in genes: {columns}"
    low, high = (f"{share:.0f}" for share in (shares.min(), shares.max()))
    share = low if low == high else f"{low} to {high}"
    return f"reads in genes: {columns}; on the reverse strand {share} % in each sample"


def _refuse_other_strand(
    strand: str, guesses: Sequence[str], samples: Sequence[str], evidence: str
) -> None:
    """Refuse the wrong one of two strands: most reads are lost, and nothing else shows it."""
    other = {"forward": "reverse", "reverse": "forward"}.get(strand)
    wrong = [s for s, guess in zip(samples, guesses, strict=True) if guess == other]
    if other and wrong:
        found = f"{strand}, but the reads lie on the other strand in {few(wrong)} ({evidence})"
        best = other if len(wrong) == len(samples) else "unstranded"
        allowed = f"{other}, unstranded or auto"
        raise fail("config: counts.strand", found, allowed, f"set counts.strand to {best}")
