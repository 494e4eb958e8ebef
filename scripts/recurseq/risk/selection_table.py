"""How often each term of a model that chooses its terms is kept in resamples."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from recurseq.base.tables import describe


def selection_table(
    candidates: Sequence[str],
    chosen: Collection[str],
    resamples: Sequence[Collection[str]] = (),
) -> pd.DataFrame:
    """Return table ``risk_selection``.

    Parameters
    ----------
    candidates
        Names of all terms, interactions among them.
    chosen
        Those of the model.
    resamples
        Those of the model of each resample.

    References
    ----------
    Heinze, Wallisch and Dunkler, Biom. J. 60, 431 (2018): inclusion frequencies.
    """
    count = len(resamples)
    rows = []
    for name in candidates:
        times = sum(name in kept for kept in resamples)
        rows.append(
            {
                "term": name,
                "chosen": name in chosen,
                "resamples": count,
                "times": times,
                "share": times / count if count else None,
            }
        )
    return pd.DataFrame(rows, columns=describe("risk_selection").names)
