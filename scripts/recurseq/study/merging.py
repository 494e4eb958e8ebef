"""Technical replicates: rows of the sheet that are one sample (``samples.merge``)."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.names import name_problems
from recurseq.base.text import few
from recurseq.io.sheets import MISSING_TEXTS
from recurseq.study.model import CohortSettings


def merged_rows(kept: pd.DataFrame, cohort: CohortSettings) -> pd.DataFrame:
    """Make one row of those that are one sample.

    Parameters
    ----------
    kept
        Kept rows of the sheet, as text.
    cohort
        Settings of the samples.

    Returns
    -------
    pandas.DataFrame
        Without ``samples.merge`` the same rows. Else one for each value of that column, which is
        the name of the sample; a cell is empty where the rows of a sample disagree.
    """
    if cohort.merge is None or cohort.merge not in kept.columns:
        return kept
    rows = kept.groupby(cohort.merge, sort=False)
    first = kept.drop_duplicates(cohort.merge)
    merged = first.copy()
    for name in kept.columns:
        if name != cohort.merge:
            differs = rows[name].nunique().reindex(first[cohort.merge]).to_numpy() > 1
            merged[name] = first[name].mask(differs, "")
    merged[cohort.sample_id] = first[cohort.merge]
    return merged


def libraries(kept: pd.DataFrame, cohort: CohortSettings) -> dict[str, list[str]]:
    """Names in the counts of each sample: one, or those of its technical replicates."""
    names = kept[cohort.sample_id]
    if cohort.merge is None or cohort.merge not in kept.columns:
        return {name: [name] for name in names}
    return {str(key): list(rows) for key, rows in names.groupby(kept[cohort.merge], sort=False)}


def merge_problems(
    kept: pd.DataFrame, cohort: CohortSettings, used: Collection[str]
) -> list[Problem]:
    """Find what keeps rows of the sheet from being added up.

    Parameters
    ----------
    kept
        Kept rows of the sheet, as text.
    cohort
        Settings of the samples.
    used
        Columns that the model uses; in them the rows of a sample must agree.
    """
    column = cohort.merge
    if column is None or column not in kept.columns:
        return []
    where = f"{cohort.samples_path}, column {column!r}"
    if column == cohort.sample_id:
        found = f"{column!r} names the columns of the counts"
        return [Problem("config: samples.merge", found, "the column that names the sample of each")]
    problems = name_problems(where, "sample name", pd.Index(kept[column]))
    if (empty := kept[column].isin(MISSING_TEXTS)).any():
        rows = few(kept.loc[empty, cohort.sample_id])
        problems.append(Problem(where, f"no value for {rows}", "the sample of each row"))
    if cohort.normalization.lengths is not None:
        found = "given, and the lengths of normalization.lengths are those of single libraries"
        fix = "name the quantifier's files as counts.directory, or leave out one of the keys"
        problems.append(Problem("config: samples.merge", found, "", fix))
    for name in dict.fromkeys(used):
        if name not in kept.columns or name == column:
            continue
        values = kept.groupby(column, sort=False)[name].unique()
        odd = [f"{sample}: {' and '.join(v)}" for sample, v in values.items() if len(v) > 1]
        if odd:
            found = f"rows of one sample (samples.merge: {column}) differ: {few(odd, 3)}"
            fix = "correct the cells, or merge by a column that tells these samples apart"
            place = f"{cohort.samples_path}, column {name!r}"
            problems.append(Problem(place, found, "one value for a sample", fix))
    return problems
