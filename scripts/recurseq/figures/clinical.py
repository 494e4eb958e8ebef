"""Figures of patients: what each is made from, and the words around it."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from recurseq.clinical import words
from recurseq.clinical.settings import COX, FINEGRAY, LOGISTIC, Clinical, Within
from recurseq.figures.cutoffs import scan_figure
from recurseq.figures.drawing import Tables
from recurseq.figures.hazards import schoenfeld_figure
from recurseq.figures.ratios import model_forest_figure, subgroup_forest_figure
from recurseq.figures.style import facts_of
from recurseq.figures.survival import incidence_figure, kaplan_meier_figure

Draw = Callable[[Clinical, str, Tables, bool], Figure]


def _kaplan_meier(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    survival, groups = settings.survival[name], tables["survival_groups"][name]
    cautions = tables["survival_cautions"][name]
    headline = words.headline(groups, tables["survival_tests"][name], cautions)
    facts = (words.size_text(groups), headline, words.warnings_of(cautions))
    return kaplan_meier_figure(
        tables["survival_curve"][name],
        tables["survival_at_risk"][name],
        words.title_of(survival),
        words.time_axis(settings, survival),
        facts_of((*facts, f"95 % {survival.interval} intervals; pale below 10 at risk")),
        headline,
        simulated,
    )


def _subgroups(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    cautions = tables["survival_cautions"][name]
    return subgroup_forest_figure(
        tables["survival_groups"][name],
        tables["survival_tests"][name],
        f"{words.title_of(settings.survival[name])} in subgroups",
        facts_of(("the test of interaction decides", words.warnings_of(cautions))),
        simulated,
    )


def _incidence(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    survival, cautions = settings.survival[name], tables["competing_cautions"][name]
    gray = words.gray_text(tables["competing_tests"][name], cautions)
    return incidence_figure(
        tables["competing_curve"][name],
        f"{words.title_of(survival)}: cumulative incidence",
        words.time_axis(settings, survival),
        facts_of((gray, words.warnings_of(cautions), "Aalen-Johansen, 95 % intervals")),
        gray,
        simulated,
    )


def _scan(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    chosen, cutoff = settings.cutoffs[name], tables["clinical_cutoff"][name]
    answers = isinstance(settings.endpoints[chosen.endpoint], Within)
    measure = words.plain(chosen.measure)
    return scan_figure(
        tables["clinical_scan"][name],
        cutoff,
        f"{words.plain(name)}: cut-offs of {measure}",
        measure,
        "Youden index" if answers else "standardised log-rank statistic",
        facts_of((f"cut-off {words.cut_text(cutoff)}", words.corrected_pvalue_text(cutoff))),
        simulated,
    )


def _model_title(settings: Clinical, name: str) -> str:
    return f"{words.plain(settings.models[name].endpoint)}: model {words.plain(name)}"


def _forest(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    cautions = words.warnings_of(tables["model_cautions"][name])
    return model_forest_figure(
        tables["model_terms"][name],
        _model_title(settings, name),
        RATIOS[settings.models[name].kind],
        facts_of((words.model_size_text(tables["model_summary"][name]), cautions)),
        simulated,
    )


def _schoenfeld(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    tests = tables["model_proportionality"][name]
    return schoenfeld_figure(
        tables["model_residuals"][name],
        tests,
        f"{_model_title(settings, name)}, effects over time",
        facts_of((words.hazards_text(tests), "line: running mean; dashed: mean")),
        simulated,
    )


RATIOS = {COX: "hazard ratio", FINEGRAY: "subdistribution hazard ratio", LOGISTIC: "odds ratio"}
# Figure to the wildcard of its names and the function that draws one of them.
FIGURES: dict[str, tuple[str, Draw]] = {
    "kaplan_meier": ("survival", _kaplan_meier),
    "subgroup_forest": ("subgroups", _subgroups),
    "cumulative_incidence": ("competing", _incidence),
    "cutoff_scan": ("scan", _scan),
    "model_forest": ("outcome_model", _forest),
    "schoenfeld": ("hazard_model", _schoenfeld),
}
