"""What the section ``risk`` says, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BY_RISK, BY_TREE = "risk", "tree"


@dataclass(frozen=True)
class Strata:
    """Risks at which patients are divided, and the names of the parts, from low to high.

    Attributes
    ----------
    by
        ``risk``: what the model predicts; ``tree``: the risk that the leaf of the tree had in the
        development.
    """

    cuts: tuple[float, ...]
    names: tuple[str, ...]
    by: str = BY_RISK


@dataclass(frozen=True)
class TreeRules:
    """How a conditional inference tree is grown."""

    alpha: float
    min_split: int
    min_leaf: int


@dataclass(frozen=True)
class Risk:
    """A risk model.

    Attributes
    ----------
    model
        The model of the section ``models`` whose terms it takes.
    develop, validate
        Cohorts; None where there are no patients to validate it in.
    bootstrap
        Resamples for the optimism.
    horizon
        Months at which the risk of a hazard model is told; None for a logistic one.
    axes
        Of the nomogram: the smallest and largest value of numbers.
    strata, tree
        None where none are wanted.
    decision
        Thresholds of risk between which decisions are looked at.
    compare
        Other risk models that it is held against.
    """

    name: str
    model: str
    develop: str
    validate: str | None
    bootstrap: int
    horizon: float | None
    axes: Mapping[str, tuple[float, float]]
    strata: Strata | None
    tree: TreeRules | None
    decision: tuple[float, float]
    compare: tuple[str, ...]


def risk_settings(sections: Mapping[str, Mapping]) -> dict[str, Risk]:
    """Give types to the section ``risk``; empty for a study without it.

    Parameters
    ----------
    sections
        `recurseq.study.Study.clinical`: valid by the schema, with its defaults.
    """
    return {name: _risk(name, entry) for name, entry in sections.get("risk", {}).items()}


def _risk(name: str, entry: Mapping) -> Risk:
    strata, tree = entry.get("strata"), entry.get("tree")
    low, high = entry["decision"]
    return Risk(
        name=name,
        model=entry["model"],
        develop=entry["develop"],
        validate=entry["validate"],
        bootstrap=entry["bootstrap"],
        horizon=None if entry["horizon"] is None else float(entry["horizon"]),
        axes={key: (float(span[0]), float(span[1])) for key, span in entry["axes"].items()},
        strata=None
        if strata is None
        else Strata(
            tuple(map(float, strata["cuts"])), tuple(map(str, strata["names"])), strata["by"]
        ),
        tree=None
        if tree is None
        else TreeRules(float(tree["alpha"]), tree["min_split"], tree["min_leaf"]),
        decision=(float(low), float(high)),
        compare=tuple(entry["compare"]),
    )
