"""What the simulated cohorts are: one mechanism, and a plain description of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NORMAL = "normal"  # group of normal liver; a sheet may have none of it


@dataclass(frozen=True)
class Cohort:
    """Two groups of tumours, and how they differ; how many there are says the sample sheet.

    Attributes
    ----------
    tumours
        The two groups; changes are those of the second over the first.
    change
        Column of ``effects.tsv`` with the log2 fold change of the genes named there.
    share
        Share of the background genes that change by themselves, half of them up.
    least, typical, most
        Their absolute log2 fold change: `least` plus an exponential of mean `typical`, cut at
        `most`.
    proliferation
        Difference of the mean proliferation of the groups, in standard deviations within a group.
    axis
        By what the loadings of the oncofetal axis in ``effects.tsv`` are multiplied.
    """

    tumours: tuple[str, str]
    change: str
    share: float
    least: float
    typical: float
    most: float
    proliferation: float
    axis: float

    @property
    def levels(self) -> tuple[str, str, str]:
        """Groups that a sheet may have; log2 fold changes are told over the first."""
        return (NORMAL, *self.tumours)


# Of the background 10 % change: as many as benchmarks/evidence.py plants in real tumours; with 4 to
# 8 % the list of the shipped seed was like chance.
RECURRENCE = Cohort(
    tumours=("no_recurrence", "early_recurrence"),
    change="log2_early_vs_none",
    share=0.1,
    least=0.8,
    typical=0.7,
    most=3.5,
    proliferation=1.5,
    axis=1.0,
)
# Hyper-progressive recurrence: many small and moderate changes, about 5,000 in all.
HPR = Cohort(
    tumours=("other", "hpr"),
    change="log2_hpr_vs_other",
    share=0.245,
    least=0.3,
    typical=0.4,
    most=2.5,
    proliferation=1.2,
    axis=1.8,
)
COHORTS: Mapping[str, Cohort] = {"recurrence": RECURRENCE, "hpr": HPR}
