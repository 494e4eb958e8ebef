"""RT-PCR: threshold cycles with replicates to relative expression."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.tables import describe
from recurseq.base.text import few, suggest
from recurseq.clinical import measure_cautions
from recurseq.clinical.cautions import Caution
from recurseq.clinical.cells import bad_cells, present, read_numbers
from recurseq.clinical.columns import read_undeclared
from recurseq.clinical.conditions import condition_problems, holds
from recurseq.clinical.settings import Assay
from recurseq.io.sheets import read_sheet

UNDETECTED = ("undetermined", "undetected", "nd", "n.d.", "no ct", "noct")
HIGHEST_CYCLE = 60
NOT_DETECTED, REFERENCE_LOST, SPREAD, ONE_WELL = (
    *("undetected", "no reference", "replicates differ", "single replicate"),
)


@dataclass(frozen=True)
class Wells:
    """Rows of an assay: one for each replicate.

    Attributes
    ----------
    patient
        Whom each row belongs to.
    target, reference
        Threshold cycles; missing where nothing was measured, infinite where nothing was detected.
    plate
        Plate of each row; None without such a column.
    calibrates
        Rows that a ddCt is compared with; all of them where none are named.
    """

    patient: np.ndarray
    target: np.ndarray
    reference: np.ndarray
    plate: np.ndarray | None
    calibrates: np.ndarray


def read_wells(assay: Assay, missing: Collection[str]) -> tuple[Wells | None, list[Problem]]:
    """Read the table of an assay.

    Parameters
    ----------
    assay
        What its columns are.
    missing
        Cells that mean missing.

    Returns
    -------
    (Wells or None, list of Problem)
        The rows, None when they could not be read, and what is wrong.
    """
    try:
        sheet = read_sheet(assay.path)
    except InputError as error:
        return None, list(error.problems)
    named = {"patient": assay.patient, "target": assay.target, "reference": assay.reference}
    named |= {"plate": assay.plate} if assay.plate else {}
    named |= {f"calibrator.{column}": column for column in assay.calibrator}
    problems = [
        Problem(
            f"config: assays.{assay.name}.{key}",
            f"{column!r} is no column of {assay.path}",
            f"one of {few(sheet.columns, 12)}",
            suggest(column, sheet.columns),
        )
        for key, column in named.items()
        if column not in sheet
    ]
    if problems:
        return None, problems
    names = sheet[assay.patient]
    where = f"{assay.path}, column {assay.patient!r}"
    problems += bad_cells(where, names, names.isin(["", *missing]), "name no patient", "a patient")
    cycles = []
    for column in (assay.target, assay.reference):
        values, found = _cycles(f"{assay.path}, column {column!r}", sheet[column], assay, missing)
        cycles.append(values)
        problems += found
    calibrates, found = _calibrating(assay, sheet, missing)
    plate = sheet[assay.plate].to_numpy(dtype=object) if assay.plate else None
    wells = Wells(names.to_numpy(dtype=object), *cycles, plate, calibrates)
    return wells, problems + found


def _cycles(
    where: str, texts: pd.Series, assay: Assay, missing: Collection[str]
) -> tuple[np.ndarray, list[Problem]]:
    """Read threshold cycles; an undetected well, and a cycle above the limit, are infinite."""
    known = present(texts, missing)
    lost = known.str.casefold().isin(UNDETECTED).fillna(False).astype(bool)
    numbers, problems = read_numbers(where, known.where(~lost))
    outside = (numbers <= 0) | (numbers > HIGHEST_CYCLE)
    allowed = f"cycles from 0 to {HIGHEST_CYCLE}, or Undetermined"
    problems += bad_cells(where, texts, outside, "are no threshold cycles", allowed)
    values = numbers.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        return np.where(lost | (values > assay.limit), np.inf, values), problems


def _calibrating(
    assay: Assay, sheet: pd.DataFrame, missing: Collection[str]
) -> tuple[np.ndarray, list[Problem]]:
    if not assay.calibrator:
        return np.ones(len(sheet), dtype=bool), []
    typed = {
        column: read_undeclared(column, present(sheet[column], missing))[0]
        for column in assay.calibrator
    }
    frame = pd.DataFrame(typed, index=sheet.index)
    where = f"config: assays.{assay.name}.calibrator"
    chosen = holds(assay.calibrator, frame) == 1
    problems = condition_problems(where, assay.calibrator, frame)
    if not problems and not chosen.any():
        problems = [Problem(where, "no row of the assay", "one or more rows")]
    return chosen, problems


def quantify(assay: Assay, wells: Wells) -> pd.DataFrame:
    """Return the relative expression of each patient: table ``clinical_assay``.

    The dCt of a replicate is target less reference; that of a patient is the mean of both genes'
    means. Relative expression is 2^-dCt, or 2^-ddCt with the calibrator's mean dCt taken off. An
    undetected target counts as the limit, or as missing, as configured; without the reference
    there is no value.
    """
    frame = pd.DataFrame(
        {"patient": wells.patient, "target": wells.target, "reference": wells.reference}
    )
    rows = [
        {"patient_id": patient, **_patient(assay, own)}
        for patient, own in frame.groupby("patient", sort=True)
    ]
    table = pd.DataFrame(rows, columns=describe("clinical_assay").names)
    if assay.method == "ddct":
        chosen = table["patient_id"].isin(wells.patient[wells.calibrates])
        table["relative_expression"] *= 2 ** table.loc[chosen, "dct"].mean()
    return table


def _patient(assay: Assay, own: pd.DataFrame) -> dict[str, object]:
    target, reference = own["target"].to_numpy(), own["reference"].to_numpy()
    lost = np.isinf(target)
    filled = np.where(lost, assay.limit if assay.undetected == "limit" else np.nan, target)
    reference = np.where(np.isinf(reference), np.nan, reference)
    measured = ~(np.isnan(filled) | np.isnan(reference))
    replicates = int((~np.isnan(target)).sum())
    spread = filled[measured & ~lost] - reference[measured & ~lost]
    sd = float(np.std(spread, ddof=1)) if len(spread) > 1 else np.nan
    ct_target, ct_reference = _mean(filled), _mean(reference)
    dct = ct_target - ct_reference
    return {
        "replicates": replicates,
        "ct_target": ct_target,
        "ct_reference": ct_reference,
        "dct": dct,
        "relative_expression": 2.0**-dct,
        "sd": sd,
        "undetected": int(lost.sum()),
        "flag": _flag(assay, replicates, int(lost.sum()), ct_reference, sd),
    }


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _flag(assay: Assay, replicates: int, lost: int, ct_reference: float, sd: float) -> str | None:
    """Say what is wrong with a patient's wells; None when nothing is."""
    reasons = [
        (np.isnan(ct_reference), REFERENCE_LOST),
        (lost > 0, NOT_DETECTED),
        (sd > assay.replicate_sd, SPREAD),
        (replicates == 1, ONE_WELL),
    ]
    told = [reason for wrong, reason in reasons if wrong]
    return "; ".join(told) if told else None


