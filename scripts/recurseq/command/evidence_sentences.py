"""What stands behind a gene's call, in sentences made from the values of its evidence."""

from __future__ import annotations

import pandas as pd

from recurseq.base.text import few
from recurseq.command.outcome import ContrastResult
from recurseq.command.sentences import probability
from recurseq.design.contrast import DENOMINATOR, NUMERATOR
from recurseq.evidence.support import CARRIED, CONFIRMED, UNCONFIRMED

_SUPPORT = {
    CONFIRMED: "Confirmed: limma-voom calls it too",
    UNCONFIRMED: "Not confirmed: limma-voom does not call it",
    CARRIED: "Carried by few samples",
}
_SAMPLES_NAMED = 5


def evidence_sentences(row: pd.Series, result: ContrastResult) -> list[str]:
    """Say what a second method finds, how the samples lie, and what a call hangs on.

    Parameters
    ----------
    row
        Row of table ``contrast_evidence``.
    result
        The contrast.
    """
    return [
        text
        for text in (
            second_opinion(row, result),
            area_sentence(row, result),
            share_sentence(row, result),
            hanging_sentence(row),
        )
        if text
    ]


def second_opinion(row: pd.Series, result: ContrastResult) -> str:
    """Say what limma-voom finds, after the word that sums the evidence up."""
    said = _SUPPORT.get(row["support"], "limma-voom")
    against = result.contrast.rule.lfc_threshold
    test = f" against {against:g}" if against > 0 else ""
    found = (
        f"log2 fold change {row['voomLog2FoldChange']:.2f}, adjusted p-value{test} "
        f"{probability(row['voomPadj'])}"
    )
    if row["support"] == CARRIED:
        return f"{said} (limma-voom: {found})."
    return f"{said}: {found}." if said == "limma-voom" else f"{said} ({found})."


def area_sentence(row: pd.Series, result: ContrastResult) -> str:
    """Say how far the samples of the two sides overlap; empty without sides."""
    if pd.isna(row["auc"]):
        return ""
    above, below = (result.contrast.side_name(side) for side in (NUMERATOR, DENOMINATOR))
    text = (
        f"A sample of {above} is higher than one of {below} with a chance of {row['auc']:.2f} "
        f"(95 % interval {row['aucLower']:.2f} to {row['aucUpper']:.2f})"
    )
    if pd.notna(row["wilcoxonPadj"]):
        text += f"; Wilcoxon's test: adjusted p-value {probability(row['wilcoxonPadj'])}"
    return f"{text}."


def share_sentence(row: pd.Series, result: ContrastResult) -> str:
    """Say how much of the higher side's counts two samples hold, and which levels have none."""
    parts = []
    if pd.notna(row["topTwoShare"]):
        share = f"{100 * row['topTwoShare']:.0f} %"
        parts.append(f"the two largest samples of the higher side hold {share} of its counts")
    if pd.notna(row["emptyGroup"]):
        levels = " and ".join(str(row["emptyGroup"]).split(";"))
        parts.append(f"no sample of {levels} has a count")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def hanging_sentence(row: pd.Series) -> str:
    """Name the samples whose removal alone would end or make the call; empty where none would."""
    samples = [] if pd.isna(row["flipsWithout"]) else str(row["flipsWithout"]).split(";")
    samples = [sample for sample in samples if sample]
    if not samples:
        return ""
    without = (
        f"Without sample {samples[0]}"
        if len(samples) == 1
        else (f"Without any one of {len(samples)} samples ({few(samples, _SAMPLES_NAMED)})")
    )
    called = row["support"] in _SUPPORT
    return f"{without} it would {'not ' if called else ''}be called."
