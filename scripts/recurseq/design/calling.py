"""The rule by which a gene, or a gene set, is called: decided, and put into words, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from recurseq.base.text import setting

DIRECTIONS = ("up", "down")


def is_called(table: pd.DataFrame) -> pd.Series:
    """Which rows of a table with the column ``significant`` are called; a missing answer is no."""
    return table["significant"].fillna(False).astype(bool)


@dataclass(frozen=True)
class Condition:
    """One thing a called gene has to fulfil.

    Attributes
    ----------
    column
        Column of the table that it looks at.
    limit
        What the value, or its absolute value, is held against.
    below
        Whether the value has to lie below the limit; else it has to reach it.
    name
        What is compared, in words.
    limit_name
        Key of the configuration that sets the limit.
    """

    column: str
    limit: float
    below: bool
    name: str
    limit_name: str

    def holds(self, values: pd.Series | float) -> pd.Series | bool:
        """Whether values of the column fulfil the condition; a missing value does not."""
        return values < self.limit if self.below else abs(values) >= self.limit


@dataclass(frozen=True)
class CallingRule:
    """When a gene is called.

    The adjusted p-value lies below `alpha` and the absolute log2 fold change reaches `min_abs_lfc`.
    With `lfc_threshold` above 0 the adjusted p-value is that of the test against this threshold.

    Attributes
    ----------
    alpha
        Level of the adjusted p-value.
    lfc_threshold
        Absolute log2 fold change that is tested against; 0 tests against no change.
    min_abs_lfc
        Smallest absolute log2 fold change of a called gene; 0 asks for none.
    """

    alpha: float
    lfc_threshold: float = 0.0
    min_abs_lfc: float = 0.0

    @classmethod
    def from_dict(cls, plain: Mapping[str, float]) -> CallingRule:
        """Build a rule from what `as_dict` returned."""
        return cls(**{name: float(value) for name, value in plain.items()})

    def as_dict(self) -> dict[str, float]:
        """Plain values, as rules of the workflow hand them to scripts."""
        return asdict(self)

    @property
    def tests_threshold(self) -> bool:
        """Whether the test against a fold change decides, and not the test against none."""
        return self.lfc_threshold > 0

    @property
    def column(self) -> str:
        """Column of the adjusted p-value that decides."""
        return "padjThreshold" if self.tests_threshold else "padj"

    @property
    def pvalue_column(self) -> str:
        """Column of the p-value that `column` was adjusted from."""
        return "pvalueThreshold" if self.tests_threshold else "pvalue"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What a called gene has to fulfil, in the order in which it is told."""
        adjusted = Condition(self.column, self.alpha, True, self.column, "alpha")
        if self.min_abs_lfc <= 0:
            return (adjusted,)
        name = "|log2 fold change|"
        change = Condition("log2FoldChange", self.min_abs_lfc, False, name, "min_abs_lfc")
        return adjusted, change

    def mask(self, table: pd.DataFrame) -> pd.Series:
        """Whether each row of a table is called.

        Parameters
        ----------
        table
            With the columns that the conditions name (``contrast_genes``, ``omnibus_genes``,
            ``gsea``).
        """
        met = [condition.holds(table[condition.column]) for condition in self.conditions]
        return pd.Series(np.logical_and.reduce(met), table.index, dtype=bool)

    def direction(self, table: pd.DataFrame, effect: str = "log2FoldChange") -> pd.Series:
        """``up`` or ``down`` of each called row by the sign of its effect, ``none`` of the others.

        Parameters
        ----------
        table
            As for `mask`.
        effect
            Column of the effect.
        """
        upward = np.where(table[effect] > 0, *DIRECTIONS)
        return pd.Series(np.where(self.mask(table), upward, "none"), table.index, dtype=object)

    @property
    def sentence(self) -> str:
        """The rule in words, to follow "called when"."""
        text = f"the adjusted p-value is below {setting(self.alpha)}"
        if self.tests_threshold:
            text = (
                "the adjusted p-value of the test that |log2 fold change| exceeds "
                f"{setting(self.lfc_threshold)} is below {setting(self.alpha)}"
            )
        if self.min_abs_lfc <= 0:
            return text
        return f"{text} and |log2 fold change| is at least {setting(self.min_abs_lfc)}"

    @property
    def symbols(self) -> str:
        """The rule in symbols, for figures, tables and the terminal."""
        text = f"{self.column} < {setting(self.alpha)}"
        if self.tests_threshold:
            text += f" (against |log2FC| ≤ {setting(self.lfc_threshold)})"
        if self.min_abs_lfc > 0:
            text += f", |log2FC| ≥ {setting(self.min_abs_lfc)}"
        return text

    @property
    def axis_label(self) -> str:
        """Title of the axis on which the deciding p-value stands."""
        return f"−log10 {self.column}"

    @property
    def promise(self) -> str:
        """What the adjusted p-value says of the list that this rule makes, and what it does not.

        The Benjamini-Hochberg procedure limits the expected share of genes without any change among
        those it rejects. A list that is cut further by the estimated fold change is another one:
        many of its genes truly change by less than the cut.
        """
        covered = (
            f"whose absolute log2 fold change does not exceed {setting(self.lfc_threshold)}"
            if self.tests_threshold
            else "that do not change"
        )
        text = (
            f"If the model holds, at most about {self.alpha:.3g} of the genes with {self.column} "
            f"below {setting(self.alpha)} are expected to be genes {covered}."
        )
        if self.min_abs_lfc <= 0:
            return text
        text += (
            f" The called genes are a part of these, chosen by an estimated |log2 fold change| of "
            f"at least {setting(self.min_abs_lfc)}, and that share is not promised for them"
        )
        if self.lfc_threshold >= self.min_abs_lfc:
            return f"{text}."
        return (
            f"{text}; nor is it that each of them truly changes so much: only the test against "
            "lfc_threshold can say that."
        )


def strongest_first(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Order genes as every list and figure shows them: the clearest first, missing values last.

    Parameters
    ----------
    table
        With gene_id and pvalue, which settle ties.
    column
        Adjusted p-value that decides (`CallingRule.column`).
    """
    return table.sort_values([column, "pvalue", "gene_id"], kind="stable")


def rule_by_padj(alpha: float) -> CallingRule:
    """Return the rule of the omnibus test and of over-representation: padj alone decides."""
    return CallingRule(alpha)


class SetRule(CallingRule):
    """When a gene set is called: by the competitive test, and not by its preranked p-value."""

    @property
    def column(self) -> str:
        """Column of the adjusted p-value that decides."""
        return "competitivePadj"

    @property
    def sentence(self) -> str:
        """The rule in words, to follow "called when"."""
        return f"the adjusted p-value of the competitive test is below {setting(self.alpha)}"
