"""Cut-offs where they are used: what stands beside a group that was made from a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from recurseq.clinical import measure_cautions
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


def corrected_pvalue(found: Mapping) -> float:
    """Return the p-value that counts the search for a cut-off, of its row ``clinical_cutoff``."""
    return next((float(found[key]) for key in CORRECTED if pd.notna(found[key])), float("nan"))


def optimised_caution(analysis: str, name: str, found: Mapping) -> Caution:
    """Warn of a cut-off that was chosen by the outcome, with its row ``clinical_cutoff``."""
    limits = float(found["cut_lower"]), float(found["cut_upper"])
    return measure_cautions.optimised_cutoff(analysis, name, corrected_pvalue(found), *limits)


def optimised_test(rows: list[dict], patients: Patients, survival: Survival) -> list[dict]:
    """Withhold the p-values of groups of an optimised cut-off, and put the corrected one first.

    The corrected p-value belongs to the endpoint by which the cut-off was chosen.
    """
    blank = withheld(rows)
    cutoff = patients.settings.cutoffs[survival.by]
    if cutoff.endpoint != survival.endpoint or cutoff.method != "maxstat":
        return blank
    found = patients.found_cutoffs[survival.by].iloc[0]
    first = {
        "subgroup": "all",
        "test": "maxstat",
        "statistic": found["statistic"],
        "pvalue": corrected_pvalue(found),
        "note": "corrected for the choice of the cut-off",
    }
    return [first, *blank]


def withheld(rows: Iterable[dict]) -> list[dict]:
    """Leave out p-values of tests between groups of an optimised cut-off."""
    return [
        one
        if one["test"] == "proportionality"
        else {**one, "pvalue": None, "qvalue": None, "note": WITHHELD}
        for one in rows
    ]


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
    analysis: str,
    patients: Patients,
    names: Iterable[str | None],
    endpoint: str,
    state: str | None = None,
) -> list[Caution]:
    """Return the cautions of variables that are numbers cut into groups, or classes of pairs.

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
    state
        The state that is its event; all of them where None.
    """
    found: list[Caution] = []
    for name in dict.fromkeys(one for one in names if one):
        if is_optimised(patients, name):
            found.append(optimised_caution(analysis, name, patients.found_cutoffs[name].iloc[0]))
        found += class_cautions(analysis, patients, [name])
        source = source_of(patients, name)
        if source is None:
            continue
        effect = continuous_effect(patients, source, endpoint, state)
        if effect is not None:
            found.append(
                measure_cautions.dichotomised(
                    analysis, name, effect.ratio, effect.step, effect.pvalue
                )
            )
    return found


def class_cautions(analysis: str, patients: Patients, names: Iterable[str]) -> list[Caution]:
    """Return the cautions of classes of pairs of genes, which were cut in the same samples."""
    measures = patients.settings.measures
    return [
        measure_cautions.exploratory_classes(analysis, name)
        for name in dict.fromkeys(names)
        if name in measures and measures[name].levels
    ]
