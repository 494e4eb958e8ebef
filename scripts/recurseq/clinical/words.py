"""What was found, in words made from the tables: for figures, the page and the terminal alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.text import listed, setting
from recurseq.clinical.cautions import ALPHA, STOP
from recurseq.clinical.settings import (
    Clinical,
    Competing,
    Dated,
    Endpoint,
    Entry,
    Span,
    Survival,
)

ABBREVIATIONS = frozenset({"os", "dfs", "rfs", "pfs", "efs", "css", "ttp", "ttr", "hpr"})
WITHHELD = {
    "immortal_time": "left out: groups became known after the origin (immortal time)",
    "circular_outcome": "descriptive, no test: groups are made of the outcome",
    "outcome_selected": "left out: patients were chosen by their outcome",
    "optimised_cutoff": "p-value left out: the cut-off was chosen by an outcome",
}


def pvalue_text(value: float) -> str:
    """Write a p-value for a figure: ``p = 0.004``, ``p < 0.001``."""
    if pd.isna(value):
        return "p = NA"
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def interval_text(value: float, lower: float, upper: float, digits: int = 2) -> str:
    """Write an estimate with its interval: ``2.24 (1.59 to 3.33)``."""
    return f"{value:.{digits}f} ({lower:.{digits}f} to {upper:.{digits}f})"


def time_axis(settings: Clinical, survival: Survival) -> str:
    """Name the time axis of a survival analysis."""
    if survival.landmark is not None:
        return f"months since the landmark at {setting(survival.landmark)} months"
    return origin_axis(settings.endpoints[survival.endpoint])


def origin_axis(endpoint: Endpoint) -> str:
    """Name the time axis of an endpoint."""
    if isinstance(endpoint, Span):
        return f"months since {plain(endpoint.start)}"
    if isinstance(endpoint, Dated | Competing):
        return f"months since {plain(endpoint.origin)}"
    return "months"


def entry_text(entry: Entry | None) -> str:
    """Say how the terms of a model were chosen."""
    if entry is None:
        return "prespecified"
    if not entry.backward:
        return f"entered at p < {setting(entry.limit)}, exploratory"
    rule = "Akaike's criterion" if entry.limit is None else f"p < {setting(entry.limit)}"
    return f"backward selection by {rule}, exploratory"


def plain(name: str) -> str:
    """Write a name of the configuration as words; usual abbreviations of endpoints as such."""
    words = name.replace("_", " ").strip()
    first, space, rest = words.partition(" ")
    return (first.upper() + space + rest) if first.casefold() in ABBREVIATIONS else words


def title_of(survival: Survival) -> str:
    """Name a survival analysis: its endpoint and groups."""
    by = f" by {plain(survival.by)}" if survival.by else ""
    return f"{plain(survival.endpoint)}{by}"


def size_text(groups: pd.DataFrame) -> str:
    """Say how many patients and events an analysis has.

    Parameters
    ----------
    groups
        Table ``survival_groups``.
    """
    own = groups[groups["subgroup"] == "all"]
    return f"n = {int(own['n'].sum()):,}, {int(own['events'].sum()):,} events"


def headline(groups: pd.DataFrame, tests: pd.DataFrame, cautions: pd.DataFrame) -> str:
    """Say how groups compare: in one number, and never in one that was left out.

    Where hazards are not proportional it is the difference of restricted means, not a hazard ratio;
    where the cut-off was chosen by the outcome it is the corrected p-value.

    Parameters
    ----------
    groups, tests, cautions
        Tables ``survival_groups``, ``survival_tests`` and ``clinical_cautions``.
    """
    stopped = list(cautions.loc[cautions["severity"] == STOP, "code"])
    if stopped:
        return "; ".join(dict.fromkeys(WITHHELD.get(code, f"left out: {code}") for code in stopped))
    own, name = _of_all(tests), deciding_test(tests, cautions)
    if not name:
        return WITHHELD["optimised_cutoff"] if "logrank" in own.index else ""
    if name == "maxstat":
        return f"corrected {pvalue_text(own.loc['maxstat', 'pvalue'])} (best of many cut-offs)"
    if name.startswith("rmst_"):
        return _difference(own.loc[name], name, groups)
    word = "stratified log-rank" if name == "stratified" else "log-rank"
    return f"{word} {pvalue_text(own.loc[name, 'pvalue'])}{_ratio(groups)}"


def deciding_test(tests: pd.DataFrame, cautions: pd.DataFrame) -> str:
    """Name the test whose p-value counts; empty when there is none, or when it was left out."""
    own = _of_all(tests)
    if "logrank" not in own.index or (cautions["severity"] == STOP).any():
        return ""
    if "maxstat" in own.index:
        return "maxstat"
    if pd.isna(own.loc["logrank", "pvalue"]):
        return ""
    if (cautions["code"] == "non_proportional").any():
        restricted = [name for name in own.index if str(name).startswith("rmst_")]
        known = [name for name in restricted if pd.notna(own.loc[name, "estimate"])]
        if known:
            return known[-1]
    return "stratified" if "stratified" in own.index else "logrank"


def association(by: str, endpoint: str, tests: pd.DataFrame, cautions: pd.DataFrame) -> str:
    """Say whether groups are associated with an endpoint; neither cause nor effect."""
    name = deciding_test(tests, cautions)
    if not name:
        return f"{plain(by)} and {plain(endpoint)}"
    if _of_all(tests).loc[name, "pvalue"] < ALPHA:
        return f"{plain(by)} is associated with {plain(endpoint)}"
    return f"no association of {plain(by)} with {plain(endpoint)} is shown"


def _of_all(tests: pd.DataFrame) -> pd.DataFrame:
    return tests[tests["subgroup"] == "all"].set_index("test")


def _difference(row: pd.Series, name: str, groups: pd.DataFrame) -> str:
    months = str(name).removeprefix("rmst_")
    names = list(groups.loc[groups["subgroup"] == "all", "group"])
    text = interval_text(row["estimate"], row["lower"], row["upper"], 1)
    return (
        f"hazards not proportional; mean time within {months} months, {names[-1]} less {names[0]}: "
        f"{text} months, {'all groups ' if len(names) > 2 else ''}{pvalue_text(row['pvalue'])}"
    )


def _ratio(groups: pd.DataFrame) -> str:
    own = groups[(groups["subgroup"] == "all") & groups["hr"].notna()]
    if len(own) != 1:
        return ""
    row = own.iloc[0]
    first = groups.loc[groups["subgroup"] == "all", "group"].iloc[0]
    text = interval_text(row["hr"], row["lower"], row["upper"])
    return f"; hazard ratio {row['group']} v {first} {text}"


def warnings_of(cautions: pd.DataFrame) -> str:
    """Name the cautions that stand beside a figure."""
    grave = cautions[cautions["severity"] != "note"]["code"]
    return f"caution: {listed(dict.fromkeys(grave))}" if len(grave) else ""


def median_text(row: pd.Series | dict) -> str:
    """Write a median with its interval; ``not reached`` is a value."""
    if pd.isna(row["reached"]):
        return "left out"
    lower = "NA" if pd.isna(row["median_lower"]) else f"{row['median_lower']:.1f}"
    upper = "not reached" if pd.isna(row["median_upper"]) else f"{row['median_upper']:.1f}"
    middle = f"{row['median']:.1f}" if row["reached"] else "not reached"
    return f"{middle} ({lower} to {upper})"


def corrected_pvalue_text(cutoff: pd.DataFrame) -> str:
    """Say what the search for a cut-off is worth, from table ``clinical_cutoff``."""
    row = cutoff.iloc[0]
    for column, name in (
        ("pvalue_permutation", "permutation"),
        ("pvalue_lau94", "Lausen 1994"),
        ("pvalue_lau92", "Lausen and Schumacher 1992"),
    ):
        if pd.notna(row[column]):
            return f"corrected {pvalue_text(row[column])} ({name})"
    if pd.notna(row["pvalue_uncorrected"]):
        return pvalue_text(row["pvalue_uncorrected"])
    return ""


def cut_text(cutoff: pd.DataFrame) -> str:
    """Write the cut-off with its bootstrap interval."""
    texts = []
    for row in cutoff.itertuples():
        interval = (
            f" (95 % interval {row.cut_lower:.3g} to {row.cut_upper:.3g})"
            if np.isfinite(row.cut_lower)
            else ""
        )
        texts.append(f"{row.cut:.3g}{interval}")
    return listed(texts)


def gray_text(tests: pd.DataFrame, cautions: pd.DataFrame) -> str:
    """Say how incidences compare, from table ``competing_tests``."""
    stopped = list(cautions.loc[cautions["severity"] == STOP, "code"])
    if stopped:
        return "; ".join(dict.fromkeys(WITHHELD.get(code, f"left out: {code}") for code in stopped))
    told = [f"{row.state} {pvalue_text(row.pvalue)}" for row in tests.itertuples()]
    return f"Gray's test: {', '.join(told)}" if told else ""


def model_size_text(summary: pd.DataFrame) -> str:
    """Say how many patients, events and events per parameter a model has."""
    if summary.empty:
        return "no term entered the model"
    row = summary.iloc[0]
    return f"n = {int(row['n']):,}, {int(row['events']):,} events, {row['epv']:.1f} per parameter"


def hazards_text(tests: pd.DataFrame) -> str:
    """Say whether hazards are proportional, from table ``model_proportionality``."""
    own = tests[(tests["term"] == "GLOBAL") & (tests["transform"] == "km")]
    if own.empty:
        return "hazards not tested"
    return f"proportional hazards, all terms together: {pvalue_text(own['pvalue'].iloc[0])}"
