"""Each claim held against what the study found: the table ``claims``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored
from recurseq.base.tables import describe
from recurseq.claims.claim import CONTRADICTED, LEVEL, SUPPORTED, UNDECIDED, Claim
from recurseq.claims.power import detectable_effect, power_at
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.deseq import Fit
from recurseq.design.contrast import SIDES, Contrast
from recurseq.design.formula import parse_formula
from recurseq.stats.intervals import NORMAL_975

if TYPE_CHECKING:
    from anndata import AnnData

SMALLER = "the interval excludes the claimed size: the change is smaller"
NO_SET = "the set has no allowed number of tested genes"


def check_claims(
    claims: Sequence[Claim],
    contrasts: Mapping[str, Contrast],
    genes: Mapping[str, pd.DataFrame],
    sets: Mapping[tuple[str, str], pd.DataFrame],
    fit: Fit,
    model: Stored | AnnData,
    annotation: pd.DataFrame,
    orthologues: str = "",
) -> pd.DataFrame:
    """Judge every claim, and say what this study could have seen.

    Parameters
    ----------
    claims
        In the order of the configuration.
    contrasts
        Contrasts by name.
    genes
        Contrast to its table ``contrast_genes``.
    sets
        (contrast, collection) to its table ``gsea``.
    fit, model
        The fit, and the object it was read from: samples, names of genes, formula.
    annotation
        For older symbols.
    orthologues
        ``genes.orthologues`` of the configuration, or an empty text.

    Returns
    -------
    pandas.DataFrame
        Table ``claims``; several rows for a gene name that several genes carry.
    """
    formula = parse_formula(str(model.uns["formula"]))
    rows = []
    for claim in claims:
        contrast = contrasts[claim.contrast]
        head = _head(claim, contrast, model.obs)
        if not claim.of_gene:
            found = _set_row(claim, sets[claim.contrast, claim.collection])
            rows.append({**head, **found, **judged(claim, found)})
            continue
        weights = contrast.weights(formula, model.obs)
        names = resolve_symbols(
            [claim.name],
            list(model.var_names),
            list(model.var["gene_name"]),
            annotation,
            orthologues,
        )
        for name in names.itertuples(index=False):
            found = _gene_row(name, genes[claim.contrast])
            estimated = found.get("lfcSE", 0) > 0
            able = _power(claim, fit, name.gene_id, weights) if estimated else {}
            rows.append({**head, **found, **judged(claim, found), **able})
    columns = describe("claims").names
    return pd.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], columns=columns)


def _head(claim: Claim, contrast: Contrast, samples: pd.DataFrame) -> dict:
    sizes = contrast.sizes(samples)
    return {
        "query": claim.name,
        "collection": claim.collection or None,
        "contrast": contrast.name,
        **{side: contrast.side_name(side) for side in SIDES},
        **{f"n_{side}": size for side, size in zip(SIDES, sizes, strict=True)},
        "expected": claim.direction,
        "claimedLog2FoldChange": claim.change,
        "source": claim.source,
    }


def _gene_row(name: tuple, table: pd.DataFrame) -> dict:
    """Gather what the study found of one gene."""
    if name.gene_id is None:
        return {"note": name.note}
    row = table[table["gene_id"] == name.gene_id].iloc[0]
    change, error = float(row["log2FoldChange"]), float(row["lfcSE"])
    notes = [text for text in (name.note, row["note"]) if isinstance(text, str) and text]
    return {
        "gene_id": name.gene_id,
        "gene_name": row["gene_name"],
        "log2FoldChange": change,
        "lfcSE": error,
        "ci_lower": change - NORMAL_975 * error,
        "ci_upper": change + NORMAL_975 * error,
        "pvalue": float(row["pvalue"]),
        "observed": {1.0: "up", -1.0: "down"}.get(np.sign(change)),
        "note": "; ".join(notes) or None,
    }


def _set_row(claim: Claim, table: pd.DataFrame) -> dict:
    """Gather what the study found of one set: its competitive test, and its score."""
    rows = table[table["set"] == claim.name]
    if rows.empty:
        return {"note": NO_SET}
    row = rows.iloc[0]
    return {
        "NES": row["NES"],
        "pvalue": float(row["competitivePvalue"]),
        "observed": row["competitiveDirection"],
        "note": row["note"],
    }


def judged(claim: Claim, found: Mapping) -> dict:
    """Verdict on a claim, and the note with what it adds.

    Supported: the p-value is below 0.05 and the estimate has the claimed direction. Contradicted:
    the p-value is below 0.05 and the direction is the other one; or the direction was not shown and
    the whole 95 % interval lies on the smaller side of the claimed size, so that a change as large
    as claimed would have been seen. Undecided: everything else. The direction goes before the size,
    for published sizes tend to be too large: a smaller change of the claimed direction supports the
    claim, and the note says that it is smaller.

    Parameters
    ----------
    claim
        What is claimed.
    found
        ``pvalue``, ``observed``, ``ci_lower``, ``ci_upper``, ``note``; what is absent is unknown.
    """
    pvalue = found.get("pvalue", np.nan)
    smaller = _is_smaller(claim, found)
    note = found.get("note")
    if pvalue < LEVEL:
        agrees = found["observed"] == claim.direction
        verdict = SUPPORTED if agrees else CONTRADICTED
    else:
        verdict = CONTRADICTED if smaller and not np.isnan(pvalue) else UNDECIDED
    if smaller:
        note = "; ".join(text for text in (note, SMALLER) if isinstance(text, str))
    return {"verdict": verdict, "note": note}


def _is_smaller(claim: Claim, found: Mapping) -> bool:
    """Whether the interval excludes the claimed size and lies nearer to, or beyond, no change."""
    if claim.change is None or "ci_lower" not in found:
        return False
    if claim.change > 0:
        return found["ci_upper"] < claim.change
    return found["ci_lower"] > claim.change


def _power(claim: Claim, fit: Fit, gene: str, weights: pd.Series) -> dict:
    """Power at the claimed size, if there is one, and the size that could be seen."""
    able = {"detectable": detectable_effect(fit, gene, weights, claim.direction, LEVEL)}
    if claim.change is not None:
        able["power"] = power_at(fit, gene, weights, claim.change, LEVEL)
    return able
