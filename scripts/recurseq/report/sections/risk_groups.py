"""Tree and strata of a risk model, as the section of risk models shows them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.clinical.words import interval_text
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import is_missing, percent, spaced
from recurseq.risk.cohorts import DEVELOPMENT, VALIDATION
from recurseq.risk.settings import Risk
from recurseq.risk.words import cuts_text, divider_text


@dataclass(frozen=True)
class Leaf:
    """A leaf of a tree: who is in it, and what was observed there."""

    rule: str
    stratum: str
    observed: dict[str, str]


@dataclass(frozen=True)
class TreeFacts:
    """A tree: its leaves, and how steady its splits are over resamples."""

    cohorts: list[str]
    leaves: list[Leaf]
    resamples: int
    stability: list[dict]
    figures: list[DrawnFigure]
    links: dict[str, str]


@dataclass(frozen=True)
class StrataFacts:
    """Strata: a row for each and each cohort."""

    by: str
    cuts: str
    rows: list[dict]
    figures: list[DrawnFigure]
    link: str


def tree_of(results: Results, risk: Risk) -> TreeFacts | None:
    """Gather the tree of a risk model; None where it has none."""
    nodes = results.table("risk_tree", risk_tree=risk.name)
    stability = results.table("risk_tree_stability", risk_tree=risk.name)
    if nodes is None or stability is None or nodes.empty:
        return None
    cohorts = [name for name in (DEVELOPMENT, VALIDATION) if (nodes["cohort"] == name).any()]
    leaves = nodes[nodes["variable"].isna()]
    tables = {"nodes": "risk_tree", "tests": "risk_tree_tests", "stability": "risk_tree_stability"}
    return TreeFacts(
        cohorts=cohorts,
        leaves=[_leaf(own) for _, own in leaves.groupby("node", sort=True)],
        resamples=0 if stability.empty else int(stability["resamples"].iloc[0]),
        stability=[_steady(row) for row in stability.to_dict("records")],
        figures=results.figures("risk", risk_tree=risk.name),
        links={
            f"{label} (TSV)": results.table_link(table, risk_tree=risk.name)
            for label, table in tables.items()
        },
    )


def _leaf(own: pd.DataFrame) -> Leaf:
    first = own.iloc[0]
    stratum = "" if is_missing(first["class"]) else spaced(first["class"])
    observed = {row["cohort"]: _observed(row, "rate") for row in own.to_dict("records")}
    return Leaf(str(first["rule"]), stratum, observed)


def _observed(row: dict, name: str) -> str:
    """Write an observed risk with its interval and the number of patients."""
    size = f"{int(row['events']):,} of {int(row['n']):,}"
    if is_missing(row[name]):
        return f"NA, {size}"
    low, high = (f"{100 * row[limit]:.1f}" for limit in ("lower", "upper"))
    return f"{percent(row[name])} ({low} to {high}), {size}"


def _steady(row: dict) -> dict:
    cut = "levels"
    if not is_missing(row["cut_median"]):
        ends = (f"{row[name]:.4g}" for name in ("cut_lower", "cut_upper"))
        cut = f"{row['cut_median']:.4g} ({' to '.join(ends)})"
    split = "not used" if is_missing(row["split"]) else str(row["split"])
    return {**row, "split": split, "cut": cut if row["used"] > 0 else "NA"}


def strata_of(results: Results, risk: Risk) -> StrataFacts | None:
    """Gather the strata of a risk model; None where it has none."""
    table = results.table("risk_strata", risk_strata=risk.name)
    if table is None or risk.strata is None:
        return None
    curves = results.table("risk_strata_curve", risk_strata=risk.name)
    figures = results.figures("risk", risk_strata=risk.name)
    if curves is None or curves.empty:  # an outcome without times: its figure says only that
        figures = [one for one in figures if one.entry.name != "risk_strata_survival"]
    return StrataFacts(
        by=divider_text(risk.strata),
        cuts=cuts_text(risk.strata),
        rows=[_stratum(row) for row in table.to_dict("records")],
        figures=figures,
        link=results.table_link("risk_strata", risk_strata=risk.name),
    )


def _stratum(row: dict) -> dict:
    ratio = "NA"
    if not is_missing(row["hr"]):
        known = not is_missing(row["hr_lower"])
        limits = (row["hr"], row["hr_lower"], row["hr_upper"])
        ratio = interval_text(*limits) if known else f"{row['hr']:.2f}"
        if row["hr"] == 1 and not known:
            ratio = "reference"
    return {**row, "told": _observed(row, "observed"), "ratio": ratio}


def group_methods(risks: list[Risk]) -> list[Paragraph]:
    """Write how trees and strata were made."""
    found = []
    if any(one.tree is not None for one in risks):
        text = (
            "Conditional inference trees divide a node by the term whose permutation test of "
            "independence has the smallest p-value, adjusted for the terms tested there, while "
            "that is below alpha; the same was done in resamples to see how steady the splits are. "
            "They were grown in the development alone, and the validation only follows them."
        )
        found.append(Paragraph("Trees", text, ("ctree",)))
    if any(one.strata is not None for one in risks):
        text = (
            "Strata were cut at risks named beforehand. Observed risks have Wilson's interval, or "
            "by a horizon Kaplan-Meier's or Aalen and Johansen's; ratios against the lowest "
            "stratum were made anew in each cohort."
        )
        found.append(Paragraph("Strata of risk", text, ()))
    return found
