"""What a reader must know beside the performance of a risk model; pure functions."""

from __future__ import annotations

import numpy as np

from recurseq.clinical.cautions import ALPHA, NOTE, STOP, WARN, Caution, percent, shown

TOO_GOOD = 0.95  # area above which a predictor is likely another name for the outcome
CERTAIN = 1e-6  # a risk this close to 0 or 1 is no risk
FAR = 0.8, 1.25  # a slope or a ratio of observed and expected beyond these misleads
SHRUNKEN = 0.9  # slope below which predictions are too extreme to be used as they are
FAILED_TO_WARN = 0.05  # of all resamples
ENOUGH_TO_JUDGE = 100  # events, and patients without, of a validation


def apparent_performance(
    analysis: str, measure: str, apparent: float, corrected: float, *, validated: bool
) -> Caution:
    """Say which of the values is to be read.

    Parameters
    ----------
    analysis
        Section and name.
    measure
        Name of what ranks patients.
    apparent, corrected
        Its value in the patients that the model was made with, and less the optimism.
    validated
        Whether it was also judged in others.
    """
    message = (
        f"In the patients that the model was made with its {measure} is {shown(apparent)}, which "
        f"is too good; without the optimism it is {shown(corrected)}."
    )
    if validated:
        message += " Read the validation, and the calibration slope with it."
        return Caution("apparent_performance", NOTE, analysis, message, shown(corrected))
    message += (
        " Nobody else was predicted: resampling stands in for other patients of the same kind, not "
        "for other hospitals or years. Name a cohort in validate."
    )
    return Caution("apparent_performance", WARN, analysis, message, shown(corrected))


def near_perfect(analysis: str, data: str, area: float, risk: np.ndarray) -> Caution | None:
    """Warn of predictions that are too good to be true, or certain."""
    certain = int(((risk < CERTAIN) | (risk > 1 - CERTAIN)).sum())
    if not area > TOO_GOOD and not certain:
        return None
    parts = [f"the area is {shown(area)}"] if area > TOO_GOOD else []
    parts += [f"the risk of {certain} patients is 0 or 1"] if certain else []
    message = (
        f"In {data} {' and '.join(parts)}: look whether a term is made of the outcome or became "
        "known after it, and whether one separates the patients (penalty: firth)."
    )
    return Caution("near_perfect", WARN, analysis, message, shown(area))


def validation_leak(analysis: str, cohort: str, both: int) -> Caution | None:
    """Refuse a validation in patients that the model was made with."""
    if not both:
        return None
    message = (
        f"{both} patients of {cohort} are among those that the model was made with: the validation "
        "is left out."
    )
    return Caution("validation_leak", STOP, analysis, message, str(both))


def unseen(analysis: str, cohort: str, missing: int, n: int) -> Caution | None:
    """Tell how many patients of a validation have no prediction."""
    if not missing:
        return None
    message = (
        f"{missing} of {missing + n} patients of {cohort} have no prediction: a value is missing, "
        "or a level that the development does not have."
    )
    severity = WARN if missing / (missing + n) > 0.1 else NOTE
    return Caution("complete_case_loss", severity, analysis, message, str(missing))


def few_to_judge(analysis: str, cohort: str, events: int, n: int) -> Caution | None:
    """Warn of a validation with too few events, or without any, to tell how well a model predicts.

    References
    ----------
    Collins, Ogundimu and Altman, Stat. Med. 35, 214 (2016): 100 events and 100 others at least.
    """
    fewer = min(events, n - events)
    if fewer >= ENOUGH_TO_JUDGE:
        return None
    what = "have the event" if events <= n - events else "are without the event"
    message = f"{fewer} of {n} patients of {cohort} {what}: "
    if not fewer:
        message += "nothing can be judged in them, and the model is not validated."
    else:
        message += (
            f"with fewer than {ENOUGH_TO_JUDGE}, a validation tells little; read its intervals."
        )
    return Caution("few_events", WARN, analysis, message, str(fewer))


