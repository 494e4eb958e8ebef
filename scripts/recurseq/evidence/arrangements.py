"""Which other arrangements of its labels a contrast could have had, had chance dealt them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial, prod

import numpy as np
import pandas as pd

from recurseq.design.contrast import DENOMINATOR, NUMERATOR, Contrast
from recurseq.design.formula import Formula, column_terms, design_matrix
from recurseq.stats.design_matrix import confounded_columns

FEWEST = 20  # below it no arrangement could be among the most extreme 5 %
_DIGITS = 9
_TRIES = 100


@dataclass(frozen=True)
class Arrangements:
    """Values of one column that move among samples, within strata.

    Attributes
    ----------
    variable
        The column; all others stay with their sample.
    moving
        Positions of the samples whose values move, by name of the sample.
    strata
        Number of the stratum of each of these.
    distinct
        How many arrangements a test can tell apart. Two that differ only in the names of the sides,
        or of levels that the contrast weighs alike, are one.
    """

    variable: str
    moving: np.ndarray
    strata: np.ndarray
    distinct: int

    def draw(
        self, formula: Formula, samples: pd.DataFrame, random: np.random.Generator
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Deal the values out anew, every arrangement being as likely as any other.

        Arrangements whose design has not full column rank are drawn again.

        Parameters
        ----------
        formula, samples
            The model and the typed sheet.
        random
            Source of chance.

        Returns
        -------
        tuple
            The sheet with the moved values, and its design matrix; after 100 draws of no use those
            of the sheet as it is, which can make nothing look unusual.
        """
        for _ in range(_TRIES):
            dealt = self._dealt(samples, random)
            design = design_matrix(formula, dealt)
            if not confounded_columns(design):
                return dealt, design
        return samples, design_matrix(formula, samples)

    def _dealt(self, samples: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
        by_stratum = np.argsort(self.strata, kind="stable")
        by_chance = np.lexsort((random.random(len(self.moving)), self.strata))
        source = np.arange(len(samples))
        source[self.moving[by_stratum]] = self.moving[by_chance]
        values = samples[self.variable].take(source).set_axis(samples.index)
        return samples.assign(**{self.variable: values})


def arrangements(
    contrast: Contrast, formula: Formula, samples: pd.DataFrame
) -> Arrangements | None:
    """Find what can be dealt out anew when a contrast asks about nothing.

    Levels of a factor move among the samples that are compared, those of both sides together; the
    values of a numeric column among all samples. They move within the strata of the formula's other
    factors, so that a pair stays a pair and a batch keeps its sizes.

    Parameters
    ----------
    contrast, formula, samples
        What is compared, the model, and the typed sheet.

    Returns
    -------
    Arrangements or None
        None when the contrast is about several columns or an interaction: there is nothing whose
        shuffling leaves all but the asked effect as it is.
    """
    variable = _variable(contrast, formula, samples)
    if variable is None:
        return None
    weights = _weights(contrast, variable, samples)
    order = np.argsort(samples.index.to_numpy(), kind="stable")
    moving = order[weights.to_numpy()[order] != 0] if _is_factor(samples, variable) else order
    others = [v for v in formula.variables if v != variable and _is_factor(samples, v)]
    strata = _strata(samples[others].iloc[moving])
    values = samples[variable].astype(object).iloc[moving]
    distinct = _distinct(values, strata, weights.iloc[moving])
    return Arrangements(variable, moving, strata, distinct)


def _strata(factors: pd.DataFrame) -> np.ndarray:
    """Give each combination of levels a number, samples x factors."""
    if factors.empty:
        return np.zeros(len(factors), dtype=int)
    return factors.groupby(list(factors), observed=True).ngroup().to_numpy()


def _is_factor(samples: pd.DataFrame, column: str) -> bool:
    return isinstance(samples[column].dtype, pd.CategoricalDtype)


def _variable(contrast: Contrast, formula: Formula, samples: pd.DataFrame) -> str | None:
    """Column that a contrast is about; None for an interaction or more than one column."""
    if contrast.of_levels:
        return contrast.factor
    terms = column_terms(formula, samples)
    about = {terms[name] for name, weight in contrast.coefficients.items() if weight}
    term = about.pop()
    alone = not about and len(term) == 1 and not formula.interacting_with(term[0])
    return term[0] if alone else None


def _weights(contrast: Contrast, variable: str, samples: pd.DataFrame) -> pd.Series:
    """Return the weight of each sample's level; of a number, its distance from the middle."""
    values = samples[variable]
    if not _is_factor(samples, variable):
        return values - (values.min() + values.max()) / 2
    if contrast.of_levels:
        sides = ((NUMERATOR, 1.0), (DENOMINATOR, -1.0))
        by_level = {
            level: sign / len(contrast.levels(side))
            for side, sign in sides
            for level in contrast.levels(side)
        }
        inside = contrast.compared(samples)
    else:
        levels = list(map(str, values.cat.categories))
        by_level = {
            level: contrast.coefficients.get(f"{variable}[{level}]", 0.0) for level in levels
        }
        by_level[levels[0]] -= sum(by_level.values())  # the reference stands against the others
        inside = pd.Series(True, index=samples.index)
    return values.astype(str).map(by_level).astype(float).fillna(0.0).where(inside, 0.0)


def _distinct(values: pd.Series, strata: Sequence[int], weights: pd.Series) -> int:
    """Count arrangements that differ in more than the names of what is weighed alike."""
    table = pd.crosstab(values.to_numpy(), strata)
    ways = prod(
        factorial(int(column.sum())) // prod(map(factorial, map(int, column)))
        for _, column in table.items()
    )
    of_value = weights.groupby(values.to_numpy()).first().reindex(table.index)
    scaled = (of_value / of_value.abs().max()).round(_DIGITS)
    here, mirrored = (
        Counter(zip(sign * scaled + 0.0, map(tuple, table.to_numpy()), strict=True))
        for sign in (1, -1)
    )
    return ways // (prod(map(factorial, here.values())) * (2 if here == mirrored else 1))
