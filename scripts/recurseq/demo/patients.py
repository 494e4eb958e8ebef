"""Simulated patients of four liver-cancer studies, with the truth they were made with.

Every patient is simulated; no patient's data are used. Sizes and effects follow what the studies
published, and nothing here reproduces a published number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.base.tables import describe

INTERVAL, AT_LEAST, CAUTIONED = "inside the 95 % interval", "at least", "cautioned"
DAYS_PER_MONTH = 30.4375
SMALLEST_TIME = 0.03  # months: one day


@dataclass(frozen=True)
class SimulatedPatients:
    """A simulated cohort.

    Attributes
    ----------
    clinical
        The clinical table.
    truth
        Table ``clinical_truth``.
    hidden
        True values of single patients, which no analysis reads.
    assays
        Assay to its table of wells.
    """

    clinical: pd.DataFrame
    truth: pd.DataFrame
    hidden: pd.DataFrame
    assays: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def truth_table(rows: list[tuple[str, float, str, str]]) -> pd.DataFrame:
    """Return table ``clinical_truth``."""
    return pd.DataFrame(rows, columns=describe("clinical_truth").names)


def generator(seed: int, cohort: int) -> np.random.Generator:
    """Return the source of random numbers of one cohort."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(cohort,)))


def numbered(letter: str, count: int) -> list[str]:
    """Name patients by their cohort: ``V001``."""
    return [f"{letter}{number:03d}" for number in range(1, count + 1)]


def months(values: np.ndarray) -> np.ndarray:
    """Round times as a clinic would write them, none of them 0."""
    return np.maximum(values, SMALLEST_TIME).round(2)


def with_missing(
    values: pd.Series | np.ndarray, share: float, random: np.random.Generator
) -> pd.Series:
    """Take away a share of the values at random."""
    series = pd.Series(values).astype(object)
    return series.mask(random.random(len(series)) < share)
