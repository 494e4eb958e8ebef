"""Centres: each judged for itself, and each left out of the making in turn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from recurseq.clinical.model_rows import Rows
from recurseq.risk.judged import Predicted, predicted_over
from recurseq.risk.recipe import Recipe
from recurseq.study.clinical_names import centre_column

MOST = 50  # a column of more values, such as matched sets, names no centres
FEWEST = 5  # patients with the event and without it, in a centre that is judged


def centres_of(recipe: Recipe, names: pd.Index) -> np.ndarray | None:
    """Return the centre of each of some patients; None where no column names centres.

    Parameters
    ----------
    recipe
        Of the model.
    names
        Patients.
    """
    column = centre_column(recipe.model.cluster, recipe.model.strata)
    if column is None:
        return None
    found = recipe.patients.values(column).reindex(names).astype(object).to_numpy().astype(str)
    return found if 2 <= len(set(found)) <= MOST else None


def enough(found: Predicted) -> bool:
    """Whether a centre has patients enough to be judged."""
    events = found.answers.events
    return min(events, len(found) - events) >= FEWEST


def left_out(
    recipe: Recipe, rows: Rows, centres: np.ndarray
) -> Iterator[tuple[str, Predicted | None]]:
    """Make the model without each centre and predict its patients.

    Yields
    ------
    (str, Predicted or None)
        The centre; None where the others give no model.

    References
    ----------
    Steyerberg and Harrell, J. Clin. Epidemiol. 69, 245 (2016): internal-external cross-validation.
    """
    for name in sorted(set(centres)):
        inside = centres == name
        others, own = rows.take(~inside), rows.take(inside)
        made = recipe.made(others)
        if made is None:
            yield name, None
        else:
            yield name, predicted_over(made, [full for _, full in recipe.filled(others, own)])
