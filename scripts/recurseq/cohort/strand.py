"""STAR counts each gene three times; which column is right depends on the library."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.cohort.table import as_numbers
from recurseq.errors import few
from recurseq.files import fail

STRANDS = ("unstranded", "forward", "reverse")
STRANDED_SHARE = 0.8
UNSTRANDED_SHARE = 0.6


def choose_strand(
    tables: Sequence[pd.DataFrame], samples: Sequence[str], kind: str, strand: str, where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Pick the column of the library's strand from every sample's table.

    Parameters
    ----------
    tables
        One for each sample: genes × (unstranded, forward, reverse[, others]), same genes.
    samples
        Names of the samples.
    kind
        ``star`` or ``gdc_star``.
    strand
        ``unstranded``, ``forward``, ``reverse`` or ``auto``.
    where
        The folder, for messages.

    Returns
    -------
    (pandas.DataFrame, list of str)
        Genes × samples, and messages.

    Raises
    ------
    InputError
        With ``auto``, when samples disagree or lie between stranded and unstranded.

    Notes
    -----
    A read of a stranded library falls on one strand of its gene: 80 % or more of the reads that
    either strand counts lie in one column. At 60 % or less the library is unstranded. The limits
    are those by which RSeQC's infer_experiment is commonly read.
    """
    guesses, shares = _guess_each(tables)
    seen = sorted(set(guesses))
    evidence = f"reads on the reverse strand: {100 * min(shares):.0f} to {100 * max(shares):.0f} %"
    messages = []
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
        messages.append(f"{where}: strand {strand} was recognised ({evidence})")
    elif seen not in ([strand], ["unclear"]) and strand != "unstranded":
        messages.append(
            f"{where}: counts.strand is {strand}, but the counts look {' and '.join(seen)} "
            f"({evidence}); the wrong column loses most reads"
        )
    position = STRANDS.index(strand)
    counts = pd.concat([table.iloc[:, position] for table in tables], axis=1)
    counts.columns = pd.Index(samples, dtype=object)
    return counts, messages


def _guess_each(tables: Sequence[pd.DataFrame]) -> tuple[list[str], list[float]]:
    guesses, shares = [], []
    for table in tables:
        forward, reverse = np.nansum(as_numbers(table.iloc[:, 1:3]), axis=0)
        share = reverse / (forward + reverse) if forward + reverse > 0 else 0.5
        shares.append(float(share))
        if max(share, 1 - share) >= STRANDED_SHARE:
            guesses.append("reverse" if share > 0.5 else "forward")
        else:
            guesses.append("unstranded" if max(share, 1 - share) <= UNSTRANDED_SHARE else "unclear")
    return guesses, shares
