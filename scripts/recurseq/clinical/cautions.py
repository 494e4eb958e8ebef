"""What a reader must know beside a number: one pure function for each code.

Each returns a caution, or None where there is nothing to say. Severity ``stop`` means that the
analysis left the number out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.base.text import listed, setting
from recurseq.clinical.settings import Entry
from recurseq.stats.e_value import e_value, risk_ratio_of_hazards

SEVERITIES = STOP, WARN, NOTE = "stop", "warn", "note"  # the gravest first
ALPHA = 0.05
EVENTS_TO_WARN, EVENTS_TO_STOP = 10, 5  # per parameter
TOO_SHORT_TO_WARN, TOO_SHORT_TO_REFUSE = 0.05, 0.20
LOST_TO_WARN = 0.10
FEWEST_CLUSTERS = 10
FEWEST_AT_RISK = 10
LARGEST_SHIFT = 0.5  # cycles between plates
LARGEST_REFERENCE_SD = 1.5
UNSTABLE_REFERENCES = ("GAPDH",)  # log2 fold change +0.7 in liver cancer


@dataclass(frozen=True)
class Caution:
    """One caution.

    Attributes
    ----------
    code
        What kind it is.
    severity
        ``stop``, ``warn`` or ``note``.
    analysis
        Section and name, such as ``survival.dfs``.
    message
        A sentence.
    number
        The number it is about, as text.
    """

    code: str
    severity: str
    analysis: str
    message: str
    number: str = ""


def as_table(cautions: Iterable[Caution | None]) -> pd.DataFrame:
    """Return table ``clinical_cautions``; empty places are passed over, repeated ones told once."""
    kept = dict.fromkeys(one for one in cautions if one is not None)
    rows = [(c.code, c.severity, c.analysis, c.message, c.number or None) for c in kept]
    return pd.DataFrame(rows, columns=describe("clinical_cautions").names, dtype=object)


def shown(value: float) -> str:
    """Write a number in a caution."""
    return "NA" if np.isnan(value) else f"{value:.3g}"


def percent(value: float) -> str:
    """Write a share in a caution."""
    return "NA" if np.isnan(value) else f"{100 * value:.1f} %"


def immortal_time(analysis: str, variable: str, *, handled: bool, naive: bool) -> Caution:
    """Warn of a group or covariate that became known after follow-up had begun.

    Parameters
    ----------
    analysis, variable
        Where, and what.
    handled
        Whether a landmark or a time-varying estimate takes it into account.
    naive
        Whether a naive estimate stands beside that.
    """
    why = f"{variable} became known after the origin: patients had to live until then"
    if not handled:
        message = f"{why}. The naive estimate is left out; give a landmark or time_varying."
        return Caution("immortal_time", STOP, analysis, message, variable)
    if naive:
        message = f"{why}. The naive estimate is biased; read the landmark or time-varying one."
        return Caution("immortal_time", WARN, analysis, message, variable)
    message = f"{why}. Groups are those of the landmark, among patients still without the event."
    return Caution("immortal_time", NOTE, analysis, message, variable)


def confounded_by_indication(analysis: str, variable: str, ratio: float) -> Caution:
    """Say that a treatment or response was not given at random.

    Parameters
    ----------
    analysis, variable
        Where, and what came after the origin.
    ratio
        Its hazard ratio from a landmark or over time; missing when there is none.
    """
    message = (
        f"Nothing decided at random who has which {variable}: its ratio is an association and no "
        "effect. Compare the groups in an association table (smd)."
    )
    if not np.isfinite(ratio) or ratio <= 0:
        return Caution("confounded_by_indication", NOTE, analysis, message, variable)
    value = e_value(risk_ratio_of_hazards(ratio))
    message += (
        f" An unknown cause tied to both {variable} and the outcome by a risk ratio of "
        f"{shown(value)} could explain it (E-value)."
    )
    return Caution("confounded_by_indication", NOTE, analysis, message, shown(value))


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


def separated(analysis: str, term: str) -> Caution:
    """Say that a term tells yes from no without exception, so that a penalty was needed."""
    message = (
        f"{term} separates patients with the event from those without it: its odds ratio has no "
        "finite estimate, and Firth's penalty gives the one that is used; look whether the term is "
        "another name for the outcome."
    )
    return Caution("near_perfect", WARN, analysis, message, term)


def exploratory_classes(analysis: str, variable: str) -> Caution:
    """Say that classes of a pair of genes were cut in the samples that they are used in."""
    message = (
        f"{variable} is made by cut-offs of both genes that come from these samples "
        "(coexpression/classes.tsv), not by the outcome: exploratory, other cut-offs give other "
        "classes, and they cannot be carried over to other data as they are."
    )
    return Caution("exploratory_classes", NOTE, analysis, message, variable)


def few_events(analysis: str, events: int, parameters: int, *, penalised: bool) -> Caution | None:
    """Warn of fewer events than a model of this size needs."""
    if not parameters:
        return None
    per = events / parameters
    if per >= EVENTS_TO_WARN:
        return None
    text = f"{events} events for {parameters} parameters ({per:.1f} per parameter)"
    if per < EVENTS_TO_STOP and not penalised:
        message = (
            f"{text}: too few, and the estimates are left out. Take fewer terms, or a penalty."
        )
        return Caution("few_events", STOP, analysis, message, f"{per:.1f}")
    return Caution("few_events", WARN, analysis, f"{text}: estimates are unstable.", f"{per:.1f}")


def selected_by_p(analysis: str, entry: Entry, candidates: int, entered: int) -> Caution:
    """Warn of terms that were chosen by the data that they are fitted to.

    Parameters
    ----------
    analysis
        Section and name.
    entry
        How they were chosen.
    candidates, entered
        Number of terms before and after.
    """
    if not entry.backward:
        how = f"entered because their p-value alone was below {setting(entry.limit)}"
    else:
        rule = "by Akaike's criterion" if entry.limit is None else f"at p < {setting(entry.limit)}"
        how = f"stayed after backward selection {rule}"
    message = (
        f"{entered} of {candidates} terms {how}: exploratory; p-values and intervals do not know "
        "of the selection."
    )
    return Caution("selected_by_p", WARN, analysis, message, f"{entered} of {candidates}")


def non_proportional(analysis: str, pvalue: float) -> Caution | None:
    """Warn of hazards that are not proportional."""
    if np.isnan(pvalue) or pvalue >= ALPHA:
        return None
    message = (
        f"Hazards are not proportional (GLOBAL p = {shown(pvalue)}): a hazard ratio is an average "
        "over time; compare restricted mean survival times instead."
    )
    return Caution("non_proportional", WARN, analysis, message, shown(pvalue))


def circular_outcome(analysis: str, variable: str, endpoint: str) -> Caution:
    """Refuse groups that are made of the very events they are compared in."""
    message = (
        f"{variable} is made of events of {endpoint}, or of events before its end: groups differ "
        "by construction. Descriptive, without tests; compare survival after the event, or from a "
        "landmark."
    )
    return Caution("circular_outcome", STOP, analysis, message, variable)


def short_follow_up(
    analysis: str, too_short: int, n: int, naive: float, complete: float, estimate: float
) -> Caution | None:
    """Warn of patients who were not followed long enough."""
    if not too_short:
        return None
    share = too_short / n
    text = (
        f"{too_short} of {n} patients ({percent(share)}) were not followed long enough: the risk "
        f"is {percent(naive)} if they count as without the event, {percent(complete)} without "
        f"them, {percent(estimate)} by cumulative incidence, which is the one to read."
    )
    if share <= TOO_SHORT_TO_WARN:
        return Caution("short_follow_up", NOTE, analysis, text, percent(share))
    if share > TOO_SHORT_TO_REFUSE:
        text += (
            " Too many for a model of yes and no: use the times, or inverse-probability weights."
        )
    return Caution("short_follow_up", WARN, analysis, text, percent(share))


def competing_death(analysis: str, state: str, difference: float) -> Caution:
    """Tell how far one less Kaplan-Meier overstates an incidence."""
    message = (
        f"Other states compete with {state}: one less Kaplan-Meier would overstate its incidence "
        f"by up to {percent(difference)}; cumulative incidence and Gray's test stand in its place."
    )
    return Caution("competing_death", NOTE, analysis, message, percent(difference))


def complete_case_loss(
    analysis: str, what: str, dropped: int, n: int, *, can_impute: bool = False
) -> Caution | None:
    """Warn of patients who are left out because a value is missing.

    Parameters
    ----------
    analysis, what
        Section and name, and what they are left out of.
    dropped, n
        How many, and of how many.
    can_impute
        Whether the configuration could ask for imputation instead.
    """
    if not n or dropped / n <= LOST_TO_WARN:
        return None
    message = (
        f"{dropped} of {n} patients ({percent(dropped / n)}) are left out of {what} because a "
        "value is missing; look at clinical/missing.tsv for whether those with events lack more."
    )
    if can_impute:
        message += " missing_data: {imputations: 20} fills gaps in and keeps these patients."
    return Caution("complete_case_loss", WARN, analysis, message, str(dropped))


def subgroup_without_interaction(
    analysis: str, subgroup: str, interaction: float, pvalue: float
) -> Caution | None:
    """Warn of a subgroup whose effect does not differ from that of the others."""
    if not np.isnan(interaction) and interaction < ALPHA:
        return None
    if np.isnan(pvalue) or pvalue >= ALPHA:
        severity, text = NOTE, "the subgroup says nothing that all patients do not"
    else:
        severity, text = WARN, "its own small p-value is no evidence of a special effect there"
    message = (
        f"That the effect in {subgroup} differs from that in the others is not shown "
        f"(interaction p = {shown(interaction)}): {text}."
    )
    return Caution("subgroup_without_interaction", severity, analysis, message, shown(interaction))


def level_without_events(
    analysis: str, term: str, level: str, n: int, *, penalised: bool
) -> Caution:
    """Name a level in which nobody had the event."""
    end = (
        "its ratio comes from Firth's penalty"
        if penalised
        else "it has no finite ratio and is left out; penalty: firth gives one"
    )
    message = f"None of the {n} patients with {term} {level} had the event: {end}."
    return Caution("level_without_events", WARN, analysis, message, f"{term} {level}")


def many_tests(analysis: str, tests: int) -> Caution | None:
    """Tell how many tests stand in a table."""
    if tests < 2:
        return None
    message = (
        f"{tests} tests: without any difference, {tests * ALPHA:.1f} of them would have p < "
        f"{ALPHA:g}; read the q-values."
    )
    return Caution("many_tests", NOTE, analysis, message, str(tests))


def few_centres(analysis: str, column: str, clusters: int) -> Caution | None:
    """Warn of too few clusters for their robust errors."""
    if clusters >= FEWEST_CLUSTERS:
        return None
    message = (
        f"{column} has {clusters} clusters: with fewer than {FEWEST_CLUSTERS}, robust standard "
        "errors are too small."
    )
    return Caution("few_centres", WARN, analysis, message, str(clusters))


def median_not_reached(analysis: str, groups: Sequence[str]) -> Caution | None:
    """Name groups whose curve stays above one half."""
    if not groups:
        return None
    message = (
        f"The median is not reached in {listed(groups)}: more than half are without the event at "
        "the end of follow-up. A restricted mean is another quantity than a median."
    )
    return Caution("median_not_reached", NOTE, analysis, message, "not reached")


def thin_tail(analysis: str, time: float, horizons: Sequence[float]) -> Caution | None:
    """Tell where curves rest on few patients, and which times lie beyond the follow-up."""
    if not np.isfinite(time):
        return None
    message = (
        f"From {setting(round(time, 1))} months on, fewer than {FEWEST_AT_RISK} are at risk in a "
        "group: the end of its curve rests on few patients."
    )
    if horizons:
        beyond = listed(setting(value) for value in horizons)
        message += f" Nothing is said at {beyond} months, beyond the follow-up of a group."
    return Caution("thin_tail", NOTE, analysis, message, setting(round(time, 1)))


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


def reconstructed(analysis: str) -> Caution:
    """Say that numbers which look like those of a publication are not."""
    message = (
        "The patients are simulated after the figures of a publication: no number here reproduces "
        "or confirms a published one."
    )
    return Caution("reconstructed", NOTE, analysis, message)


def outcome_selected(analysis: str, cohort: str, chosen: int, n: int) -> Caution | None:
    """Warn of patients who were chosen by their outcome."""
    if not chosen:
        return None
    if chosen == n:
        message = (
            f"The patients of {cohort} were chosen by their outcome: no absolute risks, medians or "
            "p-values are told of them."
        )
        return Caution("outcome_selected", STOP, analysis, message, str(n))
    message = (
        f"{chosen} of {n} patients were chosen by their outcome, which biases every estimate; name "
        "a cohort without them."
    )
    return Caution("outcome_selected", WARN, analysis, message, str(chosen))


def left_out_of_risks(analysis: str, cohort: str, size: int, n: int) -> Caution:
    """Say that patients who were chosen by their outcome are in no risk of the endpoints."""
    if size == n:
        message = f"All patients ({cohort}) were chosen by their outcome: their risks mean nothing."
        return Caution("outcome_selected", WARN, analysis, message, str(size))
    message = (
        f"The {size} patients of {cohort} were chosen by their outcome; events, follow-up and "
        f"risks are those of the other {n - size}."
    )
    return Caution("outcome_selected", NOTE, analysis, message, str(size))


def without_effect(analysis: str, columns: Sequence[str]) -> Caution | None:
    """Name what the patients of the development cannot tell, and what is therefore left at 0."""
    if not columns:
        return None
    message = (
        f"Nothing is known of {listed(columns)}: the same in all patients of the development, or a "
        "combination of other terms. It counts as 0 in every risk; other patients may differ."
    )
    return Caution("without_effect", WARN, analysis, message, listed(columns))


def beyond_development(analysis: str, variables: Sequence[str]) -> Caution | None:
    """Say that an axis goes on where no patient was."""
    if not variables:
        return None
    message = (
        f"The axis of {listed(variables)} goes beyond the patients of the development: there the "
        "nomogram only continues a curve, and the calculator does not answer."
    )
    return Caution("extrapolation", WARN, analysis, message, listed(variables))


def beyond_follow_up(analysis: str, horizon: float, last: float) -> Caution | None:
    """Refuse a risk at a time that nobody was followed to."""
    if horizon <= last:
        return None
    message = (
        f"Nobody was followed for {setting(horizon)} months (the longest: {shown(last)}): no risk "
        "is told at that time."
    )
    return Caution("extrapolation", STOP, analysis, message, setting(horizon))


def no_estimates(analysis: str) -> Caution:
    """Say that a model has no finite estimates."""
    message = (
        "The model has no finite estimates, or no event before its horizon; take fewer terms, join "
        "levels without events, or penalty: auto."
    )
    return Caution("level_without_events", STOP, analysis, message)


def gather(parts: Iterable[pd.DataFrame], *, simulated: bool) -> pd.DataFrame:
    """Put the cautions of all analyses together, the gravest first.

    Parameters
    ----------
    parts
        Tables ``clinical_cautions``.
    simulated
        Whether the patients are simulated after a publication.
    """
    own = [as_table([reconstructed("study")])] if simulated else []
    filled = [part for part in (*own, *parts) if len(part)]
    if not filled:
        return as_table([])
    table = pd.concat(filled, ignore_index=True)
    place = table["severity"].map(SEVERITIES.index)
    return table.loc[place.sort_values(kind="stable").index].reset_index(drop=True)
