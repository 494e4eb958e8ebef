"""What each further column of the sample sheet would do to the calls, were it in the formula."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from recurseq.base.tables import describe
from recurseq.deseq import Fit, Options, contrast_table, fit
from recurseq.design.adjustment import ESTIMABLE, adjusted_design
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula

KEYS = ["contrast", "column", "adjustment"]
CALLED = ["called_before", "called_after", "called_both"]
WHY_NOT = {
    "not_estimable": "the contrast and the column cannot be told apart",
    "nothing_new": "the formula says it already",
    "too_many_levels": "more than half of the residual degrees of freedom would go to its levels",
    "missing_values": "samples of the model have no value of it",
    "constant": "all samples of the model have the same value",
    "identifier": "it names samples and groups none",
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
    normalization: Mapping[str, object],
    options: Mapping[str, object],
    threads: int = 1,
) -> dict[str, pd.DataFrame]:
    """Fit the model once more with each column of the sheet that can be added, and call again.

    The formula gets the column as one more term, a main effect. Everything else is as in the study:
    dispersions, outliers and the rule of calling; shrinkage, which calls nothing, is left out.

    Parameters
    ----------
    fitted
        The model of the study; gives the counts, and is not changed.
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
    normalization
        Arguments of `recurseq.deseq.normalize`, the same as for the model.
    options
        ``alpha``, ``independent_filtering`` and ``cooks``.
    threads
        Blocks of genes fitted at the same time.

    Returns
    -------
    dict
        Tables ``qc_adjusted`` and, with a panel, ``qc_adjusted_markers``; by column, then contrast.
    """
    asked = confounding[confounding["adjustment"] != "in_formula"]
    rows, markers = [], []
    for column, entries in asked.groupby("column", sort=False):
        adjusted = None
        if ESTIMABLE in set(entries["adjustment"]):
            design = adjusted_design(formula, samples, str(column))
            logger.info("fitting the model with %s added", column)
            adjusted = fit(
                fitted.counts, design, cooks=options["cooks"], threads=threads, **normalization
            )
        by_contrast = entries.set_index("contrast")["adjustment"]
        for contrast in contrasts:
            if contrast.name not in by_contrast:
                continue
            code = by_contrast[contrast.name]
            row = {"contrast": contrast.name, "column": column, "adjustment": code}
            if code != ESTIMABLE:
                rows.append({**row, "note": WHY_NOT[code]})
                continue
            before = genes[contrast.name].set_index("gene_id")
            after = _tested(adjusted, contrast, formula, samples, options)
            added = adjusted.design.shape[1] - fitted.design.shape[1]
            rows.append({**row, "coefficients": added, **_calls(before, after)})
            if panel is not None:
                markers.append(_panel(panel, contrast, str(column), before, after))
    tables = {"qc_adjusted": pd.DataFrame(rows, columns=describe("qc_adjusted").names)}
    if panel is not None:
        names = describe("qc_adjusted_markers").names
        tables["qc_adjusted_markers"] = pd.concat(
            [pd.DataFrame(columns=names), *markers], ignore_index=True
        ) if markers else pd.DataFrame(columns=names)
    return tables
