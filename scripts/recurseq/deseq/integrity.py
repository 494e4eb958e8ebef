"""Results must not contradict themselves. These checks run on every table of every run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from recurseq.base.errors import IntegrityError
from recurseq.base.text import few
from recurseq.deseq.fit import Fit
from recurseq.deseq.limits import MINIMUM_MEAN
from recurseq.deseq.shrinkage import contrast_basis
from recurseq.deseq.wald import all_zero, contrast_estimate
from recurseq.stats.design_matrix import confounded_columns

_ROUNDING = 1e-8
# In standard errors.
_OPPOSITE = 0.1
_BEYOND = 2.0


def check_table(table: pd.DataFrame, fit: Fit, contrast: pd.Series) -> None:
    """Check one contrast's table against itself and against the model.

    Parameters
    ----------
    table
        Table ``contrast_genes``.
    fit
        The model it was read from.
    contrast
        The weights it was made with.

    Raises
    ------
    IntegrityError
        When a statistic and its fold change differ in sign, a fold change is not the contrast of
        the model's coefficients, a shrunken value belongs to another contrast, or a missing value
        has no reason.
    """
    _signs(table)
    _is_the_contrast(table, fit, contrast)
    _shrunken_belongs(table, fit, contrast)
    _missing_values_have_a_reason(table)


def _fail(bad: np.ndarray, table: pd.DataFrame, what: str) -> None:
    if bad.any():
        genes = table.loc[bad, "gene_id"]
        raise IntegrityError(f"{what} in {len(genes)} genes: {few(genes)}")


def _signs(table: pd.DataFrame) -> None:
    known = table["stat"].notna() & table["log2FoldChange"].notna()
    unequal = np.sign(table["stat"]) != np.sign(table["log2FoldChange"])
    _fail((known & unequal).to_numpy(), table, "stat and log2FoldChange differ in sign")


def _is_the_contrast(table: pd.DataFrame, fit: Fit, contrast: pd.Series) -> None:
    fitted = table.set_index("gene_id").reindex(fit.genes.index)
    expected = contrast_estimate(fit, contrast)["log2FoldChange"]
    differs = (fitted["log2FoldChange"] - expected).abs() > _ROUNDING * (1 + expected.abs())
    set_to_zero = fitted["stat"].eq(0)
    bad = differs & ~set_to_zero
    lost = fitted["log2FoldChange"].isna() & expected.notna()
    if (bad | lost).any():
        genes = fit.genes.index[bad | lost]
        raise IntegrityError(f"log2FoldChange is not the contrast of the model for {few(genes)}")


def _shrunken_belongs(table: pd.DataFrame, fit: Fit, contrast: pd.Series) -> None:
    """Check that the shrunken coefficient is the contrast and lies on its side of zero."""
    shrunken, value = table["shrunkenLog2FoldChange"], table["log2FoldChange"]
    if shrunken.isna().all():
        return
    basis = contrast_basis(fit, contrast)
    own = fit.coefficients.to_numpy() @ basis.coefficients[0]
    expected = contrast_estimate(fit, contrast)["log2FoldChange"].to_numpy()
    rebuilt = basis.design @ basis.coefficients
    same_model = np.allclose(
        rebuilt, fit.design.sort_index(), atol=1e-8 * max(1.0, np.abs(rebuilt).max())
    )
    if not same_model or not np.allclose(own, expected, rtol=_ROUNDING, equal_nan=True):
        raise IntegrityError("the shrunken coefficient is not the contrast")
    # Where the floor of the means holds a fitted value, log2FoldChange is not the maximum of the
    # likelihood that is shrunken: few counts, or none in a group. Those genes prove nothing.
    judged = ~table["gene_id"].isin(fit.genes.index[_held_by_the_floor(fit)])
    error = np.maximum(table["shrunkenLfcSE"], table["lfcSE"])
    opposite = judged & (shrunken * value < 0) & (shrunken.abs() > _OPPOSITE * error)
    _fail(opposite.to_numpy(), table, "shrunkenLog2FoldChange lies opposite to log2FoldChange")
    beyond = judged & (shrunken.abs() > value.abs() + _BEYOND * error)
    _fail(beyond.to_numpy(), table, "shrunkenLog2FoldChange exceeds log2FoldChange")


def _held_by_the_floor(fit: Fit) -> np.ndarray:
    """Whether a gene has a fitted mean below the smallest one the fit believes."""
    log_means = fit.coefficients.to_numpy() @ fit.design.to_numpy(dtype=float).T
    return (np.exp2(log_means) * fit.size_factors.to_numpy() < MINIMUM_MEAN).any(axis=1)


def _missing_values_have_a_reason(table: pd.DataFrame) -> None:
    """Columns that are missing throughout (an option is off) need no reason in every row."""
    columns = ["log2FoldChange", "lfcSE", "stat", "pvalue", "padj", "shrunkenLog2FoldChange"]
    columns += ["pvalueThreshold", "padjThreshold"]
    used = [name for name in columns if table[name].notna().any()]
    missing = table[used].isna().any(axis=1) if used else pd.Series(False, index=table.index)
    _fail((missing & table["note"].isna()).to_numpy(), table, "a missing value has no note")


def check_contrasts(
    contrasts: Mapping[str, pd.Series], tables: Mapping[str, pd.DataFrame], fit: Fit
) -> pd.DataFrame:
    """Check that contrasts which add up do so in every gene.

    Whatever linear relation holds between the weights (A - B equals (A - C) - (B - C)) must hold
    between the fold changes. Genes without counts in one of the contrasts are left out, because
    their fold change is set to zero, and so are genes without counts anywhere.

    Parameters
    ----------
    contrasts
        Weights by name of the contrast.
    tables
        Table ``contrast_genes`` by name; only ``gene_id`` and ``log2FoldChange`` are used.
    fit
        The model.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_sums``, one row for each relation; without rows when there is none.

    Raises
    ------
    IntegrityError
        Naming the relation and the genes that do not add up.
    """
    rows = []
    for name, parts in _relations(contrasts, fit.design.columns).items():
        used = [name, *parts]
        values = {
            n: tables[n].set_index("gene_id")["log2FoldChange"].reindex(fit.genes.index)
            for n in used
        }
        left_out = [all_zero(fit, contrasts[n]) | (values[n] == 0) for n in used]
        compared = fit.estimated & ~np.any(left_out, axis=0)
        total = sum(weight * values[part] for part, weight in parts.items())
        difference = (values[name] - total).abs()
        scale = 1 + np.maximum.reduce([values[n].abs() for n in used])
        relation = f"{name} = " + " + ".join(f"{w:g} × {part}" for part, w in parts.items())
        bad = compared & ~(difference <= _ROUNDING * scale)
        if bad.any():
            genes = few(fit.genes.index[bad])
            raise IntegrityError(f"the fold changes do not add up, {relation}, for {genes}")
        rows.append((relation, int(compared.sum()), float(difference[compared].max())))
    return pd.DataFrame(rows, columns=["relation", "genes", "largest_difference"])


def _relations(contrasts: Mapping[str, pd.Series], columns: pd.Index) -> dict[str, dict]:
    """Contrasts that are sums of earlier ones: name to the weights of its parts."""
    weights = pd.DataFrame({n: series.reindex(columns) for n, series in contrasts.items()})
    relations = {}
    for name, parts in confounded_columns(weights).items():
        basis = weights[parts].to_numpy()
        solution = np.linalg.lstsq(basis, weights[name].to_numpy(), rcond=None)[0]
        relations[name] = dict(zip(parts, solution.round(12), strict=True))
    return relations
