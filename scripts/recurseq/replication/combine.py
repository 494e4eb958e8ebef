"""What this and the other studies say together of each gene: the table ``replication_meta``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.calling import is_called
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.meta_analysis import (
    LEAST_RANDOM,
    Pooled,
    dersimonian_laird,
    fixed_effect,
    heterogeneity,
    prediction_interval,
    random_effects,
    restricted_likelihood,
    studies_of,
)

THIS = "this"
EFFECT, ERROR = "log2FoldChange_", "lfcSE_"
ALONE, FIXED, RANDOM = "alone", "fixed", "random"
NOTES = {
    ALONE: "no other study has an estimate with its error",
    FIXED: "two studies: fixed effect, as heterogeneity between two cannot be estimated",
    RANDOM: None,
}


def combine(
    contrast: str,
    own: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    panel: Sequence[str],
    studies: Sequence[str],
) -> pd.DataFrame:
    """Summarise the panel and the genes called here over all studies of a contrast.

    The effect is the maximum-likelihood log2 fold change with its standard error.

    Parameters
    ----------
    contrast
        Name of the contrast.
    own
        Table ``contrast_genes``.
    others
        Name of a study to `recurseq.replication.compare.side_by_side` of it; only studies whose
        samples are others.
    panel
        Identifiers of the panel's genes, in its order.
    studies
        Names of all other studies, each of which gets its columns.

    Returns
    -------
    pandas.DataFrame
        Table ``replication_meta``: genes of the panel first, then the called ones by p-value.
    """
    shown = _shown(own, panel)
    columns = {THIS: (shown["log2FoldChange"], shown["lfcSE"])}
    for name in studies:
        beside = (
            others[name].loc[shown.index] if name in others else pd.DataFrame(index=shown.index)
        )
        empty = pd.Series(np.nan, shown.index)
        columns[name] = tuple(
            beside.get(f"{column}There", empty) for column in ("log2FoldChange", "lfcSE")
        )
    effects, errors = (
        np.column_stack([pair[side].to_numpy(dtype=float) for pair in columns.values()])
        for side in (0, 1)
    )
    found = pool(effects, errors)
    table = pd.DataFrame(
        {
            "contrast": contrast,
            "gene_id": shown["gene_id"].to_numpy(),
            "gene_name": shown["gene_name"].to_numpy(),
            "panel": shown["gene_id"].isin(panel).to_numpy(),
            "called": is_called(shown).to_numpy(),
            **found,
        }
    )[describe("replication_meta").names]
    # The panel was chosen before; called genes, which the data chose, would loosen its adjustment.
    table["padj"] = table.groupby("panel")["pvalue"].transform(
        lambda values: benjamini_hochberg(values.to_numpy())
    )
    there = {
        f"{kind}{name}": pair[side].to_numpy(dtype=float)
        for name, pair in columns.items()
        for side, kind in enumerate((EFFECT, ERROR))
    }
    return table.assign(**there)


def _shown(own: pd.DataFrame, panel: Sequence[str]) -> pd.DataFrame:
    called = own[is_called(own)]
    called = called.sort_values(["pvalue", "gene_id"], kind="stable")
    places = pd.Series(own.index, index=own["gene_id"])
    first = [places[gene] for gene in dict.fromkeys(panel) if gene in places.index]
    return own.loc[list(dict.fromkeys([*first, *called.index]))]


def pool(effects: np.ndarray, errors: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns ``studies`` to ``note``, not yet adjusted; arguments: genes × studies."""
    number = studies_of(effects, errors)
    method = np.select([number >= LEAST_RANDOM, number == 2], [RANDOM, FIXED], ALONE)
    fixed = fixed_effect(effects, errors)
    moments, tau2 = dersimonian_laird(effects, errors), restricted_likelihood(effects, errors)
    by_moments = random_effects(effects, errors, moments)
    random = random_effects(effects, errors, tau2)
    spread = heterogeneity(effects, errors, tau2)
    ahead = prediction_interval(random, tau2, number)
    return {
        "studies": number,
        "method": method,
        "log2FoldChange": _chosen(method, fixed, random, "estimate"),
        "lfcSE": _chosen(method, fixed, random, "error"),
        "ci_lower": _chosen(method, fixed, random, "lower"),
        "ci_upper": _chosen(method, fixed, random, "upper"),
        "pvalue": _chosen(method, fixed, random, "pvalue"),
        "padj": np.full(len(number), np.nan),
        "predictionLower": ahead[0],
        "predictionUpper": ahead[1],
        "tau2": tau2,
        "I2": spread.i2,
        "Q": spread.q,
        "Qpvalue": spread.pvalue,
        **_named("fixed", fixed, number >= 2),
        "tau2DL": moments,
        **_named("dl", by_moments, number >= LEAST_RANDOM),
        "note": pd.Series(method).map(NOTES).to_numpy(),
    }


def _chosen(method: np.ndarray, fixed: Pooled, random: Pooled, part: str) -> np.ndarray:
    parts = [getattr(random, part), getattr(fixed, part)]
    return np.select([method == RANDOM, method == FIXED], parts, np.nan)


def _named(prefix: str, pooled: Pooled, there: np.ndarray) -> dict[str, np.ndarray]:
    columns = {
        "Log2FoldChange": pooled.estimate,
        "LfcSE": pooled.error,
        "Lower": pooled.lower,
        "Upper": pooled.upper,
        "Pvalue": pooled.pvalue,
    }
    return {f"{prefix}{name}": np.where(there, one, np.nan) for name, one in columns.items()}
