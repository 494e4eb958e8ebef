"""What a run has found out about single genes, gathered from its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from recurseq.base.h5ad import Stored, open_h5ad
from recurseq.design.contrast import SIDES, Contrast
from recurseq.report.provenance import portable
from recurseq.report.results import MODEL, Results
from recurseq.study import Study

RESULTS = Path("results")


@dataclass(frozen=True)
class ContrastResult:
    """One contrast that was tested.

    Attributes
    ----------
    contrast
        As configured.
    genes
        Table ``contrast_genes``, indexed by gene_id.
    filter_threshold
        Mean count below which independent filtering left genes out of the adjustment that
        decides; 0 when it left out none.
    numerator, denominator
        Names of the samples on either side; None for a contrast of coefficients.
    evidence
        Table ``contrast_evidence``, indexed by gene_id; None when it was not made.
    summary
        Row of ``contrast_summary``; None when it was not made.
    """

    contrast: Contrast
    genes: pd.DataFrame
    filter_threshold: float
    numerator: list[str] | None
    denominator: list[str] | None
    evidence: pd.DataFrame | None = None
    summary: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Outcome:
    """Everything that a run left about genes.

    Attributes
    ----------
    study
        As configured now.
    model
        The fitted model (``results/model.h5ad``).
    contrasts
        Those that have been tested.
    omnibus, markers
        Their tables, indexed by gene_id; None when there are none.
    themes
        Table ``theme_summary``; None when there is none.
    elsewhere
        Other study to its table ``replication_genes``.
    stale
        Whether the configuration has been changed since the results were made.
    """

    study: Study
    model: Stored
    contrasts: Mapping[str, ContrastResult]
    omnibus: pd.DataFrame | None
    markers: pd.DataFrame | None
    themes: pd.DataFrame | None
    stale: bool
    elsewhere: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def read_outcome(study: Study, config: Mapping) -> Outcome:
    """Read the results of a study in the working directory, whose model has been fitted.

    Parameters
    ----------
    study, config
        The study and the configuration it was built from.
    """
    results = Results(RESULTS, study)
    model = open_h5ad(RESULTS / MODEL)
    tested = {
        name: found
        for name, contrast in study.contrasts.items()
        if (found := _contrast_result(results, contrast, model.obs)) is not None
    }
    return Outcome(
        study=study,
        model=model,
        contrasts=tested,
        omnibus=_by_gene(results.table("omnibus_genes")),
        markers=_by_gene(results.table("markers")),
        themes=results.table("theme_summary"),
        stale=_changed(config, results.provenance),
        elsewhere={
            name: table
            for name in study.wildcards["other_study"]
            if (table := results.table("replication_genes", other_study=name)) is not None
        },
    )


def _by_gene(table: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if table is None else table.set_index("gene_id")


def _contrast_result(
    results: Results, contrast: Contrast, samples: pd.DataFrame
) -> ContrastResult | None:
    genes = _by_gene(results.table("contrast_genes", contrast=contrast.name))
    summary = results.table("contrast_summary_row", contrast=contrast.name)
    if genes is None or summary is None:
        return None
    members = [contrast.members(side, samples) for side in SIDES]
    named = [None if side is None else list(samples.index[side]) for side in members]
    evidence = _by_gene(results.table("contrast_evidence", contrast=contrast.name))
    threshold = float(summary["filter_threshold"].iloc[0])
    whole = results.table("contrast_summary")
    found = None if whole is None else whole.set_index("contrast").to_dict("index")
    counts = found and found.get(contrast.name)
    return ContrastResult(contrast, genes, threshold, *named, evidence, counts)


def _changed(config: Mapping, provenance: Mapping) -> bool:
    """Whether the configuration is another than the one the results were made with."""
    if not provenance:
        return False
    return json.loads(json.dumps(portable(config, Path.cwd()))) != provenance["config"]
