"""Genes classed by what they do in each of several steps, one contrast each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.patterns.codes import CHANGING, CODES, MEANINGS, NO_EVIDENCE, UNCHANGED
from recurseq.stats.adjust import benjamini_hochberg

STATES = {-1: "down", 0: "unchanged", 1: "up"}
CHANGE, CHANGED, EQUIVALENT = PER_STEP = (
    "log2FoldChange_",
    "changePvalue_",
    "equivalencePvalue_",
)


def margin_of(rule: CallingRule) -> float:
    """Return the absolute log2 fold change that a gene must stay below to count as unchanged."""
    return max(rule.min_abs_lfc, rule.lfc_threshold)


def equivalence_pvalue(change: pd.Series, error: pd.Series, margin: float) -> pd.Series:
    """P-values of two one-sided tests that a change lies within a margin: the larger of the two.

    Phi((abs(change) - margin) / error); 1 where the margin or the error is 0.

    Parameters
    ----------
    change, error
        Estimates and their standard errors.
    margin
        Not negative.

    References
    ----------
    Schuirmann, J. Pharmacokinet. Biopharm. 15, 657 (1987).
    """
    if margin <= 0:
        return pd.Series(1.0, index=change.index).mask(change.isna())
    # Without a count in the compared samples there is no spread, and nothing was shown.
    spread = error.where(error > 0)
    pvalues = pd.Series(ndtr((change.abs() - margin) / spread), index=change.index)
    return pvalues.mask(error == 0, 1.0)


def classify_patterns(
    tables: Mapping[str, pd.DataFrame], steps: Sequence[Contrast], alpha: float
) -> pd.DataFrame:
    """Class every gene by the pattern that its tests show.

    In each step a gene has the p-value that it changes, the one that its contrast calls by, and the
    p-value that it stays within min_abs_lfc. The smaller of the two says what the step is taken
    for, and the largest of these over the steps is the p-value of the whole pattern: all of its
    parts must hold (intersection-union test). A gene without a step whose estimate reaches
    min_abs_lfc is held against unchanged in every step. P-values are adjusted within each pattern
    over all tested genes, those that are taken for another pattern counting as 1, so that the share
    of wrong genes is limited in each pattern by itself, however many genes another one has.

    Parameters
    ----------
    tables
        Contrast to its table ``contrast_genes``.
    steps
        Two contrasts or more, in order.
    alpha
        Adjusted p-value below which a gene is classed.

    Returns
    -------
    pandas.DataFrame
        Table ``patterns``: the genes that have an estimate in every step, in their order.

    References
    ----------
    Berger, Technometrics 24, 295 (1982).
    """
    parts = [_step(tables[step.name], step.rule) for step in steps]
    everywhere = np.logical_and.reduce([part["change"].notna() for part in parts])
    parts = [part[everywhere] for part in parts]
    change, changed, equivalent = (
        np.column_stack([part[name] for part in parts])
        for name in ("change", "changed", "equivalent")
    )
    tested = ~np.isnan(changed).any(axis=1)
    margins = np.array([margin_of(step.rule) for step in steps])
    large = (np.abs(change) >= margins).any(axis=1, keepdims=True)
    states = np.where(large & ~(equivalent < changed), np.sign(change), 0).astype(int)
    nearest = nearest_pattern(states, change, margins)
    nearest[~tested] = NO_EVIDENCE
    pvalues = np.where(states == 0, equivalent, changed).max(axis=1)
    padj = adjusted_within(nearest, pvalues, tested)
    shown = padj < alpha
    first = tables[steps[0].name].set_index("gene_id").loc[parts[0].index]
    table = pd.DataFrame(
        {
            "gene_id": first.index,
            "gene_name": first["gene_name"].to_numpy(),
            "pattern": np.where(shown, nearest, NO_EVIDENCE),
            "pvalue": np.where(tested, pvalues, np.nan),
            "padj": padj,
            "steps": [";".join(STATES[state] for state in row) for row in states],
        }
    )
    table.loc[~tested, "steps"] = None
    for place, step in enumerate(steps):
        for name, values in zip(PER_STEP, (change, changed, equivalent), strict=True):
            table[f"{name}{step.name}"] = values[:, place]
    return table


def _step(table: pd.DataFrame, rule: CallingRule) -> pd.DataFrame:
    rows = table.set_index("gene_id")
    change, error = rows["log2FoldChange"], rows["lfcSE"]
    # A gene whose p-value is withheld has no equivalence either.
    changed = rows[rule.pvalue_column]
    equivalent = equivalence_pvalue(change, error, margin_of(rule)).mask(changed.isna())
    return pd.DataFrame({"change": change, "changed": changed, "equivalent": equivalent})


def nearest_pattern(states: np.ndarray, change: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Name the pattern of the states of each gene.

    Parameters
    ----------
    states
        Genes x steps: -1 down, 0 unchanged, 1 up.
    change
        Genes x steps, log2 fold changes.
    margins
        One per step: what a gene must stay below to count as unchanged.
    """
    up, down = (states > 0).any(axis=1), (states < 0).any(axis=1)
    single = (states != 0).sum(axis=1) == 1
    falls = (states < 0).all(axis=1) & (change.sum(axis=1) <= -margins.sum())
    return np.select(
        [
            ~up & ~down,
            up & down,
            single & (states[:, 0] != 0),
            single & (states[:, -1] != 0),
            falls,
            up,
        ],
        [
            *(UNCHANGED, "discordant", "tumour_general", "recurrence_specific"),
            *("lost_further", "monotone_up"),
        ],
        "monotone_down",
    ).astype(object)


def adjusted_within(nearest: np.ndarray, pvalues: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Adjust the p-values of each pattern over all tested genes; NaN without a pattern.

    Parameters
    ----------
    nearest
        Pattern that each gene is taken for.
    pvalues
        Of that pattern.
    tested
        Genes with a p-value in every step.
    """
    padj = np.full(len(pvalues), np.nan)
    for code in (*CHANGING, UNCHANGED):
        own = nearest == code
        family = np.where(own, pvalues, np.where(tested, 1.0, np.nan))
        padj[own] = benjamini_hochberg(family)[own]
    return padj


def pattern_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count the genes of each pattern: table ``pattern_counts``, every pattern a row.

    Parameters
    ----------
    table
        Table ``patterns``.
    """
    states = table["steps"].fillna("").str.split(";")
    up, down = (states.map(lambda row, word=word: word in row) for word in ("up", "down"))
    rows = []
    for code in CODES:
        own = table["pattern"] == code
        rows.append(
            {
                "pattern": code,
                "genes": int(own.sum()),
                "up": int((own & up & ~down).sum()) if code in CHANGING else None,
                "down": int((own & down & ~up).sum()) if code in CHANGING else None,
                "meaning": f"The gene {MEANINGS[code]}."
                if code != NO_EVIDENCE
                else f"{MEANINGS[code].capitalize()}.",
            }
        )
    counts = pd.DataFrame(rows)
    return counts.astype({"up": "Int64", "down": "Int64"})
