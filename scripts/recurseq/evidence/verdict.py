"""One word for a whole contrast: whether its calls are more than chance makes of these samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

ABOVE, LIKE, UNTESTABLE = "above_chance", "like_chance", "not_testable"
IN_WORDS = {ABOVE: "above chance", LIKE: "like chance", UNTESTABLE: "not testable"}
LEVEL = 0.05
_HIGH = 0.95


def verdict_columns(called: int, shuffles: pd.DataFrame | None) -> dict[str, object]:
    """Hold the calls of a contrast against those of shuffled labels.

    Parameters
    ----------
    called
        Genes called with the real labels.
    shuffles
        Table ``contrast_permutations``; None when no shuffles were asked for.

    Returns
    -------
    dict
        The columns of ``contrast_summary`` from permutations to verdict.

    References
    ----------
    Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010): the 1 that is added counts the
    real labels among the arrangements that chance may deal.
    """
    number = 0 if shuffles is None else len(shuffles)
    row = {
        "permutations": number,
        "permuted_median": np.nan,
        "permuted_q95": np.nan,
        "permutation_pvalue": np.nan,
        "verdict": None if shuffles is None else UNTESTABLE,
    }
    if not number:
        return row
    counts = shuffles["called"].to_numpy(dtype=float)
    pvalue = (1 + int((counts >= called).sum())) / (1 + number)
    return row | {
        "permuted_median": float(np.median(counts)),
        "permuted_q95": float(np.quantile(counts, _HIGH)),
        "permutation_pvalue": pvalue,
        "verdict": ABOVE if pvalue <= LEVEL else LIKE,
    }


def counts_sentence(row: Mapping[str, object]) -> str:
    """Put calls, their support and the verdict into one line; `row` as below.

    ``99 called, 1 confirmed; shuffled labels call 180 in the median: like chance``.
    """
    called = row["called_up"] + row["called_down"]
    counts = f"{called:,} called, {row['confirmed']:,} confirmed" if called else "none called"
    return "; ".join(part for part in (counts, verdict_sentence(row)) if part)


def verdict_sentence(row: Mapping[str, object]) -> str:
    """Put the verdict of a contrast into words, to stand behind its counts.

    Parameters
    ----------
    row
        Row of ``contrast_summary``.

    Returns
    -------
    str
        ``shuffled labels call 180 in the median: like chance``; empty when none were asked for.
    """
    verdict = row["verdict"]
    if pd.isna(verdict):
        return ""
    if verdict == UNTESTABLE:
        return f"{IN_WORDS[verdict]} against shuffled labels"
    return f"shuffled labels call {row['permuted_median']:,.6g} in the median: {IN_WORDS[verdict]}"
