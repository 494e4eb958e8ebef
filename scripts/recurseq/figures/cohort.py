"""Figures of the cohort: its flow, and the early events that are described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.text import setting
from recurseq.clinical.settings import Clinical, Within
from recurseq.clinical.words import origin_axis, plain
from recurseq.figures.descriptions import occurrence_figure, shares_figure
from recurseq.figures.flow import flow_figure
from recurseq.figures.style import facts_of, save


def draw_cohort(
    settings: Clinical,
    flow: pd.DataFrame | None,
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
    split: Sequence[str],
    files: Mapping[str, Sequence[str]],
    simulated: bool,
) -> None:
    """Draw the flow of patients and the figures of every description.

    Parameters
    ----------
    settings
        The clinical sections.
    flow
        Table ``clinical_flow``; None for a study without exclusions and cohorts.
    tables
        Tables of the descriptions by their names, as `recurseq.base.tables.read_tables` reads them.
    split
        Cohorts into which the patients are divided.
    files
        ``<figure>_svg`` to the paths, in the order of the names; the other kinds lie beside them.
    simulated
        Whether to say that the data are simulated.
    """
    described = settings.descriptions
    if flow is not None:
        events = {
            described[name].endpoint: one
            for name, one in tables.get("description_cohorts", {}).items()
        }
        save(flow_figure(flow, split, events, simulated), files["cohort_flow_svg"][0])
    for number, (name, occurrence) in enumerate(tables.get("description_occurrence", {}).items()):
        endpoint = settings.endpoints[described[name].endpoint]
        figure = occurrence_figure(
            occurrence,
            f"{plain(endpoint.name)}: time of occurrence",
            origin_axis(settings.endpoints[endpoint.of]),
            _size(occurrence, endpoint),
            simulated,
        )
        save(figure, files["event_occurrence_svg"][number])
    counted = [name for name, one in described.items() if one.variables]
    for number, name in enumerate(counted):
        figure = shares_figure(
            tables["description_shares"][name],
            f"{plain(described[name].endpoint)} and other events of its kind",
            facts_of(("95 % intervals", "patients in brackets", "descriptive, without tests")),
            simulated,
        )
        save(figure, files["event_shares_svg"][number])


def _size(occurrence: pd.DataFrame, endpoint: Within) -> str:
    total = int(occurrence["total"].iloc[0])
    return facts_of(
        (f"{total:,} events within {setting(endpoint.within)} months", "exact 95 % intervals")
    )
