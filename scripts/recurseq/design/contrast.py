"""A contrast: what is compared with what, whose samples these are, and how it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import pandas as pd

from recurseq.design.calling import CallingRule
from recurseq.design.formula import Formula, contrast_vector

NUMERATOR, DENOMINATOR = SIDES = ("numerator", "denominator")


@dataclass(frozen=True)
class Group:
    """Samples of one level that a contrast compares; `within` as pairs of column and value."""

    factor: str
    level: str
    within: tuple[tuple[str, str | float], ...] = ()

    @classmethod
    def from_dict(cls, plain: Mapping) -> Group:
        """Build a group from its plain values."""
        return cls(plain["factor"], plain["level"], tuple(map(tuple, plain["within"])))

    def members(self, samples: pd.DataFrame) -> pd.Series:
        """Tell which samples belong to the group, see `Contrast.members`."""
        return _inside(samples, self.factor, (self.level,), dict(self.within))


def _inside(
    samples: pd.DataFrame, factor: str, levels: Sequence[str], within: Mapping[str, str | float]
) -> pd.Series:
    inside = samples[factor].astype(str).isin(levels)
    for column, value in within.items():
        if not pd.api.types.is_numeric_dtype(samples[column]):
            inside &= samples[column].astype(str) == str(value)
    return inside


@dataclass(frozen=True)
class Contrast:
    """One comparison: levels of a factor, or weights of design columns.

    Attributes
    ----------
    name
        Key of the configuration.
    rule
        When a gene is called in it.
    factor
        Column whose levels are compared; empty for a contrast of coefficients.
    numerator, denominator
        Levels above and below the line; several stand for their average.
    within
        For a factor that interacts: the level, or number, of each interacting column.
    coefficients
        Weights of design columns, for a contrast of coefficients.
    """

    name: str
    rule: CallingRule
    factor: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    within: Mapping[str, str | float] = field(default_factory=dict)
    coefficients: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, plain: Mapping) -> Contrast:
        """Build a contrast from what `as_dict` returned."""
        sides = {side: tuple(plain[side]) for side in SIDES}
        return cls(**{**plain, **sides, "rule": CallingRule.from_dict(plain["rule"])})

    def as_dict(self) -> dict:
        """Plain values, as rules of the workflow hand them to scripts."""
        return {**asdict(self), **{side: list(self.levels(side)) for side in SIDES}}

    @property
    def of_levels(self) -> bool:
        """Whether groups are compared, and not coefficients of the model."""
        return bool(self.factor)

    def levels(self, side: str) -> tuple[str, ...]:
        """Levels of one side; none for a contrast of coefficients."""
        return self.numerator if side == NUMERATOR else self.denominator

    @property
    def scope(self) -> str:
        """Where it is compared, in words: ``sex = male``; empty without ``within``."""
        return ", ".join(f"{column} = {value}" for column, value in self.within.items())

    def side_name(self, side: str) -> str | None:
        """Name one side; a contrast of coefficients has its weighted sum above and nothing below.

        Parameters
        ----------
        side
            ``numerator`` or ``denominator``.
        """
        if not self.of_levels:
            weights = self.coefficients.items()
            text = " ".join(f"{weight:+g} × {column}" for column, weight in weights)
            return text if side == NUMERATOR else None
        levels = " and ".join(self.levels(side))
        return f"{levels} ({self.scope})" if self.scope else levels

    @property
    def label(self) -> str:
        """Both sides in one line: ``early_recurrence v no_recurrence``."""
        if not self.of_levels:
            return str(self.side_name(NUMERATOR))
        sides = " v ".join(" and ".join(self.levels(side)) for side in SIDES)
        return f"{sides} ({self.scope})" if self.scope else sides

    def members(self, side: str, samples: pd.DataFrame) -> pd.Series | None:
        """Tell which samples belong to a side; None for a contrast of coefficients.

        A categorical column in ``within`` restricts them; a numeric one is the value at which the
        model compares, and every sample takes part in that.

        Parameters
        ----------
        side
            ``numerator`` or ``denominator``.
        samples
            Samples x columns of the sheet, typed.

        Returns
        -------
        pandas.Series or None
            One boolean per sample.
        """
        if not self.of_levels:
            return None
        return _inside(samples, self.factor, self.levels(side), self.within)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every level on either side; none for a contrast of coefficients."""
        within = tuple(self.within.items())
        return tuple(Group(self.factor, level, within) for s in SIDES for level in self.levels(s))

    def compared(self, samples: pd.DataFrame) -> pd.Series | None:
        """Tell which samples are on either side; None for a contrast of coefficients."""
        if not self.of_levels:
            return None
        return self.members(NUMERATOR, samples) | self.members(DENOMINATOR, samples)

    def sizes(self, samples: pd.DataFrame) -> tuple[int | None, int | None]:
        """Count the samples of numerator and denominator; None for coefficients."""
        members = (self.members(side, samples) for side in SIDES)
        above, below = (None if side is None else int(side.sum()) for side in members)
        return above, below

    def title(self, samples: pd.DataFrame) -> str:
        """Label with the number of samples on each side, or in the model."""
        above, below = self.sizes(samples)
        if above is None:
            return f"{self.label} ({len(samples)} samples in the model)"
        return f"{self.label} ({above} v {below} samples)"

    def origin(self, samples: pd.DataFrame) -> str:
        """Say where numbers come from: name, sides, samples on each, and the calling rule."""
        return f"{self.name}: {self.title(samples)}; called: {self.rule.symbols}"

    def weights(self, formula: Formula, samples: pd.DataFrame) -> pd.Series:
        """Weights of the design's columns, see `recurseq.design.formula.contrast_vector`."""
        return contrast_vector(formula, samples, asdict(self))

    def through_other_levels(self, samples: pd.DataFrame) -> Iterator[tuple[Contrast, Contrast]]:
        """Yield each detour A v C, B v C of a contrast A v B, over every other level C."""
        if not self.of_levels:
            return
        for level in map(str, samples[self.factor].cat.categories):
            if level not in (*self.numerator, *self.denominator):
                above, below = (
                    replace(
                        self, name=f"{side} v {level}",
                        numerator=self.levels(side), denominator=(level,),
                    )
                    for side in SIDES
                )  # fmt: skip
                yield above, below
