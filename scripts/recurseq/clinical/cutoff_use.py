"""Cut-offs where they are used: what stands beside a group that was made from a number."""

from __future__ import annotations

from collections.abc import Iterable

from recurseq.clinical import cautions as caution
from recurseq.clinical.cautions import Caution
from recurseq.clinical.continuous import continuous_effect
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Survival

WITHHELD = "left out: optimised_cutoff"
CORRECTED = ("pvalue_permutation", "pvalue_lau94", "pvalue_lau92")  # in order of preference


def is_optimised(patients: Patients, name: str | None) -> bool:
    """Whether a variable is a cut-off that was chosen by an outcome."""
    cutoff = patients.settings.cutoffs.get(name or "")
    return cutoff is not None and cutoff.optimised


def corrected_pvalue(patients: Patients, name: str) -> float:
    """Return the p-value of a cut-off that counts the search for it."""
    found = patients.found_cutoffs[name].iloc[0]
    return next((float(found[key]) for key in CORRECTED if found[key] == found[key]), float("nan"))


def optimised_test(rows: list[dict], patients: Patients, survival: Survival) -> list[dict]:
    """Withhold the p-values of groups of an optimised cut-off, and put the corrected one first.

    The corrected p-value belongs to the endpoint by which the cut-off was chosen.
    """
    blank = [
        {**one, "pvalue": None, "qvalue": None, "note": WITHHELD}
        if one["test"] != "proportionality"
        else one
        for one in rows
    ]
    cutoff = patients.settings.cutoffs[survival.by]
    if cutoff.endpoint != survival.endpoint or cutoff.method != "maxstat":
        return blank
    found = patients.found_cutoffs[survival.by].iloc[0]
    first = {
        "subgroup": "all",
        "test": "maxstat",
        "statistic": found["statistic"],
        "pvalue": corrected_pvalue(patients, survival.by),
        "note": "corrected for the choice of the cut-off",
    }
    return [first, *blank]


def source_of(patients: Patients, name: str) -> str | None:
    """Return the number behind a variable that is cut; None for any other variable."""
    cutoff = patients.settings.cutoffs.get(name)
    if cutoff is not None:
        return cutoff.measure
    rule = patients.settings.columns.get(name)
    if rule is None or not rule.cut:
        return None
    numbers = [
        other.name
        for other in patients.settings.columns.values()
        if other.source == rule.source and other.is_number
    ]
    if numbers:
        return numbers[0]
    return rule.source if rule.source in patients.frame and rule.source != name else None


def cutoff_cautions(
    analysis: str, patients: Patients, names: Iterable[str | None], endpoint: str
) -> list[Caution]:
    """Return the cautions of variables that are numbers cut into groups.

    Parameters
    ----------
    analysis
        Section and name.
    patients
        All patients.
    names
        Variables of the analysis.
    endpoint
        Its endpoint; the effect of the uncut number on it is told.
    """
    found: list[Caution] = []
    for name in dict.fromkeys(one for one in names if one):
        if is_optimised(patients, name):
            row = patients.found_cutoffs[name].iloc[0]
            pvalue = corrected_pvalue(patients, name)
            found.append(
                caution.optimised_cutoff(
                    analysis, name, pvalue, float(row["cut_lower"]), float(row["cut_upper"])
                )
            )
        source = source_of(patients, name)
        if source is None:
            continue
        effect = continuous_effect(patients, source, endpoint)
        if effect is not None:
            found.append(
                caution.dichotomised(analysis, name, effect.ratio, effect.step, effect.pvalue)
            )
    return found
