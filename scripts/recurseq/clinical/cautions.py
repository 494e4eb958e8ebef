"""What a reader must know beside a number: what a caution is, and the table of all.

Modules ``*_cautions`` hold the sentences: pure functions that return a caution, or None where there
is nothing to say. Severity ``stop`` means that the analysis left the number out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe, put_together

SEVERITIES = STOP, WARN, NOTE = "stop", "warn", "note"  # the gravest first
ALPHA = 0.05
EVENTS_TO_WARN, EVENTS_TO_STOP = 10, 5  # per parameter
FEWEST_CLUSTERS = 10
FEWEST_AT_RISK = 10


@dataclass(frozen=True)
class Caution:
    """One caution.

    Attributes
    ----------
    code
        What kind it is.
    severity
        ``stop``, ``warn`` or ``note``.
    analysis
        Section and name, such as ``survival.dfs``.
    message
        A sentence.
    number
        The number it is about, as text.
    """

    code: str
    severity: str
    analysis: str
    message: str
    number: str = ""


def as_table(cautions: Iterable[Caution | None]) -> pd.DataFrame:
    """Return table ``clinical_cautions``; empty places are passed over, repeated ones told once."""
    kept = dict.fromkeys(one for one in cautions if one is not None)
    rows = [(c.code, c.severity, c.analysis, c.message, c.number or None) for c in kept]
    return pd.DataFrame(rows, columns=describe("clinical_cautions").names, dtype=object)


def shown(value: float) -> str:
    """Write a number in a caution."""
    return "NA" if np.isnan(value) else f"{value:.3g}"


def percent(value: float) -> str:
    """Write a share in a caution."""
    return "NA" if np.isnan(value) else f"{100 * value:.1f} %"


def reconstructed(analysis: str) -> Caution:
    """Say that numbers which look like those of a publication are not."""
    message = (
        "The patients are simulated after the figures of a publication: no number here reproduces "
        "or confirms a published one."
    )
    return Caution("reconstructed", NOTE, analysis, message)


def gather(parts: Iterable[pd.DataFrame], *, simulated: bool) -> pd.DataFrame:
    """Put the cautions of all analyses together, the gravest first, repeated ones told once.

    Parameters
    ----------
    parts
        Tables ``clinical_cautions``.
    simulated
        Whether the patients are simulated after a publication.
    """
    own = [as_table([reconstructed("study")])] if simulated else []
    table = put_together([*own, *parts], "clinical_cautions").drop_duplicates()
    place = table["severity"].map(SEVERITIES.index)
    return table.loc[place.sort_values(kind="stable").index].reset_index(drop=True)
