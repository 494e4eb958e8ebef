"""How well a risk model predicts, in sentences: other patients first, nothing without interval."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from recurseq.base.text import listed
from recurseq.risk.centres_rows import FURTHER, TOGETHER
from recurseq.risk.judged import SLOPE
from recurseq.risk.performance_rows import BY_CENTRE, LEFT_OUT, VALIDATION
from recurseq.risk.settings import Risk
from recurseq.risk.told import WORDS, judged_first, ranking, told


def headline(risk: Risk, table: pd.DataFrame | None) -> str:
    """Say how well a model predicts in other patients; by resampling where nobody else was judged.

    Parameters
    ----------
    risk
        Entry of the section ``risk``.
    table
        Table ``risk_performance``; None where there is none.
    """
    data = None if table is None else judged_first(table)
    if data is None:
        return "How well it predicts was not judged"
    rank, slope = told(table, data, ranking(table)), told(table, data, SLOPE)
    values = listed(f"{one.name} {one.text}" for one in (rank, slope) if one is not None)
    by = "" if risk.horizon is None else f" by {risk.horizon:g} months"
    size = "" if rank is None else f"{rank.n:,} patients with {rank.events:,} events{by}"
    if data == VALIDATION:
        return f"In other patients ({risk.validate}: {size}): {values}"
    nobody = "Nobody else was" if risk.validate is None else "No other patients could be"
    return f"{nobody} judged; in its own {size}, less the optimism: {values}"


def centres(table: pd.DataFrame) -> list[str]:
    """Say how a model does in centres, and what a further one may expect.

    Parameters
    ----------
    table
        Table ``risk_performance``.
    """
    return [*_by_centre(table), *_left_out(table)]


def _by_centre(table: pd.DataFrame) -> Iterator[str]:
    measure = ranking(table)
    own = table[
        (table["data"] == BY_CENTRE) & (table["measure"] == measure) & table["estimate"].notna()
    ]
    if len(own) > 1:
        low, high = own["estimate"].min(), own["estimate"].max()
        yield (
            f"In {len(own)} centres of the validation its {WORDS[measure]} lies between {low:.2f} "
            f"and {high:.2f}."
        )


def _left_out(table: pd.DataFrame) -> Iterator[str]:
    left = table[(table["data"] == LEFT_OUT) & table["estimate"].notna()]
    measure = ranking(table)
    number = left.loc[left["measure"] == measure, "centre"].nunique()
    mean, further = (told(table, data, measure) for data in (TOGETHER, FURTHER))
    if mean is not None and further is not None:
        yield (
            f"Made without each of {number} centres in turn and judged there, its "
            f"{mean.name} is {mean.text} in the mean; that of a further centre is expected "
            f"between {further.lower:.2f} and {further.upper:.2f}."
        )
    elif number:
        yield (
            f"{number} centres were left out of the making in turn and predicted. Fewer than three "
            "do not tell how much a further centre may differ."
        )
