"""Why a gene is called or not, in sentences made from the values that decided it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from recurseq.command.outcome import ContrastResult, Outcome
from recurseq.deseq.cooks import REPLICATES_TO_FLAG, REPLICATES_TO_REPLACE
from recurseq.design.contrast import NUMERATOR
from recurseq.report import gene_words
from recurseq.report.gene_notes import replacement_sentences
from recurseq.report.gene_words import say


def number(value: float) -> str:
    """Write a number with three or more significant digits; large ones whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def probability(value: float) -> str:
    """Write a p-value with two significant digits."""
    return "below 1e-300" if value == 0 else f"{value:.2g}"


def filter_sentence(gene: pd.Series, counts: pd.Series, outcome: Outcome) -> str:
    """Say whether a gene is in the model, with the rule and the samples that decided it.

    Parameters
    ----------
    gene
        Row of the model's ``var``.
    counts
        Raw counts by sample.
    """
    least, needed = outcome.study.cohort.min_count, int(outcome.model.uns["min_samples"])
    if not gene["kept"]:
        return f"It is not in the model and has no test in any contrast: {gene['drop_reason']}."
    mean = f"its mean normalised count over all {len(counts)} samples (baseMean) is"
    if least == 0:
        return f"It is in the model: it has a count; {mean} {number(gene['baseMean'])}."
    enough = int((counts >= least).sum())
    return (
        f"It is in the model: {enough} of {len(counts)} samples have {least} counts or more, and "
        f"{needed} are needed; {mean} {number(gene['baseMean'])}."
    )


def dispersion_sentence(gene: pd.Series) -> str:
    """Say how the dispersion came about; empty for a gene without one."""
    if pd.isna(gene["dispersion"]):
        return ""
    values = (
        f"Dispersion {number(gene['dispersion'])} (its own estimate {number(gene['dispGeneEst'])}, "
        f"the trend at its mean {number(gene['dispFit'])}): samples of a group differ by about "
        f"{100 * gene['dispersion'] ** 0.5:.0f} % beyond counting noise."
    )
    if gene["dispOutlier"]:
        return f"{values} Its own estimate was kept, as it lies far above the trend."
    return f"{values} It was drawn from its own estimate towards the trend."


def cooks_sentence(gene: pd.Series, replacements: pd.DataFrame, outcome: Outcome) -> str:
    """Say whether a single count drives the fit, and what was done about it."""
    if not gene["kept"]:
        return ""
    if not outcome.study.testing.cooks:
        return "Outlying counts were left alone (testing.cooks is false)."
    parts = replacement_sentences(replacements)
    largest, limit = gene["maxCooks"], float(outcome.model.uns["cooks_limit"])
    if pd.isna(largest) and int(outcome.model.uns["replicates"]) < REPLICATES_TO_FLAG:
        none = (
            f"Outlying counts cannot be told: no {REPLICATES_TO_FLAG} samples share all their "
            "values in the design."
        )
        return " ".join([*parts, none])
    if pd.isna(largest):
        # All groups are large: outliers were replaced, and nothing is withheld.
        return " ".join(parts) or "None of its counts was an outlier that had to be replaced."
    distances = f"Cook's distance {number(largest)}, limit {number(limit)}"
    if gene["cooksOutlier"]:
        parts.append(
            f"The count of sample {gene['cooksSample']} drives the fit ({distances}); fewer than "
            f"{REPLICATES_TO_REPLACE} samples share its groups in the design, so it cannot be "
            "replaced, and all p-values of this gene are withheld."
        )
    elif largest > limit:
        parts.append(
            f"One count drives the fit ({distances}), but three or more samples have larger "
            "counts, so nothing was withheld."
        )
    elif not parts:
        parts.append(f"No single count drives the fit (largest {distances}).")
    return " ".join(parts)


