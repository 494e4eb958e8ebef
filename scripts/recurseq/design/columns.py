"""A column of the sample sheet as a variable: number or labels, and its columns in a model."""

from __future__ import annotations

import numpy as np
import pandas as pd

NUMERIC, CATEGORICAL = "numeric", "categorical"
MOST_CODES = 6  # different whole numbers that still look like labels
MOST_LEVELS = 1 / 2  # of the samples; above, a column of labels names samples and groups none


def kind_of(values: pd.Series) -> str:
    """Return whether a column holds numbers or labels.

    Up to six different whole numbers, each for two samples on average or more, are labels: batches
    and stages are often coded so.

    Parameters
    ----------
    values
        One column of the typed sheet.
    """
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return CATEGORICAL
    present = values.dropna()
    most = min(MOST_CODES, len(present) * MOST_LEVELS)
    is_code = present.nunique() <= most and bool((present % 1 == 0).all())
    return CATEGORICAL if is_code else NUMERIC


def labels(values: pd.Series) -> pd.Series:
    """Return labels as text, whole numbers without decimals; missing ones stay missing."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.map(lambda number: f"{number:.15g}", na_action="ignore").astype(object)
    return values.astype(object).map(str, na_action="ignore")


def is_identifier(values: pd.Series) -> bool:
    """Whether a column of labels has more than one level for every two of its samples."""
    present = values.dropna()
    return present.nunique() > len(present) * MOST_LEVELS


def coded(values: pd.Series, kind: str) -> pd.DataFrame | None:
    """Return what a column adds to a model with an intercept.

    Parameters
    ----------
    values
        Without missing values.
    kind
        As `kind_of` returns it.

    Returns
    -------
    pandas.DataFrame or None
        A standardised number, or an indicator of each level but the first; None when the column is
        constant, not finite or an identifier, and so says nothing of groups of samples.
    """
    if kind == NUMERIC:
        numbers = values.to_numpy(dtype=float)
        if len(numbers) < 3 or not np.isfinite(numbers).all() or np.ptp(numbers) == 0:
            return None
        standard = (numbers - numbers.mean()) / numbers.std()
        return pd.DataFrame({str(values.name): standard}, index=values.index)
    texts = labels(values)
    levels = sorted(texts.unique())
    if len(levels) < 2 or is_identifier(texts):
        return None
    columns = {f"{values.name}[{level}]": texts == level for level in levels[1:]}
    return pd.DataFrame(columns, index=values.index).astype(float)
