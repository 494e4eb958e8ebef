"""The sample sheet: read, restricted by `keep`, and typed for the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from recurseq.base.errors import InputError
from recurseq.design.formula import parse_formula
from recurseq.io.sheets import MISSING_TEXTS, read_sheet, read_sheet_and_notes
from recurseq.study.merging import libraries, merged_rows
from recurseq.study.model import CohortSettings

MOSTLY = 0.5
CLEARLY = 0.8
# Numbers as people write them, with a limit before or a unit behind.
_LIKE_A_NUMBER = re.compile(
    r"[<>≤≥~=]*\s*[-+]?\d[\d.,' ]*(e[-+]?\d+)?\s*[^\W\d]{0,6}[%²³]?", re.IGNORECASE
)


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
    kept = kept_samples(study_sheet(cohort), cohort)
    merged = merged_rows(kept, cohort).set_index(cohort.sample_id)
    return typed_samples(merged, cohort).sort_index(kind="stable")


def study_sheet(cohort: CohortSettings) -> pd.DataFrame:
    """Read the sheet of a study as text; cells that mean missing by its configuration are empty.

    Raises
    ------
    recurseq.base.errors.InputError
        When the sheet cannot be read.
    """
    sheet = read_sheet(cohort.samples_path, cohort.sample_id)
    return without_words(sheet, cohort.missing, cohort.sample_id)


def without_words(sheet: pd.DataFrame, words: Iterable[str], sample_id: str) -> pd.DataFrame:
    """Empty the cells that hold a word for missing, but for names of samples."""
    meant = sheet.isin(list(words))
    meant.loc[:, meant.columns == sample_id] = False
    return sheet.mask(meant, "")


def sheet_notes(cohort: CohortSettings) -> list[str]:
    """Say what was decided while the sheet was read: which rows, which page of a workbook."""
    try:
        return read_sheet_and_notes(cohort.samples_path, cohort.sample_id)[1]
    except InputError:
        return []


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
        sheet = study_sheet(cohort)
    except InputError:
        return None
    return sheet if {cohort.sample_id, *cohort.keep} <= set(sheet.columns) else None


def kept_samples(sheet: pd.DataFrame, cohort: CohortSettings) -> pd.DataFrame:
    """Rows of the sheet that `keep` leaves in."""
    return kept_rows(sheet, cohort.keep)


def kept_rows(sheet: pd.DataFrame, keep: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Rows whose columns hold one of the values that belong to them."""
    for column, levels in keep.items():
        sheet = sheet[sheet[column].isin(list(levels))]
    return sheet


def typed_samples(sheet: pd.DataFrame, cohort: CohortSettings) -> pd.DataFrame:
    """Give every column its type; see `read_samples`."""
    in_formula = set(parse_formula(cohort.formula).variables)
    columns = {}
    for name, texts in sheet.items():
        present = without_missing(texts)
        if name in in_formula and name not in cohort.levels and mostly_numbers(present):
            # What is no number among them was refused before: see `number_problems`.
            columns[name] = pd.to_numeric(present, errors="coerce").to_numpy(dtype=float)
        elif name in in_formula and (name in cohort.levels or not is_numeric(present)):
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


def odd_among_numbers(values: pd.Series) -> pd.Series:
    """Return the present cells that are no numbers in a column that is mostly numbers.

    Mostly numbers is a column more than half of whose cells are numbers, or look like some
    (``61y``, ``>70``) while there is a number. Nothing is odd where there are no numbers.
    """
    present = values.dropna()
    numbers = pd.to_numeric(present, errors="coerce").abs() < float("inf")
    alike = numbers | present.map(lambda text: bool(_LIKE_A_NUMBER.fullmatch(text))).astype(bool)
    mostly = numbers.any() and alike.mean() > MOSTLY
    return present[~numbers] if mostly else present[:0]


def odd_cells(sheet: pd.DataFrame) -> dict[str, pd.Series]:
    """Find the columns of a sheet that clearly hold numbers, and their cells that are none."""
    found = {}
    for name, texts in sheet.items():
        present = without_missing(texts).dropna()
        odd = odd_among_numbers(present)
        if 0 < len(odd) <= len(present) * (1 - CLEARLY):
            found[str(name)] = odd
    return found


def mostly_numbers(values: pd.Series) -> bool:
    """Whether a column holds numbers, and a few cells that are none."""
    return len(odd_among_numbers(values)) > 0


def factor_levels(name: str, values: Iterable[str], cohort: CohortSettings) -> list[str]:
    """Level order of a factor: as listed in the design, else sorted."""
    if name in cohort.levels:
        return list(dict.fromkeys(cohort.levels[name]))
    return sorted({value for value in values if isinstance(value, str)})
