"""What was known of patients by a month, and from which moment a covariate counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.clinical.patients import Patients


def known_by(patients: Patients, variable: str, months: np.ndarray, limit: float) -> pd.Series:
    """Return a variable as it was known at a landmark.

    A value that became known later counts as the reference (a number as missing): no surgery yet.

    Parameters
    ----------
    patients
        Those of the analysis.
    variable
        Column with levels, or a number.
    months
        When each patient's value became known; missing where it did not.
    limit
        The landmark.
    """
    values = patients.values(variable)
    with np.errstate(invalid="ignore"):
        later = months > limit
    return before_known(values, later)


def before_known(values: pd.Series, not_yet: np.ndarray) -> pd.Series:
    """Replace values that are not known yet by the reference level; a number by missing."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.mask(not_yet, values.cat.categories[0])
    return values.mask(not_yet)
