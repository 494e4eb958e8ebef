"""Two risk models of the same patients: what one adds to the other, never without an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.regression import loss_without, regression
from recurseq.clinical.terms import independent
from recurseq.risk.judged import COMPARED, Layout, Predicted
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_model import RiskModel
from recurseq.stats.roc import Difference, areas, difference
from recurseq.stats.rubin import pooled_wald
from recurseq.stats.tails import chi_squared_tail

LIKELIHOOD, WALD = "likelihood_ratio", "wald_of_added_terms"


@dataclass(frozen=True)
class AddedTerms:
    """Test of the terms that one model has beside those of another."""

    name: str
    statistic: float
    df: int
    pvalue: float


def shared(rows: Rows, others: Rows) -> Rows:
    """Return the patients that are in both of two lists of rows, with the values of both."""
    kept = rows.take(rows.frame.index.isin(others.frame.index))
    more = others.frame.loc[kept.frame.index, others.frame.columns.difference(rows.frame.columns)]
    return replace(kept, frame=kept.frame.join(more))


def common(found: Sequence[Predicted]) -> list[Predicted]:
    """Return the predictions of patients that all models tell, in the order of the first."""
    names = found[0].patients
    for one in found[1:]:
        names = names[names.isin(one.patients)]
    return [one.take(one.patients.get_indexer(names)) for one in found]


def added_terms(
    recipe: Recipe, rows: Rows, model: RiskModel, other: RiskModel
) -> AddedTerms | None:
    """Test the terms that a model has beside those of another; None where it has not all of those.

    By likelihood ratio; over completed data sets by the pooled Wald test (D1, told as df times F);
    with weights or ten clusters and more by Wald's test with the robust covariance, which fewer
    clusters do not tell. None with Firth's penalty, and where terms were chosen by the data.

    Parameters
    ----------
    recipe, rows
        Of the model, and the patients both were made with.
    model, other
        The models.
    """
    chosen = recipe.model.entry is not None or "firth" in (model.penalty, other.penalty)
    if chosen or not set(other.rules) < set(model.rules) or model.kind != other.kind:
        return None
    sets = recipe.completed(rows.with_enough_clusters())
    own = np.repeat(
        [rule not in other.rules for rule in model.rules], [r.size for r in model.rules]
    )
    # The columns of the other model first, so that none of its own is a combination of added ones.
    order = np.argsort(own, kind="stable")
    columns = [model.columns(one.frame)[:, order] for one in sets]
    used = np.all([independent(one) for one in columns], axis=0)
    columns, own = [one[:, used] for one in columns], own[order][used]
    return _tested(recipe, sets, columns, own)


def _tested(
    recipe: Recipe, sets: Sequence[Rows], columns: Sequence[np.ndarray], own: np.ndarray
) -> AddedTerms:
    """Test some of the columns, over completed data sets together."""
    kind, df = regression(recipe.model, sets[0]), int(own.sum())
    tops = [kind.maximum(*both) for both in zip(sets, columns, strict=True)]
    if len(sets) > 1:
        test = pooled_wald(
            np.array([top.coefficients[own] for top in tops]),
            np.array([top.covariance[np.ix_(own, own)] for top in tops]),
        )
        return AddedTerms(WALD, test.statistic * df, df, test.pvalue)
    statistic = loss_without(kind, sets[0], columns[0], tops[0], np.flatnonzero(own))
    name = LIKELIHOOD if kind.by_likelihood else WALD
    return AddedTerms(name, statistic, df, float(chi_squared_tail(statistic, df)))


def compared_layout(layout: Layout) -> Layout:
    """Return what is compared of two models: ranking, Brier scores and net benefit."""
    kept = tuple(name for name in layout.measures if name in COMPARED)
    return Layout(kept, layout.thresholds, np.zeros(0))


def subtract(found: Sequence[Predicted], layout: Layout) -> np.ndarray:
    """Return the values of the first model less those of the second."""
    return layout.values(found[0]) - layout.values(found[1])


def area_difference(one: Predicted, other: Predicted) -> Difference | None:
    """Return the difference of two areas (DeLong et al. 1988).

    None at a horizon or with weights, where there is no such formula.
    """
    if not one.answers.plain:
        return None
    return difference(areas(np.array([one.linear, other.linear]), one.answers.event), 0, 1)
