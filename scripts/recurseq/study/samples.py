"""The sample sheet: read, restricted by `keep`, and typed for the model."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recurseq.base.errors import InputError
from recurseq.design.formula import parse_formula
from recurseq.io.sheets import MISSING_TEXTS, read_sheet
from recurseq.study.merging import libraries, merged_rows
from recurseq.study.model import CohortSettings


def read_samples(cohort: CohortSettings) -> pd.DataFrame:
    """Read the sample sheet of a study that passed its checks.

    Parameters
    ----------
    cohort
        Settings of the samples, which passed their checks.

    Returns
    -------
    pandas.DataFrame
        Kept samples, indexed by sample name (as written) and sorted by it, so that the order of
        the sheet never shows in a result. Columns of the formula: categorical with the level order
        of the design when listed in ``levels`` or when they hold text, else numbers. Other columns:
        numbers when every value is one, else text with None for missing.

    Raises
    ------
    recurseq.base.errors.InputError
        When the sheet cannot be read.
    """
    kept = kept_samples(read_sheet(cohort.samples_path), cohort)
    merged = merged_rows(kept, cohort).set_index(cohort.sample_id)
    return typed_samples(merged, cohort).sort_index(kind="stable")


def kept_names(cohort: CohortSettings) -> list[str] | None:
    """Names of the kept samples in the counts, or None when the sheet cannot even tell those."""
    sheet = _telling_sheet(cohort)
    return None if sheet is None else list(kept_samples(sheet, cohort)[cohort.sample_id])


def sheet_of_kept(cohort: CohortSettings) -> pd.DataFrame | None:
    """Rows of the kept samples as text, by sample; None when the sheet cannot tell them."""
    sheet = _telling_sheet(cohort)
    if sheet is None:
        return None
    return merged_rows(kept_samples(sheet, cohort), cohort).set_index(cohort.sample_id)


def kept_libraries(cohort: CohortSettings) -> dict[str, list[str]]:
    """Names in the counts of each kept sample; none when the sheet cannot tell them."""
    sheet = _telling_sheet(cohort)
    return {} if sheet is None else libraries(kept_samples(sheet, cohort), cohort)


def left_out_names(cohort: CohortSettings) -> list[str]:
    """Names of the samples that `keep` leaves out; none when the sheet cannot tell them."""
    sheet = _telling_sheet(cohort)
    if sheet is None:
        return []
    return list(sheet.drop(kept_samples(sheet, cohort).index)[cohort.sample_id])


def _telling_sheet(cohort: CohortSettings) -> pd.DataFrame | None:
    """Read the sheet, if it can be read and has the columns that say which samples are kept."""
    try:
        sheet = read_sheet(cohort.samples_path)
    except InputError:
        return None
    return sheet if {cohort.sample_id, *cohort.keep} <= set(sheet.columns) else None


def kept_samples(sheet: pd.DataFrame, cohort: CohortSettings) -> pd.DataFrame:
    """Rows of the sheet that `keep` leaves in."""
    for column, levels in cohort.keep.items():
        sheet = sheet[sheet[column].isin(levels)]
    return sheet


def typed_samples(sheet: pd.DataFrame, cohort: CohortSettings) -> pd.DataFrame:
    """Give every column its type; see `read_samples`."""
    in_formula = set(parse_formula(cohort.formula).variables)
    columns = {}
    for name, texts in sheet.items():
        present = without_missing(texts)
        if name in in_formula and (name in cohort.levels or not is_numeric(present)):
            columns[name] = pd.Categorical(present, categories=factor_levels(name, present, cohort))
        elif is_numeric(present):
            columns[name] = pd.to_numeric(present, errors="coerce").to_numpy(dtype=float)
        else:
            columns[name] = present.astype(object).where(present.notna(), None)
    return pd.DataFrame(columns, index=sheet.index)


def without_missing(texts: pd.Series) -> pd.Series:
    """Replace the words for a missing value by missing."""
    return texts.where(~texts.isin(MISSING_TEXTS))


def is_numeric(values: pd.Series) -> bool:
    """Whether every present value is a finite number (and there is one)."""
    present = values.dropna()
    numbers = pd.to_numeric(present, errors="coerce")
    return len(present) > 0 and bool((numbers.notna() & (numbers.abs() < float("inf"))).all())


def factor_levels(name: str, values: Iterable[str], cohort: CohortSettings) -> list[str]:
    """Level order of a factor: as listed in the design, else sorted."""
    if name in cohort.levels:
        return list(dict.fromkeys(cohort.levels[name]))
    return sorted({value for value in values if isinstance(value, str)})
