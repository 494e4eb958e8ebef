"""The groups of a study's samples: levels of the main factor."""

from __future__ import annotations

import pandas as pd

ALL_SAMPLES = "all samples"


def sample_groups(sheet: pd.DataFrame, factor: str) -> pd.Series:
    """Return the group of every sample as a categorical; one group without a factor.

    Parameters
    ----------
    sheet
        The typed sample sheet, index = sample.
    factor
        Name of the main factor, "" for none.

    Returns
    -------
    pandas.Series
        The categories are the levels that some sample has, as text, in the order of the design.
    """
    if not factor:
        return pd.Series(pd.Categorical([ALL_SAMPLES] * len(sheet)), index=sheet.index)
    texts = sheet[factor].astype(str)
    if isinstance(sheet[factor].dtype, pd.CategoricalDtype):
        levels = [str(level) for level in sheet[factor].cat.categories]
    else:
        levels = sorted(set(texts[sheet[factor].notna()]))
    used = [level for level in levels if (texts == level).any()]
    return pd.Series(pd.Categorical(texts, categories=used), index=sheet.index)
