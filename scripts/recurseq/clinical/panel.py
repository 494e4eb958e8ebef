"""Every gene of the panel against every endpoint with times, where samples name patients."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical import model_cautions
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.cohorts import flag
from recurseq.clinical.hazard_ratio import hazard_ratio
from recurseq.clinical.outcome import Outcome
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import ALL, Competing, Within
from recurseq.clinical.survival.logrank import compare
from recurseq.clinical.validity import judge_patients
from recurseq.stats.adjust import benjamini_hochberg

SECTION = "panel"
THESE = "the counts"  # the patients of
LEFT_OUT = "left out: {code}"
NO_VALUE = "not in the fitted model"
NO_RATIO = "no finite ratio"


def associate_panel(
    patients: Patients, values: pd.DataFrame, genes: pd.DataFrame
) -> tuple[pd.DataFrame, list[Caution]]:
    """Relate each gene to each endpoint: as a number, and cut at its median.

    The median is chosen without a look at the outcome, so that the p-value of the two groups needs
    no correction; the uncut number loses nothing and comes first. Endpoints of several states are
    left to models that tell the states apart.

    Parameters
    ----------
    patients
        All patients.
    values
        Patients with a sample x genes, on the log2 scale.
    genes
        Columns ``gene_id``, ``gene_name``, ``set``; one row per gene.

    Returns
    -------
    (pandas.DataFrame, list of Caution)
        Table ``clinical_panel``.
    """
    analysed = patients.frame[flag(ALL)].to_numpy(dtype=bool)
    linked = patients.take(analysed & patients.frame.index.isin(values.index))
    values = values.reindex(linked.frame.index)
    rows, found = [], []
    for name, endpoint in patients.settings.endpoints.items():
        if isinstance(endpoint, Within | Competing):
            continue
        outcome = linked.outcome(name)
        stops = _stops(name, linked, outcome)
        left_out = next((one.code for one in stops if one.severity == STOP), None)
        part = _of_endpoint(name, outcome, values, genes, left_out)
        tests = int(part["pvalue"].notna().sum())
        found += [*stops, model_cautions.many_tests(f"{SECTION}.{name}", tests)]
        rows.append(part)
    columns = describe("clinical_panel").names
    table = pd.concat(rows) if rows else pd.DataFrame()
    return table.reindex(columns=columns), [one for one in found if one is not None]


def _stops(name: str, linked: Patients, outcome: Outcome) -> list[Caution]:
    """Say what stands against every gene at once."""
    analysis, events = f"{SECTION}.{name}", int((outcome.event & outcome.known).sum())
    chosen = judge_patients(analysis, THESE, linked, endpoint=name)
    if any(one.severity == STOP for one in chosen):
        return chosen
    few = model_cautions.few_events(analysis, events, 1, penalised=False)
    return [*chosen, *([few] if few else [])]


def _of_endpoint(
    name: str,
    outcome: Outcome,
    values: pd.DataFrame,
    genes: pd.DataFrame,
    left_out: str | None,
) -> pd.DataFrame:
    rows = []
    for gene in genes.itertuples():
        x = values[gene.gene_id].to_numpy(dtype=float)
        known = outcome.known & np.isfinite(x)
        time, event, x = outcome.time[known], outcome.event[known], x[known]
        row = {"endpoint": name, "gene_id": gene.gene_id, "gene_name": gene.gene_name}
        row |= {"set": gene.set, "n": len(x), "events": int(event.sum())}
        if not len(x):
            row["note"] = NO_VALUE
        elif left_out:
            row["note"] = LEFT_OUT.format(code=left_out)
        else:
            row |= _effects(time, event, x)
        rows.append(row)
    table = pd.DataFrame(rows, columns=describe("clinical_panel").names)
    table["qvalue"] = benjamini_hochberg(table["pvalue"].to_numpy(dtype=float))
    return table


def _effects(time: np.ndarray, event: np.ndarray, x: np.ndarray) -> dict[str, object]:
    """Return the columns of one gene from its hazard ratio to its note."""
    line = hazard_ratio(time, event, x)
    if line is None:
        return {"note": NO_RATIO}
    cut = float(np.median(x))
    above = x >= cut
    row: dict[str, object] = {
        **{"hr": line.ratio, "lower": line.lower, "upper": line.upper, "pvalue": line.pvalue},
        **{"cut": cut, "cut_n_high": int(above.sum())},
    }
    if above.all() or not event[above].any() or not event[~above].any():
        return row | {"note": f"groups of the median: {NO_RATIO}"}
    row["cut_pvalue"] = compare(time, event, above.astype(int)).test().pvalue
    groups = hazard_ratio(time, event, above)
    if groups is not None:
        row |= {"cut_hr": groups.ratio, "cut_lower": groups.lower, "cut_upper": groups.upper}
    return row
