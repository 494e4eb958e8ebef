"""What the section ``coexpression`` says, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recurseq.design.contrast import Contrast

QUANTILES = {"median": 0.5, "tertile": 2 / 3}
MOST_GENES = 30  # of a set: 435 pairs


@dataclass(frozen=True)
class Coexpression:
    """The section.

    Attributes
    ----------
    pairs
        Genes as they are written, two and two.
    sets
        Names of sets of the marker panel or of the study's collections.
    high
        What was asked for: ``median``, ``tertile`` or a share.
    contrast
        Contrast whose samples give the cut-off of high; None for the first contrast of levels.
    purity
        Whether correlations are also told given the share of hepatocytes.
    """

    pairs: tuple[tuple[str, str], ...]
    sets: tuple[str, ...]
    high: str | float
    contrast: str | None
    purity: bool

    @property
    def quantile(self) -> float:
        """A gene is high above this quantile."""
        return QUANTILES[self.high] if isinstance(self.high, str) else float(self.high)

    @property
    def high_in_words(self) -> str:
        """The cut-off in words: ``the median``."""
        words = {"median": "the median", "tertile": "the upper tertile"}
        return words.get(self.high, f"the {100 * self.quantile:g} % quantile")


def read_settings(section: Mapping) -> Coexpression:
    """Build the settings from a section that follows its schema, with its defaults."""
    return Coexpression(
        pairs=tuple((one.strip(), other.strip()) for one, other in section["pairs"]),
        sets=tuple(name.strip() for name in section["sets"]),
        high=section["high"],
        contrast=section.get("contrast"),
        purity=section["purity"] == "hepatocytes",
    )


def pair_key(pair: tuple[str, str]) -> frozenset[str]:
    """Return a pair whatever its order and case, to tell whether two are the same."""
    return frozenset(name.strip().casefold() for name in pair)


def contrast_of(settings: Coexpression, contrasts: Mapping[str, Contrast]) -> Contrast | None:
    """Return the contrast whose samples give the cut-offs; None where no groups are compared."""
    if settings.contrast is not None:
        return contrasts[settings.contrast]
    return next((one for one in contrasts.values() if one.of_levels), None)
