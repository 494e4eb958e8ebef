"""What a run has found out about single genes, gathered from its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored, open_h5ad
from recurseq.base.tables import read_table
from recurseq.deseq.cooks import cells_of, cutoff
from recurseq.deseq.filtering import adjust
from recurseq.markers.extract import samples_of
from recurseq.report.provenance import portable
from recurseq.study import Contrast, Study

RESULTS = "results"
MODEL = f"{RESULTS}/model.h5ad"


@dataclass(frozen=True)
class ContrastResult:
    """One contrast: its table by gene, and the mean counts below which genes were filtered.

    Attributes
    ----------
    contrast
        As configured.
    genes
        Table ``contrast_genes``, indexed by gene_id.
    mean_filtered, mean_filtered_threshold
        Threshold of independent filtering of padj and of padjThreshold; 0 when nothing was
        filtered.
    numerator, denominator
        Names of the samples on either side; None for a contrast of coefficients.
    """

    contrast: Contrast
    genes: pd.DataFrame
    mean_filtered: float
    mean_filtered_threshold: float
    numerator: list[str] | None
    denominator: list[str] | None


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
        Their tables; None when there are none.
    smallest_group
        Samples that need enough counts for a gene to be fitted.
    cooks_limit
        Cook's distance above which a count is an outlier.
    largest_group
        Samples in the largest group of equal design rows: outliers are told from three on.
    stale
        Whether the configuration has been changed since the results were made.
    """

    study: Study
    model: Stored
    contrasts: Mapping[str, ContrastResult]
    omnibus: pd.DataFrame | None
    markers: pd.DataFrame | None
    smallest_group: int
    cooks_limit: float
    largest_group: int
    stale: bool


def read_outcome(study: Study, config: Mapping) -> Outcome:
    """Read the results of a study in the working directory, whose model has been fitted.

    Parameters
    ----------
    study, config
        The study and the configuration it was built from.
    """
    results = Path(RESULTS)
    from recurseq.cohort.assemble import smallest_group

    model = open_h5ad(MODEL)
    design = model.obsm["design_matrix"]
    tested = {
        name: _contrast_result(study, contrast, table, model.obs)
        for name, contrast in study.contrasts.items()
        if (table := _table(results / "contrasts" / name / "genes.tsv", "contrast_genes"))
        is not None
    }
    return Outcome(
        study=study,
        model=model,
        contrasts=tested,
        omnibus=_table(results / "omnibus" / "genes.tsv", "omnibus_genes"),
        markers=_table(results / "markers" / "markers.tsv", "markers"),
        smallest_group=study.min_samples or smallest_group(model.obs, study.main_factor),
        cooks_limit=cutoff(*design.shape),
        largest_group=int(np.bincount(cells_of(design)).max()),
        stale=_changed(config, results / "provenance.json"),
    )


def _table(path: Path, name: str) -> pd.DataFrame | None:
    return read_table(path, name).set_index("gene_id") if path.is_file() else None


def _contrast_result(
    study: Study, contrast: Contrast, genes: pd.DataFrame, samples: pd.DataFrame
) -> ContrastResult:
    fitted = genes[genes["baseMean"].notna()]
    filtered = [_threshold(fitted, column, study) for column in ("pvalue", "pvalueThreshold")]
    sides = [samples_of(contrast.as_dict(), side, samples) for side in ("numerator", "denominator")]
    named = [None if side is None else list(samples.index[side]) for side in sides]
    return ContrastResult(contrast, genes, *filtered, *named)


def _threshold(fitted: pd.DataFrame, column: str, study: Study) -> float:
    """Mean count below which independent filtering left genes out; 0 when it left out none."""
    adjusted = adjust(
        fitted[column],
        fitted["baseMean"],
        alpha=study.testing.alpha,
        independent_filtering=study.testing.independent_filtering,
    )
    return adjusted.threshold if adjusted.filtered.any() else 0.0


def _changed(config: Mapping, provenance: Path) -> bool:
    """Whether the configuration is another than the one the results were made with."""
    if not provenance.is_file():
        return False
    used = json.loads(provenance.read_text(encoding="utf-8"))["config"]
    return json.loads(json.dumps(portable(config, Path.cwd()))) != used