def beyond_development(analysis: str, cohort: str, beyond: int, n: int) -> Caution | None:
    """Tell how many patients have a value that nobody of the development had."""
    if not beyond:
        return None
    message = (
        f"{beyond} of {n} patients of {cohort} have a value beyond those of the development: their "
        "risks continue a curve where nobody was, and the calculator does not answer for them."
    )
    severity = WARN if beyond / n > 0.1 else NOTE
    return Caution("extrapolation", severity, analysis, message, str(beyond))


def many_comparisons(analysis: str, tests: int, others: int) -> Caution | None:
    """Tell how many tests stand behind the comparisons with several other models."""
    if others < 2 or tests < 2:
        return None
    message = (
        f"Compared with {others} models by {tests} tests, whose p-values are not adjusted: without "
        f"any difference, {tests * ALPHA:.1f} of them would have p < {ALPHA:g}."
    )
    return Caution("many_tests", NOTE, analysis, message, str(tests))


def uncalibrated(
    analysis: str,
    data: str,
    over: tuple[float, float, float],
    slope: tuple[float, float, float],
) -> Caution | None:
    """Warn of predicted risks that are not the observed ones.

    Parameters
    ----------
    analysis, data
        Section and name, and the patients.
    over
        Observed over expected events, with its limits.
    slope
        Calibration slope, with its limits.
    """
    parts = []
    if over[1] > 1 or over[2] < 1:
        what = "too low" if over[1] > 1 else "too high"
        parts.append(f"risks are {what} in the mean (observed / expected {_with_limits(over)})")
    if slope[2] < 1:
        parts.append(f"high risks are too high and low ones too low (slope {_with_limits(slope)})")
    elif slope[1] > 1:
        parts.append(f"risks lie too close together (slope {_with_limits(slope)})")
    if not parts:
        return None
    message = f"In {data} {', and '.join(parts)}"
    if all(FAR[0] <= one[0] <= FAR[1] for one in (over, slope)):
        message += ": a small part of the risks, but more than chance."
        return Caution("uncalibrated", NOTE, analysis, message, shown(slope[0]))
    message += ": strata, a nomogram and decisions by these risks would mislead; recalibrate first."
    return Caution("uncalibrated", WARN, analysis, message, shown(slope[0]))


def overfitted(analysis: str, slope: float) -> Caution | None:
    """Warn of a model whose corrected slope says that its risks are too extreme."""
    if not slope < SHRUNKEN:
        return None
    message = (
        f"By resampling the calibration slope in other patients is {shown(slope)}: coefficients "
        "are too far from 0. Take fewer terms, or a penalty."
    )
    return Caution("uncalibrated", WARN, analysis, message, shown(slope))


def failed_resamples(analysis: str, failed: int, count: int) -> Caution | None:
    """Tell how many resamples gave no model."""
    if not failed:
        return None
    message = (
        f"{failed} of {count} resamples ({percent(failed / count)}) gave no model that tells all "
        "patients, as when a level is lost: the optimism is that of the others."
    )
    severity = WARN if failed / count > FAILED_TO_WARN else NOTE
    return Caution("apparent_performance", severity, analysis, message, str(failed))


def cutoff_chosen_before(analysis: str, cutoff: str) -> Caution:
    """Say that resamples keep a cut-off which was itself chosen by the outcome."""
    message = (
        f"{cutoff} was chosen by the outcome and stays as it is in every resample: its share of "
        "the optimism is not taken off, and corrected values are still too good."
    )
    return Caution("optimised_cutoff", WARN, analysis, message, cutoff)


def delayed_entry(analysis: str) -> Caution:
    """Say why nothing is judged where patients enter late."""
    message = (
        "Patients enter after the origin: what is observed by a horizon is not told for them, and "
        "performance is left out."
    )
    return Caution("apparent_performance", STOP, analysis, message)


def _with_limits(value: tuple[float, float, float]) -> str:
    return f"{shown(value[0])}, 95 % interval {shown(value[1])} to {shown(value[2])}"
