"""Samples that stand out, with the reason and the evidence. A flag never removes a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.cohort.twins import Twins

LIMIT = 3.5  # of the modified z-score (Iglewicz & Hoaglin 1993)
SMALLEST_GROUP = 3  # with a median of its own
FEWEST = 5  # samples; below, a median absolute deviation says nothing
COLUMNS = ["sample_id", "flag", "value", "median", "robust_z", "reason"]


@dataclass(frozen=True)
class Measure:
    """One thing that is compared between samples.

    Attributes
    ----------
    flag
        Name of the flag.
    log
        Whether the z-score is computed on the log2 scale.
    floor
        Smallest standard deviation that is believed, on the scale of the z-score: in a tight cohort
        a harmless difference would otherwise look extreme.
    low, high
        What a very low or very high value may mean; empty when that side is harmless.
    form, unit
        How the value is written in the reason.
    within
        Whether a sample is compared with its own group: normal liver spends more of its reads on a
        few genes than tumours do, and that is biology.
    """

    flag: str
    log: bool
    floor: float
    low: str
    high: str
    form: str
    unit: str
    within: bool = False


# Floors: a sample is flagged only when it differs from the median by more than about a factor 1.8
# in depth, 13 % in detected genes, 7 percentage points in the top-gene share, 27 % in distance.
MEASURES = (
    Measure(
        "library_size",
        True,
        0.25,
        "few reads: weakly expressed genes are unreliable here; check the RNA input and pooling",
        "many more reads than the others: check for merged or doubly counted lanes",
        "{:,.0f}",
        "reads",
    ),
    Measure(
        "detected_genes",
        True,
        0.05,
        "few genes detected: little or degraded RNA, or a library of low complexity",
        "many genes detected: genomic DNA, contamination or a mixed sample",
        "{:,.0f}",
        "genes",
        within=True,
    ),
    Measure(
        "top_50_share",
        False,
        0.02,
        "",
        "a few genes take most reads: ribosomal or haemoglobin RNA, or a library of low complexity",
        "{:.2f}",
        "of the reads in the 50 largest genes",
        within=True,
    ),
    Measure(
        "size_factor",
        True,
        0.25,
        "small size factor: shallow, or of a composition that differs from the others",
        "large size factor: deep, or of a composition that differs from the others",
        "{:.2f}",
        "as size factor",
    ),
    Measure(
        "distance_to_group",
        True,
        0.10,
        "",
        "far from the samples of its own group: outlier, mislabelled sample or other tissue",
        "{:.2f}",
        "times the distance usual in its group",
        within=True,
    ),
)


def robust_z(values: np.ndarray, floor: float, medians: int = 0) -> np.ndarray:
    """Return (value - median) / (1.4826 × median absolute deviation, at least `floor`).

    Missing values are ignored and stay missing. Values that group medians were taken off before
    lie too close to 0, in small groups by much: in a group of three one of them is 0. As in a
    regression with absolute deviations, the median is then that of the n - p largest absolute
    values (Maronna, Martin and Yohai 2006, Robust Statistics, chapter 4). Of 4,000 cohorts of
    normal values, some sample was beyond 3.5 in

    ==================  =========  =========  ========  ===========
    groups              3 v 3      3 × 3      8 v 8     11, 10, 5
    ==================  =========  =========  ========  ===========
    plain               37 %       51 %       18 %      19 %
    × sqrt(m/(m - 1))   27 %       40 %       14 %      15 %
    n - p largest       5 %        7 %        7 %       8 %
    ==================  =========  =========  ========  ===========

    with m the size of the group, and in 14 % when one median was taken off 6 or 9 values.

    Parameters
    ----------
    values
        One per sample.
    floor
        Smallest standard deviation that is believed.
    medians
        Number p of group medians that were taken off, see `centres`; 0 for values as they are.
    """
    centre = 0.0 if medians else np.nanmedian(values)
    deviations = np.sort(np.abs(values - centre))
    known = deviations[~np.isnan(deviations)]
    spread = 1.4826 * np.median(known[min(medians, len(known) - 1) :])
    return (values - centre) / max(spread, floor)


def centres(values: np.ndarray, groups: pd.Series | None) -> tuple[np.ndarray, int]:
    """Return the median each sample is compared with, and how many medians these are.

    The median is that of its group, or of all samples. Groups of fewer than three samples have no
    median worth the name; theirs is that of all. Without groups none counts as taken off.
    """
    middle = np.full(len(values), np.nanmedian(values))
    labels = _labels(groups, len(values))
    known = pd.Series(~np.isnan(values)).groupby(labels).sum()
    large = known.index[known >= SMALLEST_GROUP]
    for label in large:
        members = labels == label
        middle[members] = np.nanmedian(values[members])
    if groups is None:
        return middle, 0
    return middle, len(large) + int(len(large) < len(known))


def distance_ratio(distances: pd.DataFrame, groups: pd.Series | None) -> np.ndarray:
    """Median distance to the other samples of the own group, over the median of that in the group.

    Groups differ in how varied they are (tumours more than normal liver), so each is compared with
    itself. Missing for a sample that is alone in its group.

    Parameters
    ----------
    distances
        Table ``qc_distances``.
    groups
        Level of the main factor, or None: all samples are then one group.
    """
    matrix = distances.iloc[:, 1:].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(matrix, np.nan)
    labels = _labels(groups, len(matrix))
    ratio = np.full(len(matrix), np.nan)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            continue
        own = _row_medians(matrix[np.ix_(members, members)])
        usual = np.median(own)
        ratio[members] = own / usual if usual > 0 else 1.0
    return ratio


def nearest_group(distances: pd.DataFrame, groups: pd.Series | None) -> list[str]:
    """Name the group with the smallest median distance to each sample (itself left out)."""
    matrix = distances.iloc[:, 1:].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(matrix, np.nan)
    labels = _labels(groups, len(matrix))
    names = np.unique(labels)
    medians = np.column_stack([_row_medians(matrix[:, labels == name]) for name in names])
    # A group that is only the sample itself has no distance to it.
    medians[np.isnan(medians)] = np.inf
    return [str(name) for name in names[medians.argmin(axis=1)]]


def _row_medians(values: np.ndarray) -> np.ndarray:
    """Median of the numbers in each row; missing where there is none."""
    ordered = np.sort(values, axis=1)  # missing values last
    count = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    middle = ordered[rows, (count - 1) // 2] + ordered[rows, count // 2]
    return np.where(count > 0, middle / 2, np.nan)


def _labels(groups: pd.Series | None, count: int) -> np.ndarray:
    return np.zeros(count, dtype=str) if groups is None else groups.astype(str).to_numpy()


def outlier_flags(
    sizes: pd.DataFrame,
    size_factor: pd.Series,
    distances: pd.DataFrame,
    sex: pd.DataFrame,
    groups: pd.Series | None,
    twins: Sequence[Twins] = (),
) -> pd.DataFrame:
    """Flag samples beyond 3.5 robust standard deviations, wrong sexes, and twins.

    Cohorts of fewer than five samples get no robust z-score and so only the last two.

    Parameters
    ----------
    sizes, distances, sex
        Tables ``qc_library_sizes``, ``qc_distances`` and ``qc_sex_check``, same samples in order.
    size_factor
        One per sample.
    groups
        Level of the main factor of every sample, or None.
    twins
        Pairs of samples that seem to be one sample.

    Returns
    -------
    DataFrame
        Table ``qc_flags``, in the order of samples; no row when nothing stands out.
    """
    values = {name: sizes[name] for name in ("library_size", "detected_genes", "top_50_share")}
    values["size_factor"] = size_factor
    values["distance_to_group"] = distance_ratio(distances, groups)
    rows = []
    if len(sizes) >= FEWEST:
        for measure in MEASURES:
            rows += _flag(measure, np.asarray(values[measure.flag], dtype=float), sizes, groups)
    nearest = nearest_group(distances, groups)
    rows = [_name_nearest(row, nearest, groups) for row in rows] + _sex_flags(sex)
    rows += _twin_flags(twins, list(sizes["sample_id"]))
    order = ["sample", *COLUMNS]
    table = pd.DataFrame(rows, columns=order).sort_values("sample", kind="stable")
    numbers = dict.fromkeys(("value", "median", "robust_z"), float)
    return table.drop(columns="sample").astype(numbers).reset_index(drop=True)


def _flag(
    measure: Measure, values: np.ndarray, sizes: pd.DataFrame, groups: pd.Series | None
) -> list[tuple]:
    if np.isnan(values).all():
        return []
    # An empty library has no logarithm; one read instead makes it the extreme it is.
    smallest = 1e-3 if np.nanmax(values) < 1e3 else 1
    scaled = np.log2(np.maximum(values, smallest)) if measure.log else values
    compared = groups if measure.within else None
    usual, medians = centres(scaled, compared)
    scores = robust_z(scaled - usual, measure.floor, medians)
    middle, _ = centres(values, compared)
    rows = []
    for index in np.flatnonzero(np.abs(scores) > LIMIT):
        meaning = measure.high if scores[index] > 0 else measure.low
        if not meaning:
            continue
        value, median = measure.form.format(values[index]), measure.form.format(middle[index])
        whose = "of its group " if compared is not None else ""
        seen = f"{value} {measure.unit} (median {whose}{median})"
        scale = "log2 scale" if measure.log else "plain scale"
        reason = f"{seen}; {meaning}; z on the {scale}"
        name = sizes["sample_id"].iloc[index]
        rows.append(
            (index, name, measure.flag, values[index], middle[index], scores[index], reason)
        )
    return rows


def _name_nearest(row: tuple, nearest: list[str], groups: pd.Series | None) -> tuple:
    """Say so when a far sample lies closer to another group, as a swapped one does."""
    index, flag = row[0], row[2]
    if flag != "distance_to_group" or groups is None:
        return row
    if nearest[index] == str(groups.iloc[index]):
        return row
    return (*row[:-1], f"{row[-1]}; it lies closest to {nearest[index]}")


def _sex_flags(sex: pd.DataFrame) -> list[tuple]:
    rows = []
    for index in np.flatnonzero((~sex["agrees"].fillna(True)).to_numpy(dtype=bool)):
        row = sex.iloc[index]
        reason = (
            f"the sheet says {row['sheet']}, expression says {row['inferred']} (XIST "
            f"{row['xist']:.1f}, Y genes {row['y_genes']:.1f}, log2): sample swap or a wrong entry"
        )
        rows.append((index, row["sample_id"], "sex", np.nan, np.nan, np.nan, reason))
    return rows


def _twin_flags(twins: Sequence[Twins], samples: Sequence[str]) -> list[tuple]:
    """Flag both samples of each pair; the value is the share of equal counts."""
    rows = []
    for pair in twins:
        for name, other in ((pair.first, pair.second), (pair.second, pair.first)):
            reason = f"one sample with {other}, it seems: {pair.evidence}"
            row = samples.index(name), name, "same_counts", pair.equal, np.nan, np.nan, reason
            rows.append(row)
    return rows
