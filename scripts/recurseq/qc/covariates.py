"""What each further column of the sample sheet would do to the calls, were it in the formula."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.tables import describe
from recurseq.deseq import Fit, NoVariationError, Options, contrast_table, fit
from recurseq.design.adjustment import (
    CONSTANT,
    ESTIMABLE,
    IDENTIFIER,
    IN_FORMULA,
    MISSING_VALUES,
    NOT_ESTIMABLE,
    NOTHING_NEW,
    TOO_MANY_LEVELS,
    adjusted_design,
)
from recurseq.design.calling import DIRECTIONS
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula

KEYS = ["contrast", "column", "adjustment"]
WHEN = ("before", "after")
MOST_FITS = 40  # a clinical table may have hundreds of columns
UNFITTED = f"only the first {MOST_FITS} columns are fitted; confounding.leave_out takes others out"
NO_VARIATION = "with it no gene varies by more than counting noise"
WHY_NOT = {
    NOT_ESTIMABLE: "the contrast and the column cannot be told apart",
    NOTHING_NEW: "the formula says it already",
    TOO_MANY_LEVELS: "more than half of the residual degrees of freedom would go to its levels",
    MISSING_VALUES: "samples of the model have no value of it",
    CONSTANT: "all samples of the model have the same value",
    IDENTIFIER: "it names samples and groups none",
    ESTIMABLE: UNFITTED,
}
logger = logging.getLogger(__name__)


def adjust_for_covariates(
    fitted: Fit,
    formula: Formula,
    samples: pd.DataFrame,
    contrasts: Sequence[Contrast],
    genes: Mapping[str, pd.DataFrame],
    confounding: pd.DataFrame,
    panel: pd.DataFrame | None = None,
    *,
    options: Mapping[str, object],
    threads: int = 1,
) -> dict[str, pd.DataFrame]:
    """Fit the model once more with each column of the sheet that can be added, and call again.

    The formula gets the column as one more term, a main effect. Everything else is as in the study:
    dispersions, outliers and the rule of calling; shrinkage, which calls nothing, is left out.

    Parameters
    ----------
    fitted
        The model of the study; gives the counts and what they are divided by.
    formula, samples
        Its design, and the typed sheet.
    contrasts
        What is compared.
    genes
        Contrast to its table ``contrast_genes``: the calls before.
    confounding
        Table ``qc_confounding``, which says what can be added.
    panel
        Table ``markers``; None without a panel.
    options
        ``alpha``, ``independent_filtering`` and ``cooks``.
    threads
        Blocks of genes fitted at the same time.

    Returns
    -------
    dict
        Tables ``qc_adjusted`` and, with a panel, ``qc_adjusted_markers``; by column, then contrast.
    """
    asked = confounding[confounding["adjustment"] != IN_FORMULA]
    possible = asked.loc[asked["adjustment"] == ESTIMABLE, "column"].unique()[:MOST_FITS]
    rows, markers = [_rows("qc_adjusted")], [_rows("qc_adjusted_markers")]
    for column, entries in asked.groupby("column", sort=False):
        is_fitted = (entries["adjustment"] == ESTIMABLE) & (column in possible)
        refused = entries[~is_fitted]
        notes = refused["adjustment"].map(WHY_NOT)
        rows.append(_rows("qc_adjusted", refused[KEYS].assign(note=notes)))
        chosen = set(entries["contrast"]) - set(refused["contrast"])
        if not chosen:
            continue
        design = adjusted_design(formula, samples, str(column))
        logger.info("fitting the model with %s added", column)
        try:
            further = fit(
                fitted.counts,
                design,
                normalization=fitted.normalization,
                cooks=options["cooks"],
                plain=True,
                threads=threads,
            )
        except NoVariationError:
            rows.append(
                _rows("qc_adjusted", entries.loc[is_fitted, KEYS].assign(note=NO_VARIATION))
            )
            continue
        added = design.shape[1] - fitted.design.shape[1]
        for contrast in (one for one in contrasts if one.name in chosen):
            after = _tested(further, contrast, formula, samples, options)
            both = _before_and_after(genes[contrast.name], after, contrast)
            keys = {"contrast": contrast.name, "column": column, "adjustment": ESTIMABLE}
            counted = {**keys, "coefficients": added, **_calls(both)}
            rows.append(_rows("qc_adjusted", pd.DataFrame([counted])))
            if panel is not None:
                markers.append(_rows("qc_adjusted_markers", _of_panel(both, panel).assign(**keys)))
    tables = {"qc_adjusted": pd.concat(rows, ignore_index=True)}
    if panel is not None:
        tables["qc_adjusted_markers"] = pd.concat(markers, ignore_index=True)
    return tables


def _rows(table: str, given: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of a table, columns that are not given missing."""
    return pd.DataFrame(given, columns=describe(table).names, dtype=object)


def _tested(
    fitted: Fit,
    contrast: Contrast,
    formula: Formula,
    samples: pd.DataFrame,
    options: Mapping[str, object],
) -> pd.DataFrame:
    """Table ``contrast_genes`` of a model with more columns, as far as calls need it."""
    weights = contrast.weights(formula, samples).reindex(fitted.design.columns, fill_value=0.0)
    chosen = Options(lfc_threshold=contrast.rule.lfc_threshold, shrinkage="none", **options)
    table = contrast_table(fitted, weights, chosen, compared=contrast.compared(samples))
    return table.assign(direction=contrast.rule.direction(table))


def _before_and_after(
    before: pd.DataFrame, after: pd.DataFrame, contrast: Contrast
) -> pd.DataFrame:
    """Estimates and calls of every gene by both models, index ``gene_id``."""
    columns = ["log2FoldChange", contrast.rule.column, "direction"]
    names = {"log2FoldChange": "log2FoldChange", contrast.rule.column: "padj", "direction": "way"}
    tables = [one.set_index("gene_id")[columns].rename(columns=names) for one in (before, after)]
    both = tables[0].join(tables[1], lsuffix="_before", rsuffix="_after")
    both.insert(0, "gene_name", before.set_index("gene_id")["gene_name"])
    for when in WHEN:
        both[f"called_{when}"] = both[f"way_{when}"].isin(DIRECTIONS)
    return both


def _calls(both: pd.DataFrame) -> dict[str, int]:
    counts = {f"called_{when}": int(both[f"called_{when}"].sum()) for when in WHEN}
    same = both["called_before"] & (both["way_before"] == both["way_after"])
    return {**counts, "called_both": int(same.sum())}


def _of_panel(both: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Rows of the genes of the panel that are in the counts, each once, in its order."""
    found = panel["gene_id"].dropna().unique()
    return both.loc[found].rename_axis("gene_id").reset_index()
