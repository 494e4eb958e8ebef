"""Calls of the demo study against the truth they were simulated with."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.contrast import Contrast

UNCHANGED = 1e-9  # log2; averages of levels carry rounding

log = logging.getLogger(__name__)


def true_difference(
    truth: pd.DataFrame, numerator: Sequence[str], denominator: Sequence[str]
) -> pd.Series:
    """Return the simulated log2 fold change of a contrast, by gene_id.

    Several levels on a side are averaged on the log2 scale, as a contrast of the model does. A
    difference that is 0 but for rounding is returned as 0.
    """
    sides = [
        truth[[f"log2_{level}" for level in levels]].mean(axis=1)
        for levels in (numerator, denominator)
    ]
    difference = sides[0] - sides[1]
    return difference.mask(difference.abs() < UNCHANGED, 0.0).set_axis(truth["gene_id"])


def check_calls(
    truth: pd.DataFrame,
    results: pd.DataFrame,
    numerator: Sequence[str],
    denominator: Sequence[str],
    alpha: float,
) -> dict[str, float]:
    """Count true and false calls of one contrast.

    Parameters
    ----------
    truth
        Table ``demo_truth``.
    results
        Columns ``gene_id``, ``log2FoldChange`` and ``padj`` of the contrast, in any order.
    numerator, denominator
        Levels of the contrast.
    alpha
        A gene counts as called when its padj is below.

    Returns
    -------
    dict
        The columns of table ``demo_check`` from ``alpha`` on. Only genes with a padj count as
        tested; power refers to all truly changed genes, tested or not. ``observed_fdr`` is 0 when
        nothing is called, ``power`` is missing when nothing changes.
    """
    found = results.set_index("gene_id").reindex(truth["gene_id"])
    difference = true_difference(truth, numerator, denominator).to_numpy()
    padj = found["padj"].to_numpy(dtype=float)
    estimate = found["log2FoldChange"].to_numpy(dtype=float)
    changed, called = difference != 0, padj < alpha
    false_calls = int((called & ~changed).sum())
    return {
        "alpha": alpha,
        "tested": int(np.isfinite(padj).sum()),
        "truly_changed": int(changed.sum()),
        "called": int(called.sum()),
        "false_calls": false_calls,
        "observed_fdr": false_calls / max(int(called.sum()), 1),
        "power": int((called & changed).sum()) / int(changed.sum()) if changed.any() else np.nan,
        "wrong_sign": int((called & changed & (np.sign(estimate) != np.sign(difference))).sum()),
    }


def calls_against_truth(
    truth: pd.DataFrame,
    results: Sequence[pd.DataFrame],
    contrasts: Sequence[Contrast],
    alpha: float,
) -> pd.DataFrame:
    """Check every contrast between simulated levels.

    Parameters
    ----------
    truth
        Table ``demo_truth``.
    results
        One table ``contrast_genes`` per contrast.
    contrasts
        In the same order.
    alpha
        Adjusted p-value of a call.

    Returns
    -------
    pandas.DataFrame
        Table ``demo_check``. A contrast that is not one of simulated levels has no truth to be
        held against: it has no row, and the log says so.
    """
    rows = []
    for contrast, table in zip(contrasts, results, strict=True):
        sides = (contrast.numerator, contrast.denominator)
        if not all(side and {f"log2_{x}" for x in side} <= set(truth.columns) for side in sides):
            log.info("contrast %s has no simulated truth and is not checked", contrast.name)
            continue
        rows.append({"contrast": contrast.name, **check_calls(truth, table, *sides, alpha)})
    return pd.DataFrame(rows, columns=describe("demo_check").names)


def report(check: pd.DataFrame) -> str:
    """Return table ``demo_check`` as text for the terminal."""
    shown = check.assign(
        observed_fdr=[f"{value:.3f}" for value in check["observed_fdr"]],
        power=[f"{value:.3f}" for value in check["power"]],
    ).drop(columns="alpha")
    alphas = ", ".join(f"{alpha:g}" for alpha in check["alpha"].unique())
    title = f"Simulated data: calls at padj < {alphas} against the simulated truth"
    return f"{title}\n{shown.to_string(index=False)}"
