"""Which columns of the sample sheet cannot, or can hardly, be told apart from a contrast.

Known from the sheet alone, before any count is read. What matters is the imbalance of these
samples, not whether it could be chance: a p-value is not asked (Imai, King and Stuart 2008, Journal
of the Royal Statistical Society A 171:481).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from recurseq.design.adjustment import ESTIMABLE, NOT_ESTIMABLE, adjustment
from recurseq.design.columns import CATEGORICAL, NUMERIC, coded, is_identifier, kind_of, labels
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, SIDES, Contrast
from recurseq.design.formula import Formula, design_matrix
from recurseq.stats.association import adjusted_r_squared, cramers_v, explained

SEPARATED, NESTED, ASSOCIATED = "separated", "nested", "associated"
BALANCED, TOO_FEW = "balanced", "too_few"
INSEPARABLE = (SEPARATED, NESTED)
V, R_SQUARED = "cramers_v", "adjusted_r_squared"
# A medium effect (Cohen 1988): w, which is V of two groups, of 0.3, and its square as share.
STRONG = {V: 0.3, R_SQUARED: 0.09}
FEWEST = 2  # samples with a value on each side
FEWEST_NUMBERS = 4  # on each side; of fewer, the ranges often lie apart by chance (3 v 3: 1 in 10)
WHOLE = 1 - 1e-8


@dataclass(frozen=True)
class Relation:
    """How one column of the sheet lies to one contrast.

    Attributes
    ----------
    contrast, column
        What is held against what.
    values
        The column in the samples of the contrast that have a value; labels as text.
    kind
        ``numeric`` or ``categorical``.
    side
        Side of each of these samples; None for a contrast of coefficients.
    sizes
        Samples of numerator and denominator, with or without a value; for a contrast of
        coefficients the samples of the model.
    statistic
        Bias-corrected Cramér's V of labels, adjusted R² of numbers; missing where there is none.
    measure
        Which of the two, ``cramers_v`` or ``adjusted_r_squared``.
    code
        ``separated``: each side has one value and they differ, or the numbers of one side all lie
        above those of the other; ``nested``: no value is on both sides; ``associated``: V is 0.3 or
        more, or R² 0.09 or more; ``balanced``: less; ``too_few``: cannot be told.
    samples, formula
        The whole sheet, and the design of the model.
    """

    contrast: Contrast
    column: str
    values: pd.Series
    kind: str
    side: pd.Series | None
    sizes: tuple[int, ...]
    statistic: float
    measure: str
    code: str
    samples: pd.DataFrame = field(repr=False)
    formula: Formula = field(repr=False)

    @cached_property
    def adjustment(self) -> str:
        """What comes of adding the column to the formula, see `recurseq.design.adjustment`."""
        return adjustment(self.samples, self.contrast, self.formula, self.column)

    def on(self, side: str) -> pd.Series:
        """Values of one side."""
        return self.values[self.side == side]

    @property
    def missing(self) -> int:
        """Samples of the contrast without a value."""
        return sum(self.sizes) - len(self.values)

    def row(self) -> dict[str, object]:
        """Row of the table ``qc_confounding``, without the sentence."""
        sided = self.side is not None
        return {
            "contrast": self.contrast.name,
            "column": self.column,
            "kind": self.kind,
            "measure": self.measure,
            "statistic": self.statistic,
            "levels": self.values.nunique(),
            "n_numerator": len(self.on(NUMERATOR)) if sided else None,
            "n_denominator": len(self.on(DENOMINATOR)) if sided else None,
            "n_missing": self.missing,
            "relation": self.code,
            "adjustment": self.adjustment,
            "estimable": {ESTIMABLE: True, NOT_ESTIMABLE: False}.get(self.adjustment),
        }


def relations(
    samples: pd.DataFrame,
    contrasts: Iterable[Contrast],
    formula: Formula,
    left_out: Collection[str] = (),
) -> list[Relation]:
    """Hold every column of the sheet against every contrast.

    Parameters
    ----------
    samples
        The typed sheet.
    contrasts
        What is compared.
    formula
        Design of the model.
    left_out
        Columns that are no covariates, such as outcomes.

    Returns
    -------
    list of Relation
        By contrast, then in the order of the sheet; without what the contrast itself asks about.
    """
    found = []
    for contrast in contrasts:
        skipped = {*left_out, *_asked_about(contrast, formula, samples)}
        side = _sides(contrast, samples)
        columns = [str(name) for name in samples.columns if name not in skipped]
        found += [_relation(samples, contrast, formula, name, side) for name in columns]
    return found


def _asked_about(contrast: Contrast, formula: Formula, samples: pd.DataFrame) -> set[str]:
    """Columns whose effect the contrast is."""
    if contrast.of_levels:
        return {contrast.factor}
    weighted = set(contrast.coefficients)
    return {
        name
        for term in formula.terms
        for name in term
        if weighted & set(design_matrix(_only(formula, term), samples.iloc[:0]).columns)
    }


def _only(formula: Formula, term: tuple[str, ...]) -> Formula:
    """Keep one term of a formula and all smaller ones, which decide how it is coded."""
    smaller = tuple(one for one in formula.terms if len(one) < len(term))
    return Formula(formula.text, (*smaller, term), formula.intercept, formula.variables)


def _relation(
    samples: pd.DataFrame,
    contrast: Contrast,
    formula: Formula,
    column: str,
    side: pd.Series | None,
) -> Relation:
    inside = samples if side is None else samples.loc[side.index]
    kind = _kind(samples[column], formula)
    present = inside[column].dropna()
    values = labels(present) if kind == CATEGORICAL else present.astype(float)
    if side is None:
        measure, sizes = R_SQUARED, (len(samples),)
        statistic, code = _against_weights(samples, contrast, formula, values, kind)
    else:
        measure = R_SQUARED if kind == NUMERIC else V
        sizes = tuple(int((side == one).sum()) for one in SIDES)
        side = side[values.index]
        statistic, code = _against_sides(values, side, kind, measure)
    found = contrast, column, values, kind, side, sizes, statistic, measure, code
    return Relation(*found, samples, formula)


def _kind(values: pd.Series, formula: Formula) -> str:
    """Kind of a column; one of the formula is what the formula takes it for."""
    if values.name in formula.variables:
        return CATEGORICAL if isinstance(values.dtype, pd.CategoricalDtype) else NUMERIC
    return kind_of(values)


def _sides(contrast: Contrast, samples: pd.DataFrame) -> pd.Series | None:
    """Side of each compared sample."""
    if not contrast.of_levels:
        return None
    above = contrast.members(NUMERATOR, samples)
    compared = samples.index[contrast.compared(samples)]
    return pd.Series(np.where(above[compared], *SIDES), compared, dtype=object)


def _against_sides(
    values: pd.Series, side: pd.Series, kind: str, measure: str
) -> tuple[float, str]:
    """Statistic and code of a column against two groups."""
    above, below = values[side == NUMERATOR], values[side == DENOMINATOR]
    if min(len(above), len(below)) < FEWEST:
        return np.nan, TOO_FEW
    if values.nunique() == 1:
        return 0.0, BALANCED
    if kind == NUMERIC:
        return _numbers(values, above, below, side)
    if is_identifier(values) and not _one_each(above, below):
        return np.nan, TOO_FEW
    statistic = cramers_v(_counts(values, side))
    if set(above) & set(below):
        return statistic, _strength(statistic, measure)
    return statistic, SEPARATED if _one_each(above, below) else NESTED


def _counts(values: pd.Series, side: pd.Series) -> np.ndarray:
    """Count samples, labels × sides."""
    codes, levels = pd.factorize(values)
    counts = np.zeros((len(levels), len(SIDES)), dtype=int)
    np.add.at(counts, (codes, (side == DENOMINATOR).astype(int)), 1)
    return counts


def _one_each(above: pd.Series, below: pd.Series) -> bool:
    return above.nunique() == below.nunique() == 1 and above.iloc[0] != below.iloc[0]


def _numbers(
    values: pd.Series, above: pd.Series, below: pd.Series, side: pd.Series
) -> tuple[float, str]:
    groups = np.column_stack([np.ones(len(side)), side == NUMERATOR]).astype(float)
    statistic = adjusted_r_squared(explained(values.to_numpy(), groups)[0], *groups.shape)
    apart = above.min() > below.max() or above.max() < below.min()
    if apart and min(len(above), len(below)) >= FEWEST_NUMBERS:
        return statistic, SEPARATED
    return statistic, _strength(statistic, R_SQUARED)


def _against_weights(
    samples: pd.DataFrame, contrast: Contrast, formula: Formula, values: pd.Series, kind: str
) -> tuple[float, str]:
    """Statistic and code of a column against a contrast of coefficients.

    The least-squares estimate of c'β is w'y with w = D (D'D)⁻¹ c: R² is the share of w that the
    column explains.
    """
    added = coded(values.rename("column"), kind)
    if added is None:
        alike = len(values) > 0 and values.nunique() == 1
        return (0.0, BALANCED) if alike else (np.nan, TOO_FEW)
    design = design_matrix(formula, samples).to_numpy()
    weights = np.linalg.pinv(design).T @ contrast.weights(formula, samples).to_numpy()
    response = weights[samples.index.get_indexer(values.index)]
    columns = np.column_stack([np.ones(len(added)), added])
    share, _ = explained(response, columns)
    statistic = adjusted_r_squared(share, *columns.shape)
    return statistic, SEPARATED if share > WHOLE else _strength(statistic, R_SQUARED)


def _strength(statistic: float, measure: str) -> str:
    if np.isnan(statistic):
        return TOO_FEW
    return ASSOCIATED if statistic >= STRONG[measure] else BALANCED
