"""What stands behind a gene's call, in sentences made from the values of its evidence."""

from __future__ import annotations

import pandas as pd

from recurseq.base.text import few
from recurseq.command.outcome import ContrastResult
from recurseq.command.sentences import probability
from recurseq.design.contrast import SIDES
from recurseq.evidence.support import NONE
from recurseq.report import gene_words
from recurseq.report.gene_words import SAMPLES_NAMED, say


def evidence_sentences(row: pd.Series, result: ContrastResult) -> list[str]:
    """Say what a second method finds, how the samples lie, and what a call hangs on.

    Parameters
    ----------
    row
        Row of table ``contrast_evidence``.
    result
        The contrast.
    """
    values = _values(row, result)
    called = row["support"] != NONE
    several = "many" in values and values["many"] != "1"
    fragments = (
        gene_words.second_opinion(row["support"], result.contrast.rule),
        gene_words.AREA,
        gene_words.SHARE,
        gene_words.EMPTY,
        gene_words.hanging(called, several),
    )
    return [text for one in fragments if (text := say(one, values))]


def _values(row: pd.Series, result: ContrastResult) -> dict[str, str]:
    """Fields of the sentences; those without a value are left out."""
    decimals = ("voomLog2FoldChange", "auc", "aucLower", "aucUpper")
    values = {name: f"{row[name]:.2f}" for name in decimals if pd.notna(row[name])}
    chances = ("voomPadj", "wilcoxonPadj")
    values |= {name: probability(row[name]) for name in chances if pd.notna(row[name])}
    if result.contrast.of_levels:
        values |= {side: result.contrast.side_name(side) for side in SIDES}
    if pd.notna(row["topTwoShare"]):
        values["topTwoShare"] = f"{100 * row['topTwoShare']:.0f}"
    if pd.notna(row["emptyGroup"]):
        values["emptyGroup"] = " and ".join(str(row["emptyGroup"]).split(";"))
    samples = [] if pd.isna(row["flipsWithout"]) else str(row["flipsWithout"]).split(";")
    if samples := [sample for sample in samples if sample]:
        values |= {"many": str(len(samples)), "samples": few(samples, SAMPLES_NAMED)}
    return values
