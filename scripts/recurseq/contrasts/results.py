"""The tables of one contrast, tested on the fitted model, checked and called."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.tables import describe
from recurseq.contrasts.levels import check_through_other_levels
from recurseq.deseq import Fit, Options, check_table, contrast_results
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, Contrast
from recurseq.design.formula import Formula


@dataclass(frozen=True)
class ContrastTables:
    """Tables ``contrast_genes`` and ``contrast_summary_row`` of a contrast."""

    genes: pd.DataFrame
    summary: pd.DataFrame


def contrast_tables(
    fit: Fit,
    contrast: Contrast,
    formula: Formula,
    samples: pd.DataFrame,
    options: Options,
    *,
    genes: pd.DataFrame,
    threads: int = 1,
) -> ContrastTables:
    """Test a contrast, call its genes, and hold the result against itself and the model.

    Parameters
    ----------
    fit, formula
        The model and the design it was made with.
    contrast
        What is compared, and when a gene is called.
    samples
        The typed sheet.
    options
        How genes are tested.
    genes
        Every gene that gets a row, see `recurseq.deseq.contrast_results`.
    threads
        Blocks of genes solved at the same time.

    Raises
    ------
    IntegrityError
        When the table contradicts itself, the model, or the contrasts through other levels.
    """
    weights = contrast.weights(formula, samples)
    found = contrast_results(
        fit,
        weights,
        options,
        annotation=genes,
        compared=contrast.compared(samples),
        threads=threads,
    )
    table = called(found.table, contrast)
    check_table(table, fit, weights)
    check_through_other_levels(table, fit, formula, samples, contrast)
    threshold = found.filter_thresholds[contrast.rule.column]
    return ContrastTables(table, summary_row(table, contrast, samples, threshold))


def called(table: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Complete a table of tests to ``contrast_genes``: what is called, and in which direction."""
    rule = contrast.rule
    whole = table.assign(significant=rule.mask(table), direction=rule.direction(table))
    return whole[describe("contrast_genes").names]


def summary_row(
    genes: pd.DataFrame, contrast: Contrast, samples: pd.DataFrame, filter_threshold: float
) -> pd.DataFrame:
    """Sum a contrast up in one row.

    Parameters
    ----------
    genes
        Table ``contrast_genes``.
    contrast, samples
        What was compared, and the sheet.
    filter_threshold
        Mean count below which independent filtering left genes out.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_summary_row``.
    """
    above, below = contrast.sizes(samples)
    row = {
        "contrast": contrast.name,
        "numerator": contrast.side_name(NUMERATOR),
        "denominator": contrast.side_name(DENOMINATOR),
        "n_numerator": above,
        "n_denominator": below,
        "rule": contrast.rule.symbols,
        "filter_threshold": filter_threshold,
        "tested": int(genes[contrast.rule.column].notna().sum()),
        "called_up": int((genes["direction"] == "up").sum()),
        "called_down": int((genes["direction"] == "down").sum()),
    }
    return pd.DataFrame([row])[describe("contrast_summary_row").names]
