"""What became of the planted markers and patterns of the demo study."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.demo.check import has_truth, in_a_subset, true_difference
from recurseq.demo.cohort import NORMAL
from recurseq.demo.plan import UNNAMED
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula, design_matrix
from recurseq.evidence.support import NONE
from recurseq.patterns.classify import margin_of, nearest_pattern
from recurseq.patterns.codes import CODES, NO_EVIDENCE
from recurseq.stats.power import wald_power, wald_standard_error

SMALL_STEP = "small_step"
PLANTED = (*(code for code in CODES if code != NO_EVIDENCE), SMALL_STEP)


def markers_against_truth(
    truth: pd.DataFrame,
    contrasts: Sequence[Contrast],
    results: Sequence[pd.DataFrame],
    evidence: Sequence[pd.DataFrame],
    formula: Formula,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Say of every named gene and contrast what was planted, what could be seen, and what was.

    The power is that of a Wald test of the model's design at the largest p-value that passed alpha,
    in samples of average depth.

    Parameters
    ----------
    truth
        Table ``demo_truth``.
    contrasts, results, evidence
        One table ``contrast_genes`` and one ``contrast_evidence`` per contrast, in this order.
    formula, samples
        The design, and the typed sheet with a column ``group``.

    Returns
    -------
    pandas.DataFrame
        Table ``demo_markers``.
    """
    named = truth[~truth["programme"].isin(UNNAMED)].reset_index(drop=True)
    parts = [
        _one_contrast(named, contrast, genes, weighed, formula, samples)
        for contrast, genes, weighed in zip(contrasts, results, evidence, strict=True)
        if has_truth(truth, contrast)
    ]
    nothing = pd.DataFrame(columns=describe("demo_markers").names)
    return pd.concat(parts, ignore_index=True) if parts else nothing


def _one_contrast(
    named: pd.DataFrame,
    contrast: Contrast,
    genes: pd.DataFrame,
    evidence: pd.DataFrame,
    formula: Formula,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    difference = true_difference(named, contrast.numerator, contrast.denominator)
    found = genes.set_index("gene_id").reindex(difference.index)
    support = evidence.set_index("gene_id")["support"].reindex(difference.index).fillna(NONE)
    level = called_up_to(genes, contrast)
    design = design_matrix(formula, samples).to_numpy()
    weights = contrast.weights(formula, samples).to_numpy()
    means, spread = _expected(named, samples)
    errors = [
        wald_standard_error(*values, design, weights) for values in zip(means, spread, strict=True)
    ]
    changed = (difference != 0).to_numpy()
    power = wald_power(difference.to_numpy(), np.array(errors), level)
    called = (support != NONE).to_numpy()
    return pd.DataFrame(
        {
            **{name: named[name] for name in ("gene_id", "gene_name", "programme")},
            "contrast": contrast.name,
            "planted": difference.to_numpy(),
            "dispersion": named["dispersion"],
            "patients_dispersion": named["patients_dispersion"],
            "subset": in_a_subset(named).to_numpy(),
            "power": np.where(changed, power, np.nan),
            "log2FoldChange": found["log2FoldChange"].to_numpy(),
            "padj": found[contrast.rule.column].to_numpy(),
            "outcome": np.select(
                [called & changed, called, changed], [support, "false_call", "missed"], "unchanged"
            ),
        }
    )[describe("demo_markers").names]


def called_up_to(genes: pd.DataFrame, contrast: Contrast) -> float:
    """Return the largest p-value that passes alpha once adjusted; alpha over the tests if none."""
    rule = contrast.rule
    called = genes[rule.column] < rule.alpha
    if called.any():
        return float(genes.loc[called, rule.pvalue_column].max())
    return rule.alpha / max(int(genes[rule.column].notna().sum()), 1)


def _expected(genes: pd.DataFrame, samples: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return expected counts and dispersions, genes x samples."""
    group = samples["group"].astype(str)
    changes = genes[[f"log2_{level}" for level in group]].to_numpy()
    means = genes["mean_normal"].to_numpy()[:, None] * np.exp2(changes)
    normal = (group == NORMAL).to_numpy()[None, :]
    columns = (genes[name].to_numpy()[:, None] for name in ("own_dispersion", "dispersion"))
    return means, np.where(normal, *columns)


def patterns_against_truth(
    truth: pd.DataFrame, patterns: Sequence[pd.DataFrame], steps: Sequence[Contrast]
) -> pd.DataFrame:
    """Count genes by the pattern they were planted with and the one they were found in.

    A gene with a step that is neither 0 nor as large as the rule asks for fits two patterns, one
    in which it changes and one in which it stays within the limit; such genes have a row of their
    own.

    Parameters
    ----------
    truth
        Table ``demo_truth``.
    patterns
        Table ``patterns``, if the study has it.
    steps
        The contrasts of the patterns, in order. Without a pattern, or with a step that has no
        simulated truth, nothing can be counted, and the table has no row.

    Returns
    -------
    pandas.DataFrame
        Table ``demo_patterns``.
    """
    if not patterns or not all(has_truth(truth, step) for step in steps):
        return pd.DataFrame(columns=describe("demo_patterns").names)
    (table,) = patterns
    found = table.set_index("gene_id")["pattern"]
    planted = planted_patterns(truth, steps).reindex(found.index)
    counts = pd.crosstab(planted, found).reindex(index=PLANTED, columns=CODES, fill_value=0)
    named = counts.rename_axis(index="planted", columns=None).reset_index()
    return named[describe("demo_patterns").names]


def planted_patterns(truth: pd.DataFrame, steps: Sequence[Contrast]) -> pd.Series:
    """Return the pattern of every gene by its simulated fold changes, by gene_id."""
    changes = [true_difference(truth, step.numerator, step.denominator) for step in steps]
    change = np.column_stack(changes)
    margins = np.array([margin_of(step.rule) for step in steps])
    large = np.abs(change) >= margins
    codes = nearest_pattern(np.where(large, np.sign(change), 0).astype(int), change, margins)
    small = ((change != 0) & ~large).any(axis=1)
    return pd.Series(np.where(small, SMALL_STEP, codes), index=changes[0].index)
