"""Calls of the demo study against the truth they were simulated with."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.contrast import Contrast
from recurseq.evidence.support import CARRIED, CONFIRMED
from recurseq.evidence.verdict import ABOVE, LIKE

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


def has_truth(truth: pd.DataFrame, contrast: Contrast) -> bool:
    """Whether both sides of a contrast are simulated levels."""
    sides = (contrast.numerator, contrast.denominator)
    return all(side and {f"log2_{level}" for level in side} <= set(truth) for side in sides)


def in_a_subset(truth: pd.DataFrame) -> pd.Series:
    """Tell which genes are high in some tumours only, by gene_id."""
    shares = truth[[name for name in truth if name.startswith("subset_") and name != "subset_fold"]]
    return (shares > 0).any(axis=1).set_axis(truth["gene_id"])


def check_calls(difference: pd.Series, results: pd.DataFrame, alpha: float) -> dict[str, float]:
    """Count true and false calls of one contrast.

    Parameters
    ----------
    difference
        Simulated log2 fold change of every gene, by gene_id.
    results
        Columns ``gene_id``, ``log2FoldChange`` and ``padj`` of the contrast, in any order.
    alpha
        A gene counts as called when its padj is below.

    Returns
    -------
    dict
        The columns of table ``demo_check`` from ``alpha`` to ``wrong_sign``. Only genes with a padj
        count as tested; power refers to all truly changed genes, tested or not. ``observed_fdr`` is
        0 when nothing is called, ``power`` is missing when nothing changes.
    """
    found = results.set_index("gene_id").reindex(difference.index)
    padj = found["padj"].to_numpy(dtype=float)
    estimate = found["log2FoldChange"].to_numpy(dtype=float)
    changed, called = difference.to_numpy() != 0, padj < alpha
    wrong = called & changed & (np.sign(estimate) != np.sign(difference.to_numpy()))
    names = ("called", "false_calls", "observed_fdr", "power")
    return {
        "alpha": alpha,
        "tested": int(np.isfinite(padj).sum()),
        "truly_changed": int(changed.sum()),
        **dict(zip(names, _rates(called, changed), strict=True)),
        "wrong_sign": int(wrong.sum()),
    }


def check_support(
    difference: pd.Series, subset: pd.Series, evidence: pd.DataFrame
) -> dict[str, float]:
    """Hold what stands behind the calls of one contrast against the truth.

    Parameters
    ----------
    difference
        As for `check_calls`.
    subset
        Whether a gene was simulated high in some tumours only, by gene_id.
    evidence
        Columns ``gene_id`` and ``support`` of table ``contrast_evidence``.

    Returns
    -------
    dict
        The columns of table ``demo_check`` from ``confirmed`` to ``carried_subset``.
    """
    support = evidence.set_index("gene_id")["support"].reindex(difference.index)
    confirmed = (support == CONFIRMED).to_numpy()
    carried = (support == CARRIED).to_numpy()
    names = ("confirmed", "false_confirmed", "confirmed_fdr", "confirmed_power")
    return {
        **dict(zip(names, _rates(confirmed, difference.to_numpy() != 0), strict=True)),
        "carried_by_few": int(carried.sum()),
        "carried_subset": int((carried & subset.reindex(difference.index).to_numpy()).sum()),
    }


def check_verdict(difference: pd.Series, verdict: str | None) -> dict[str, object]:
    """Say whether the verdict of a contrast is right: above chance exactly when a gene changes.

    NA for a contrast without a verdict, or whose labels could not be tested.
    """
    right = ABOVE if (difference != 0).any() else LIKE
    agrees = verdict == right if verdict in (ABOVE, LIKE) else None
    return {"verdict": verdict, "verdict_agrees": agrees}


def _rates(called: np.ndarray, changed: np.ndarray) -> tuple[int, int, float, float]:
    """Count calls and false ones; their share, and the share of changed genes that is called."""
    false, number = int((called & ~changed).sum()), int(called.sum())
    power = int((called & changed).sum()) / int(changed.sum()) if changed.any() else np.nan
    return number, false, false / max(number, 1), power


def check_contrast(
    name: str,
    difference: pd.Series,
    subset: pd.Series,
    results: pd.DataFrame,
    evidence: pd.DataFrame,
    verdict: str | None,
    alpha: float,
) -> dict[str, object]:
    """Return a row of table ``demo_check``; arguments as above."""
    return {
        "contrast": name,
        **check_calls(difference, results, alpha),
        **check_support(difference, subset, evidence),
        **check_verdict(difference, verdict),
    }


def calls_against_truth(
    truth: pd.DataFrame,
    contrasts: Sequence[Contrast],
    results: Sequence[pd.DataFrame],
    evidence: Sequence[pd.DataFrame],
    verdicts: Mapping[str, str],
    alpha: float,
) -> pd.DataFrame:
    """Check every contrast between simulated levels.

    Parameters
    ----------
    truth
        Table ``demo_truth``.
    contrasts, results, evidence
        One table ``contrast_genes`` and one ``contrast_evidence`` per contrast, in this order.
    verdicts
        Name of a contrast to its verdict.
    alpha
        Adjusted p-value of a call.

    Returns
    -------
    pandas.DataFrame
        Table ``demo_check``. A contrast that is not one of simulated levels has no truth to be
        held against: it has no row, and the log says so.
    """
    rows, subset = [], in_a_subset(truth)
    for contrast, *tables in zip(contrasts, results, evidence, strict=True):
        if not has_truth(truth, contrast):
            log.info("contrast %s has no simulated truth and is not checked", contrast.name)
            continue
        difference = true_difference(truth, contrast.numerator, contrast.denominator)
        verdict = verdicts.get(contrast.name)
        rows.append(check_contrast(contrast.name, difference, subset, *tables, verdict, alpha))
    return check_table(rows)


def check_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Put rows of `check_contrast` together to table ``demo_check``."""
    table = pd.DataFrame(rows, columns=describe("demo_check").names)
    return table.astype({"verdict_agrees": "boolean"})


def report(check: pd.DataFrame) -> str:
    """Return table ``demo_check`` as text for the terminal, in two parts."""
    alphas = ", ".join(f"{alpha:g}" for alpha in check["alpha"].unique())
    head = ["contrast", "truly_changed"]
    calls = ["called", "false_calls", "observed_fdr", "power", "wrong_sign"]
    support = ["confirmed", "false_confirmed", "confirmed_fdr", "confirmed_power"]
    parts = (
        (f"calls at padj < {alphas} against the simulated truth", [*head, *calls]),
        (
            "confirmed calls, and the verdict on shuffled labels",
            [*head, *support, "carried_by_few", "verdict"],
        ),
    )
    rounded = check.round(3)
    return "\n\n".join(
        f"Simulated data: {title}\n{rounded[columns].to_string(index=False, na_rep='-')}"
        for title, columns in parts
    )
