"""What a reader must know of assays and of cut-offs; pure functions."""

from __future__ import annotations

from recurseq.base.text import setting
from recurseq.clinical.cautions import NOTE, WARN, Caution, shown

LARGEST_SHIFT = 0.5  # cycles between plates
LARGEST_REFERENCE_SD = 1.5
UNSTABLE_REFERENCES = ("GAPDH",)  # log2 fold change +0.7 in liver cancer


def undetected_wells(analysis: str, undetected: int, wells: int) -> Caution | None:
    """Count wells in which the gene was not detected."""
    if not undetected:
        return None
    message = (
        f"The gene was not detected in {undetected} of {wells} wells: these values are limits, not "
        "measurements."
    )
    return Caution("assay_quality", NOTE, analysis, message, str(undetected))


def replicates_differ(analysis: str, flagged: int, patients: int, limit: float) -> Caution | None:
    """Count patients whose replicates lie far apart."""
    if not flagged:
        return None
    message = (
        f"The replicates of {flagged} of {patients} patients have a standard deviation above "
        f"{setting(limit)} cycles."
    )
    return Caution("assay_quality", WARN, analysis, message, str(flagged))


def reference_drift(analysis: str, reference: str, shift: float, sd: float) -> Caution | None:
    """Warn of a reference gene that differs between plates, or between patients."""
    if shift > LARGEST_SHIFT:
        message = (
            f"{reference} of one plate lies {shift:.1f} cycles from the mean of all: look whether "
            "the gene itself moved with it."
        )
        return Caution("assay_quality", WARN, analysis, message, f"{shift:.1f}")
    if sd > LARGEST_REFERENCE_SD:
        message = (
            f"{reference} differs between patients by a standard deviation of {sd:.1f} cycles: its "
            "amount is not as constant as a reference should be."
        )
        return Caution("assay_quality", WARN, analysis, message, f"{sd:.1f}")
    return None


def unstable_reference(analysis: str, reference: str) -> Caution | None:
    """Warn of a reference gene that is known to change in liver cancer."""
    if not any(gene.casefold() in reference.casefold() for gene in UNSTABLE_REFERENCES):
        return None
    message = f"{reference} is higher in liver cancer than in normal liver: a poor reference there."
    return Caution("assay_quality", WARN, analysis, message, reference)


def optimised_cutoff(
    analysis: str, cutoff: str, pvalue: float, lower: float, upper: float
) -> Caution:
    """Warn of a cut-off that was chosen by the outcome."""
    message = (
        f"{cutoff} was chosen by the outcome among many cut-offs: only the corrected p-value "
        f"counts ({shown(pvalue)}), ratios are too far from 1, and other cut-offs would do as well "
        f"(95 % interval of the cut-off {shown(lower)} to {shown(upper)})."
    )
    return Caution("optimised_cutoff", WARN, analysis, message, shown(pvalue))


def dichotomised(analysis: str, variable: str, ratio: float, step: str, pvalue: float) -> Caution:
    """Set the uncut number beside its groups."""
    message = (
        f"{variable} is a number cut into groups, which loses information. Without a cut, the "
        f"hazard ratio is {shown(ratio)} {step} (p = {shown(pvalue)})."
    )
    return Caution("dichotomised", NOTE, analysis, message, shown(ratio))


def exploratory_classes(analysis: str, variable: str) -> Caution:
    """Say that classes of a pair of genes were cut in the samples that they are used in."""
    message = (
        f"{variable} is made by cut-offs of both genes that come from these samples "
        "(coexpression/classes.tsv), not by the outcome: exploratory, other cut-offs give other "
        "classes, and they cannot be carried over to other data as they are."
    )
    return Caution("exploratory_classes", NOTE, analysis, message, variable)