@dataclass(frozen=True)
class AssayQuality:
    """What the wells of an assay show of its quality.

    Attributes
    ----------
    wells, undetected
        Rows with a target, and those in which it was not detected.
    patients, flagged
        Patients, and those whose replicates differ by more than is allowed.
    reference_sd
        Standard deviation of the reference gene between patients, in cycles.
    plate_shift
        Largest distance of a plate's mean of the reference gene from that of all; missing without
        plates.
    reference_gene
        Its name as far as it is known.
    """

    wells: int
    undetected: int
    patients: int
    flagged: int
    reference_sd: float
    plate_shift: float
    reference_gene: str


def assay_quality(assay: Assay, wells: Wells, table: pd.DataFrame) -> AssayQuality:
    """Count undetected wells and deviating replicates, and look for drift of the reference gene."""
    reference = np.where(np.isinf(wells.reference), np.nan, wells.reference)
    shift = np.nan
    if wells.plate is not None:
        by_plate = pd.Series(reference).groupby(pd.Series(wells.plate)).mean()
        shift = float((by_plate - by_plate.mean()).abs().max())
    return AssayQuality(
        wells=int((~np.isnan(wells.target)).sum()),
        undetected=int(np.isinf(wells.target).sum()),
        patients=len(table),
        flagged=int((table["sd"] > assay.replicate_sd).sum()),
        reference_sd=float(table["ct_reference"].std()),
        plate_shift=shift,
        reference_gene=assay.reference_gene or assay.reference,
    )


def patient_problems(assay: Assay, wells: Wells, known: Collection[str]) -> list[Problem]:
    """Find an assay that measures none of the patients of the clinical table."""
    measured = set(wells.patient)
    if measured & set(known):
        return []
    found = f"none of its {len(measured)} patients is in the clinical table"
    fix = "look at the column that names the patients, in both tables"
    return [Problem(f"{assay.path}, column {assay.patient!r}", found, "the same names", fix)]


def as_measure(table: pd.DataFrame, patients: Collection[str]) -> np.ndarray:
    """Return the relative expression of each patient; missing for those who were not measured."""
    values: Mapping[str, float] = dict(
        zip(table["patient_id"], table["relative_expression"], strict=True)
    )
    return np.array([values.get(patient, np.nan) for patient in patients], dtype=float)


def assay_cautions(assay: Assay, found: AssayQuality) -> list[Caution]:
    """Return what a reader must know of an assay."""
    analysis = f"assays.{assay.name}"
    told = (
        measure_cautions.undetected_wells(analysis, found.undetected, found.wells),
        measure_cautions.replicates_differ(
            analysis, found.flagged, found.patients, assay.replicate_sd
        ),
        measure_cautions.reference_drift(
            analysis, found.reference_gene, found.plate_shift, found.reference_sd
        ),
        measure_cautions.unstable_reference(analysis, found.reference_gene),
    )
    return [one for one in told if one is not None]
