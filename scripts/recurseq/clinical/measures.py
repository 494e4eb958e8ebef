"""Numbers measured in patients, from assays and from genes, joined to the clinical table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical.assays import as_measure
from recurseq.clinical.cohorts import flag
from recurseq.clinical.outcome import Outcome, outcome_columns
from recurseq.clinical.settings import ALL, Clinical, Within
from recurseq.stats.agreement import agreement


@dataclass(frozen=True)
class LinkedGene:
    """A gene's values by patient, and whether they are logarithms already."""

    values: pd.Series
    is_log2: bool

    @property
    def log2(self) -> np.ndarray:
        """Values on the log2 scale."""
        values = self.values.to_numpy(dtype=float)
        return values if self.is_log2 else np.log2(values + 1)


def add_measures(
    settings: Clinical,
    frame: pd.DataFrame,
    assays: Mapping[str, pd.DataFrame],
    genes: Mapping[str, LinkedGene],
    classes: Mapping[str, pd.Series] = MappingProxyType({}),
) -> pd.DataFrame:
    """Add a column for each measure.

    Parameters
    ----------
    settings
        The clinical sections.
    frame
        Columns and endpoints by patient.
    assays
        Assay to its table ``clinical_assay``.
    genes
        Measure of a gene to its values.
    classes
        Measure of a pair of genes to the class of each patient.
    """
    columns = {}
    for name, measure in settings.measures.items():
        if measure.pair is not None:
            columns[name] = classes[name].reindex(frame.index)
        elif measure.assay is not None:
            columns[name] = as_measure(assays[measure.assay], frame.index)
        else:
            columns[name] = genes[name].values.reindex(frame.index).to_numpy(dtype=float)
    return frame.assign(**columns)


def concordance(
    pairs: Mapping[str, str], frame: pd.DataFrame, genes: Mapping[str, LinkedGene]
) -> pd.DataFrame:
    """Compare an assay with the same genes of the counts: table ``clinical_concordance``.

    Parameters
    ----------
    pairs
        Measure of a gene to the assay's measure.
    frame
        Patients with all measures.
    genes
        Measure of a gene to its values.
    """
    rows = []
    for gene, measured in pairs.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            assay = np.log2(frame[measured].to_numpy(dtype=float))
        values = genes[gene]
        linked = LinkedGene(values.values.reindex(frame.index), values.is_log2)
        found = agreement(np.where(np.isfinite(assay), assay, np.nan), linked.log2)
        rows.append(
            {
                "gene": gene,
                "n": found.n,
                "spearman": found.spearman,
                "lower": found.lower,
                "upper": found.upper,
                "bland_altman_bias": found.bias,
            }
        )
    return pd.DataFrame(rows, columns=describe("clinical_concordance").names)


def missing_values(
    settings: Clinical, frame: pd.DataFrame, outcomes: Mapping[str, Outcome]
) -> pd.DataFrame:
    """Count missing values of the analysed patients: table ``clinical_missing``.

    Parameters
    ----------
    settings
        The clinical sections.
    frame
        Patients with endpoints and measures.
    outcomes
        Endpoints with times; the first tells events from censored patients.
    """
    analysed = frame[flag(ALL)].to_numpy(dtype=bool)
    first = next(iter(outcomes.values()), None)
    event = None if first is None else first.event & first.known & analysed
    censored = None if first is None else ~first.event & first.known & analysed
    rows = []
    for name in _counted(settings, frame):
        absent = frame[name].isna().to_numpy() & analysed
        total = int(analysed.sum())
        rows.append(
            {
                "column": name,
                "n": total - int(absent.sum()),
                "missing": int(absent.sum()),
                "percent": 100 * absent.sum() / total if total else np.nan,
                "missing_in_events": None if event is None else int((absent & event).sum()),
                "missing_in_censored": None if censored is None else int((absent & censored).sum()),
            }
        )
    return pd.DataFrame(rows, columns=describe("clinical_missing").names)


def _counted(settings: Clinical, frame: pd.DataFrame) -> list[str]:
    """Return columns whose missing values mean something: no dates of events, no flags."""
    outcome = [
        column
        for endpoint in settings.endpoints.values()
        for column in outcome_columns(endpoint)
        if not isinstance(endpoint, Within) or column != endpoint.name
    ]
    return [
        str(name)
        for name in frame
        if not str(name).startswith(flag(""))
        and name not in outcome
        and not pd.api.types.is_datetime64_any_dtype(frame[name])
    ]
