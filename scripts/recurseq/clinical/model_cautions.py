"""What a reader must know of models and of many tests; pure functions."""

from __future__ import annotations

from recurseq.base.text import setting
from recurseq.clinical.cautions import (
    ALPHA,
    EVENTS_TO_STOP,
    EVENTS_TO_WARN,
    FEWEST_CLUSTERS,
    NOTE,
    STOP,
    WARN,
    Caution,
)
from recurseq.clinical.settings import Entry


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


def separated(analysis: str, term: str) -> Caution:
    """Say that a term tells yes from no without exception, so that a penalty was needed."""
    message = (
        f"{term} separates patients with the event from those without it: its odds ratio has no "
        "finite estimate, and Firth's penalty gives the one that is used; look whether the term is "
        "another name for the outcome."
    )
    return Caution("near_perfect", WARN, analysis, message, term)


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


def few_centres(analysis: str, column: str, clusters: int) -> Caution | None:
    """Warn of too few clusters for their robust errors."""
    if clusters >= FEWEST_CLUSTERS:
        return None
    message = (
        f"{column} has {clusters} clusters: with fewer than {FEWEST_CLUSTERS}, robust standard "
        "errors are too small."
    )
    return Caution("few_centres", WARN, analysis, message, str(clusters))


def many_tests(analysis: str, tests: int) -> Caution | None:
    """Tell how many tests stand in a table."""
    if tests < 2:
        return None
    message = (
        f"{tests} tests: without any difference, {tests * ALPHA:.1f} of them would have p < "
        f"{ALPHA:g}; read the q-values."
    )
    return Caution("many_tests", NOTE, analysis, message, str(tests))
