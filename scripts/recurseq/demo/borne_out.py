"""Which calls of the demo its second cohort bears out: true ones, and false ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.demo.check import has_truth, true_difference
from recurseq.design.contrast import Contrast

KINDS = {"changed": True, "unchanged": False}


def replication_against_truth(
    truth: pd.DataFrame, contrasts: Sequence[Contrast], study: str, calls: pd.DataFrame
) -> pd.DataFrame:
    """Count how many true and how many false calls the second cohort bears out.

    Parameters
    ----------
    truth
        Table ``demo_truth``.
    contrasts
        Contrasts of the study; those without simulated truth have no row.
    study, calls
        Name of the second cohort, and its table ``replication_genes``.

    Returns
    -------
    pandas.DataFrame
        Table ``demo_replication``: for each contrast the calls of truly changed genes (with the
        direction that was simulated) and all others.
    """
    rows = []
    for contrast in contrasts:
        own = calls[calls["contrast"] == contrast.name]
        if own.empty or not has_truth(truth, contrast):
            continue
        planted = true_difference(truth, contrast.numerator, contrast.denominator)
        found = planted.reindex(own["gene_id"]).to_numpy()
        right = (found != 0) & (np.sign(found) == np.sign(own["log2FoldChange"].to_numpy()))
        rows += [
            {
                "study": study,
                "contrast": contrast.name,
                "truth": kind,
                **_counts(own[right == true]),
            }
            for kind, true in KINDS.items()
        ]
    return pd.DataFrame(rows, columns=describe("demo_replication").names)


def _counts(calls: pd.DataFrame) -> dict[str, float]:
    found = calls[calls["same_direction"].notna()]
    same, replicated = (
        int(found[name].fillna(False).sum()) for name in ("same_direction", "replicated")
    )
    share = {"same_direction": same, "replicated": replicated}
    return {
        "called": len(calls),
        "found": len(found),
        **share,
        **{
            f"{name}_share": value / len(found) if len(found) else np.nan
            for name, value in share.items()
        },
    }
