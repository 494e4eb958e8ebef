"""Figures of the cohort: its flow, and the early events that are described."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from recurseq.base.text import setting
from recurseq.clinical.settings import Clinical, Within
from recurseq.clinical.words import origin_axis, plain
from recurseq.figures.descriptions import occurrence_figure, shares_figure
from recurseq.figures.drawing import Tables
from recurseq.figures.flow import flow_figure
from recurseq.figures.style import facts_of


def cohort_flow(
    settings: Clinical, flow: pd.DataFrame, tables: Tables, split: Sequence[str], simulated: bool
) -> Figure:
    """Draw the flow of patients, with the described events in the cohorts.

    Parameters
    ----------
    settings
        The clinical sections.
    flow
        Table ``clinical_flow``.
    tables
        Tables of the descriptions by their names, as `recurseq.base.tables.read_tables` reads them.
    split
        Cohorts into which the patients are divided.
    simulated
        Whether to say that the data are simulated.
    """
    counted = tables.get("description_cohorts", {})
    events = {settings.descriptions[name].endpoint: one for name, one in counted.items()}
    return flow_figure(flow, split, events, simulated)


def _occurrence(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    occurrence = tables["description_occurrence"][name]
    endpoint = settings.endpoints[settings.descriptions[name].endpoint]
    return occurrence_figure(
        occurrence,
        f"{plain(endpoint.name)}: time of occurrence",
        origin_axis(settings.endpoints[endpoint.of]),
        _size(occurrence, endpoint),
        simulated,
    )


def _shares(settings: Clinical, name: str, tables: Tables, simulated: bool) -> Figure:
    return shares_figure(
        tables["description_shares"][name],
        f"{plain(settings.descriptions[name].endpoint)} and other events of its kind",
        facts_of(("95 % intervals", "patients in brackets", "descriptive, without tests")),
        simulated,
    )


def _size(occurrence: pd.DataFrame, endpoint: Within) -> str:
    total = int(occurrence["total"].iloc[0])
    return facts_of(
        (f"{total:,} events within {setting(endpoint.within)} months", "exact 95 % intervals")
    )


# Figure to the wildcard of its names and the function that draws one of them.
FIGURES: dict[str, tuple[str, Callable[[Clinical, str, Tables, bool], Figure]]] = {
    "event_occurrence": ("description", _occurrence),
    "event_shares": ("described", _shares),
}
