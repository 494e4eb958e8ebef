"""Columns of one contrast, coded for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recurseq.design.calling import CallingRule, is_called
from recurseq.report.explorer.numbers import (
    cut,
    differences,
    levels_of,
    rounded,
    signed_cut,
    significant,
)
from recurseq.stats.intervals import NORMAL_975

Arrays = dict[str, np.ndarray]
THOUSANDTH, HUNDREDTH = 1000, 100
DIGITS, FEW_DIGITS = 4, 2


def contrast_arrays(genes: pd.DataFrame, rule: CallingRule) -> tuple[dict, Arrays]:
    """Code the columns of ``contrast_genes``.

    Parameters
    ----------
    genes
        One row a gene, in the order of the page.
    rule
        When a gene is called.

    Returns
    -------
    (dict, dict)
        ``levels``: texts of the columns status and note; arrays by name. Numbers are coded by
        `numbers.signed_cut` (log2FoldChange, in thousandths), `numbers.rounded` (hundredths;
        shrunkenLog2FoldChange as its difference from `shown_change`) and `numbers.significant` (two
        arrays, ``<name>.m`` and ``<name>.e``).
    """
    way = genes["direction"].map({"up": 1, "down": -1}).fillna(0)
    met = [one.holds(genes[one.column]).to_numpy(bool) for one in rule.conditions]
    arrays = {
        "log2FoldChange": signed_cut(genes["log2FoldChange"], THOUSANDTH),
        "lfcSE": rounded(genes["lfcSE"], HUNDREDTH),
        **_interval_shifts(genes),
        "called": np.where(is_called(genes), way, 0).astype(np.int8),
        "met": sum(hit.astype(np.uint8) << place for place, hit in enumerate(met)),
        **decimal("padj", genes["padj"], DIGITS),
        **decimal("pvalue", genes["pvalue"], FEW_DIGITS),
    }
    if genes["shrunkenLog2FoldChange"].notna().any():
        shrunken = rounded(genes["shrunkenLog2FoldChange"], HUNDREDTH)
        arrays["shrunkenLog2FoldChange"] = differences(shrunken, shown_change(genes))
    if rule.tests_threshold:
        arrays |= decimal("padjThreshold", genes["padjThreshold"], DIGITS)
        arrays |= decimal("pvalueThreshold", genes["pvalueThreshold"], FEW_DIGITS)
    return _with_levels(genes, ("status", "note"), arrays)


def shown_change(genes: pd.DataFrame) -> np.ndarray:
    """Log2 fold changes in hundredths, as the page rounds them: of the cut number, halves away."""
    whole = cut(genes["log2FoldChange"], THOUSANDTH).astype(np.int32)
    known = genes["log2FoldChange"].notna().to_numpy()
    shown = np.sign(whole) * ((np.abs(whole) + 5) // (THOUSANDTH // HUNDREDTH))
    return np.where(known, shown, np.iinfo(np.int32).min).astype(np.int32)


def _interval_shifts(genes: pd.DataFrame) -> Arrays:
    """Tell what ends of the 95 % interval are off, in hundredths, if made from coded numbers."""
    change, error = (genes[name].to_numpy(float) for name in ("log2FoldChange", "lfcSE"))
    coded_change = cut(change, THOUSANDTH).astype(float) / (THOUSANDTH / HUNDREDTH)
    coded_error = rounded(error, HUNDREDTH).astype(float)
    shifts = {}
    for name, sign in (("lowerShift", -1), ("upperShift", 1)):
        exact = np.floor((change + sign * NORMAL_975 * error) * HUNDREDTH + 0.5)
        coded = np.floor(coded_change + sign * NORMAL_975 * coded_error + 0.5)
        shifts[name] = rounded(exact - coded, 1)
    return shifts


def evidence_arrays(
    evidence: pd.DataFrame, genes: pd.DataFrame, samples: Sequence[str]
) -> tuple[dict, Arrays]:
    """Code the columns of ``contrast_evidence``; rows as in `contrast_arrays`, some missing.

    Ends of the interval of the AUC are written as differences from it, the second fold change as
    its difference from `shown_change`.

    Parameters
    ----------
    evidence
        One row a gene, in the order of the page.
    genes
        Table ``contrast_genes``, rows as in `evidence`.
    samples
        Names of the samples, in the order of the page.
    """
    area = rounded(evidence["auc"], HUNDREDTH)
    ends = {name: rounded(evidence[name], HUNDREDTH) for name in ("aucLower", "aucUpper")}
    second = rounded(evidence["voomLog2FoldChange"], HUNDREDTH)
    arrays = {
        "auc": area,
        **{name: differences(end, area) for name, end in ends.items()},
        "topTwoShare": rounded(evidence["topTwoShare"], 100),
        "voomLog2FoldChange": differences(second, shown_change(genes)),
        **decimal("voomPadj", evidence["voomPadj"], FEW_DIGITS, rounding=True),
        **decimal("wilcoxonPadj", evidence["wilcoxonPadj"], FEW_DIGITS, rounding=True),
        **_hanging(evidence["flipsWithout"], samples),
    }
    return _with_levels(evidence, ("support", "emptyGroup"), arrays)


def decimal(name: str, values: pd.Series, digits: int, *, rounding: bool | None = None) -> Arrays:
    """Two arrays of one number; those with few digits are rounded, as nothing is held against."""
    few = digits == FEW_DIGITS if rounding is None else rounding
    mantissa, exponent = significant(values, digits, rounding=few)
    return {f"{name}.m": mantissa, f"{name}.e": exponent}


def _with_levels(
    table: pd.DataFrame, columns: Sequence[str], arrays: Arrays
) -> tuple[dict[str, list[str]], Arrays]:
    levels = {}
    for name in columns:
        levels[name], arrays[name] = levels_of(table[name])
    return levels, arrays


def _hanging(cells: pd.Series, samples: Sequence[str]) -> Arrays:
    """Pairs of gene and sample: the samples without which a call would end or be made."""
    places: Mapping[str, int] = {name: place for place, name in enumerate(samples)}
    pairs = [
        (row, places[sample])
        for row, cell in enumerate(cells)
        if isinstance(cell, str)
        for sample in cell.split(";")
        if sample in places
    ]
    rows, hung = np.array(pairs, dtype=np.uint32).reshape(-1, 2).T
    return {"hangingGene": rows, "hangingSample": hung}
