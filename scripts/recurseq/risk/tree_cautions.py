"""What a reader must know of a tree and of strata: one pure function for each code."""

from __future__ import annotations

from recurseq.base.text import listed
from recurseq.clinical.cautions import NOTE, WARN, Caution, percent

STABLE_ROOT = 0.8  # share of resamples with the same variable at the root


def unstable_tree(analysis: str, variable: str | None, root: float) -> Caution | None:
    """Warn of a root that other patients would not have had.

    Parameters
    ----------
    analysis
        Section and name.
    variable, root
        At the root of the tree, and the share of resamples with it there; None without a split.
    """
    if variable is None:
        message = "No term is associated with the outcome closely enough to divide the patients."
        return Caution("unstable_tree", NOTE, analysis, message)
    if root >= STABLE_ROOT:
        return None
    message = (
        f"{variable} divides the root in {percent(root)} of the resamples only: with other "
        "patients, the tree may have been another one. Read it as a description."
    )
    return Caution("unstable_tree", WARN, analysis, message, percent(root))


def strata_do_not_rise(analysis: str, cohort: str, strata: list[str]) -> Caution | None:
    """Warn of strata whose observed risks are out of order.

    Parameters
    ----------
    analysis, cohort
        Section and name, and where it was seen.
    strata
        Those in which the risk is lower than in a stratum before.
    """
    if not strata:
        return None
    message = (
        f"In the {cohort} the observed risk does not rise over the strata: it is lower in "
        f"{listed(strata)} than in a stratum before. The strata do not order these patients."
    )
    return Caution("uncalibrated", WARN, analysis, message, listed(strata))


def not_validated(analysis: str, what: str) -> Caution:
    """Warn of rates in the patients that something was made with."""
    message = (
        f"{what} were seen in the patients that the model was made with only; in others they will "
        "lie closer together. Name a cohort under validate."
    )
    return Caution("apparent_performance", WARN, analysis, message)


def without_place(analysis: str, what: str, patients: int, n: int) -> Caution | None:
    """Tell of patients with a level that the development did not have."""
    if not patients:
        return None
    message = (
        f"{patients} of {n} patients of the validation have a level that nobody of the development "
        f"had there: they are in no {what}."
    )
    return Caution("extrapolation", NOTE, analysis, message, str(patients))
