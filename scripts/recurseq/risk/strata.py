"""Strata of risk: patients divided at fixed risks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.risk.settings import Strata


def stratum_of(strata: Strata, risk: np.ndarray) -> np.ndarray:
    """Return the place of each patient's stratum; -1 for a missing risk.

    A risk at a cut belongs to the higher stratum.
    """
    place = np.searchsorted(np.array(strata.cuts), risk, side="right")
    return np.where(np.isnan(risk), -1, place)


def stratum_names(strata: Strata, risk: np.ndarray) -> list[str | None]:
    """Return the name of each patient's stratum; None for a missing risk."""
    names = (*strata.names, None)
    return [names[place] for place in stratum_of(strata, risk)]


def stratum_by_patient(strata: Strata, table: pd.DataFrame) -> pd.Series:
    """Return the stratum of each patient of table ``risk_patients`` as levels from low to high."""
    levels = pd.Categorical(table["stratum"], categories=list(strata.names), ordered=True)
    return pd.Series(levels, index=table["patient_id"].to_numpy())


def falls(rates: Sequence[float]) -> np.ndarray:
    """Say which strata have a rate below that of a lower one; those without patients have none."""
    rates = np.asarray(rates, dtype=float)
    return rates < np.fmax.accumulate(rates)