def estimate_sentence(row: pd.Series, result: ContrastResult, normalized: pd.Series) -> str:
    """Say the fold change of a contrast in numbers and words; empty when there is none."""
    value = row["log2FoldChange"]
    if pd.isna(value):
        return ""
    values = {
        "log2FoldChange": f"{value:.2f}",
        "lfcSE": f"{row['lfcSE']:.2f}",
        "times": number(2 ** abs(value)),
        "numerator": str(result.contrast.side_name(NUMERATOR)),
    }
    if result.numerator is not None:
        values["meanNumerator"] = number(normalized[result.numerator].mean())
        values["meanDenominator"] = number(normalized[result.denominator].mean())
    if pd.notna(row["shrunkenLog2FoldChange"]):
        values["shrunkenLog2FoldChange"] = f"{row['shrunkenLog2FoldChange']:.2f}"
    return say(gene_words.estimate(result.contrast, "up" if value > 0 else "down"), values)


def pvalue_sentence(row: pd.Series, result: ContrastResult) -> str:
    """Say the p-values of a contrast; empty when there are none."""
    names = ("pvalue", "padj", "pvalueThreshold", "padjThreshold")
    values = {name: probability(row[name]) for name in names if pd.notna(row[name])}
    values["filterThreshold"] = number(result.filter_threshold)
    return say(gene_words.pvalues(result.contrast.rule, result.filter_threshold), values)


def verdict(row: pd.Series, result: ContrastResult) -> tuple[str, str]:
    """Say whether a gene is called in a contrast, and which condition decided it.

    Returns
    -------
    (str, str)
        ``called up``, ``called down`` or ``not called``, and the sentence.
    """
    called = bool(row["significant"])
    word = f"called {row['direction']}" if called else "not called"
    rule = result.contrast.rule
    if row["status"] != "tested":
        return word, say(gene_words.untested(rule, row["status"]), _reason(row, result))
    met = [bool(one.holds(row[one.column])) for one in rule.conditions]
    if called != all(met):
        return word, f"{word.capitalize()} in the table, which was made with other settings."
    change, adjusted = abs(row["log2FoldChange"]), row[rule.column]
    values = {
        "direction": str(row["direction"]),
        rule.column: _beside(adjusted, rule.alpha, probability),
        "absoluteChange": _beside(change, rule.min_abs_lfc, number),
    }
    return word, say(gene_words.verdict(rule, met), values)


def _reason(row: pd.Series, result: ContrastResult) -> dict[str, str]:
    """Values of the sentence on a gene that has no adjusted p-value to decide by."""
    column = result.contrast.rule.pvalue_column
    return {
        "note": "it has no p-value" if pd.isna(row["note"]) else str(row["note"]),
        "baseMean": number(row["baseMean"]),
        "filterThreshold": _beside(result.filter_threshold, row["baseMean"], number),
        column: probability(row[column]),
    }


def _beside(value: float, limit: float, written: Callable[[float], str]) -> str:
    """Write a value so that it does not look equal to a limit that it is not equal to."""
    short = written(value)
    if value == limit or short != written(limit):
        return short
    texts = (f"{value:.{digits}g}" for digits in range(3, 17))
    return next((text for text in texts if float(text) != limit), short)


def omnibus_sentence(row: pd.Series, reduced: str, formula: str) -> str:
    """Say what the likelihood-ratio test found."""
    test = f"Omnibus test of {formula} against {reduced}"
    if pd.isna(row["pvalue"]):
        return f"{test}: no p-value ({row['note']})."
    adjusted = "not adjusted" if pd.isna(row["padj"]) else f"adjusted {probability(row['padj'])}"
    why = f" ({row['note']})" if pd.isna(row["padj"]) and pd.notna(row["note"]) else ""
    return f"{test}: p-value {probability(row['pvalue'])}, {adjusted}{why}."


def replication_sentences(gene_id: str, elsewhere: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say what other studies have of a gene, in the contrasts in which it is called here."""
    said = []
    for study, table in elsewhere.items():
        for row in table[table["gene_id"] == gene_id].itertuples():
            where = f"In {study}, {row.contrast}:"
            if pd.isna(row.log2FoldChangeThere):
                said.append(f"{where} {row.note}.")
                continue
            change = f"log2 fold change {number(row.log2FoldChangeThere)}"
            direction = "the same direction" if row.same_direction else "the other direction"
            answer = f", {row.note}"
            if pd.notna(row.replicationPadj):
                verdict = "replicated" if row.replicated else "not replicated"
                answer = f": {verdict} (replication FDR {number(row.replicationPadj)})"
            said.append(f"{where} {change}, {direction}{answer}.")
    return said
