"""One fitted model: estimates of every coefficient, with what had to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recurseq.clinical.cautions import EVENTS_TO_STOP
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.regression import UNKNOWN, Maximum, Regression, loss_without, regression
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.survival.concordance import Concordance
from recurseq.clinical.survival.partial_likelihood import Fit
from recurseq.clinical.terms import LEVELS, Term, TermRule, independent, matrix, positions
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail, two_sided

NO_EVENT = "no event: no finite ratio"
NO_REFERENCE = "no event in the reference: no finite ratio"
ALIASED = "a combination of other terms"
TOO_FEW = "left out: few_events"
NOBODY = "no patient with all values"
NOT_CONVERGED = "no finite estimate"
LIKELIHOOD, PENALISED = "likelihood ratio", "penalised likelihood ratio"
POOLED_WALD = "pooled Wald (D1)"


@dataclass(frozen=True)
class EmptyLevel:
    """A level in which nobody had the event."""

    term: str
    level: str
    n: int


@dataclass
class FittedModel:
    """Estimates of a model; arrays have one value for each coefficient of all terms.

    Attributes
    ----------
    notes
        Why a coefficient is left out; None where it is not.
    covariance
        Of the coefficients.
    term_pvalues
        Term to its p-value: by likelihood ratio, else by Wald's test.
    by_likelihood
        Whether they are by likelihood ratio.
    df, fmi
        Degrees of freedom and fraction of missing information, where data sets were pooled.
    imputations
        Data sets that were pooled; 0 where nothing was imputed.
    limiting
        Events that the number of parameters is held against; of a logistic model those with the
        event or those without it, whichever are fewer.
    intercept
        Of a logistic model; missing in others.
    fit
        The fit of a hazard model without penalty; None where there is none.
    used
        Columns that were fitted.
    separated
        Columns that tell yes from no without exception.
    """

    terms: list[Term]
    rows: Rows
    coefficients: np.ndarray
    se: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    pvalue: np.ndarray
    vif: np.ndarray
    notes: list[str | None]
    events: int
    limiting: int
    penalty: str = "none"
    term_pvalues: dict[str, float] = field(default_factory=dict)
    by_likelihood: bool = True
    loglik: float = np.nan
    loglik_null: float = np.nan
    concordance: Concordance = UNKNOWN
    uno: Concordance = UNKNOWN
    converged: bool = False
    intercept: float = np.nan
    fit: Fit | None = None
    used: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))
    separated: list[str] = field(default_factory=list)
    empty_levels: list[EmptyLevel] = field(default_factory=list)
    covariance: np.ndarray | None = None
    df: np.ndarray | None = None
    fmi: np.ndarray | None = None
    imputations: int = 0

    @property
    def term_test(self) -> str | None:
        """What the p-values of terms are, for the tables; None where they are not told there."""
        if self.imputations:
            return POOLED_WALD
        if not self.by_likelihood:
            return None
        return LIKELIHOOD if self.penalty == "none" else PENALISED

    @property
    def parameters(self) -> int:
        """Number of coefficients."""
        return len(self.coefficients)

    @property
    def too_few(self) -> bool:
        """Whether estimates are left out because there are too few events."""
        return TOO_FEW in self.notes


def fit_terms(model: Model, rows: Rows, terms: list[Term], *, alone: bool = False) -> FittedModel:
    """Fit a model to rows of follow-up.

    A level without an event has no finite ratio: without a penalty its patients are set aside,
    which is what the likelihood does in the limit, and the others are fitted.

    Parameters
    ----------
    model
        Kind, ties, penalty; a logistic model of data that separate yes from no is always
        penalised.
    rows, terms
        Rows, and the columns made of them.
    alone
        Whether the model has one term only, and events per parameter do not matter.
    """
    kind = regression(model, rows)
    found = _blank(terms, rows, kind.limiting(rows))
    if not len(rows):
        found.notes = [NOBODY] * found.parameters
        return found
    empty = _empty_levels(terms, rows)
    found.empty_levels = empty
    few = bool(terms) and found.limiting < EVENTS_TO_STOP * max(found.parameters, 1) and not alone
    apart = _separated(found, kind, rows, terms, model)
    wanted = model.penalty == "firth" or apart or (model.penalty == "auto" and (empty or few))
    penalised = bool(wanted) and kind.can_penalise
    if few and not penalised:
        found.notes = [TOO_FEW] * found.parameters
        return found
    if penalised:
        _fit_with_penalty(found, kind, rows, terms)
        return found
    kept = _set_aside(found, empty)
    if not kept.any():  # nobody had the event
        found.notes = [note or NO_EVENT for note in found.notes]
        return found
    _fit_without(found, kind, rows.take(kept), [term.take(kept) for term in terms], alone)
    return found


def _separated(
    found: FittedModel, kind: Regression, rows: Rows, terms: list[Term], model: Model
) -> bool:
    """Note the terms of a logistic model that have no finite ratio without a penalty."""
    if model.kind != LOGISTIC or not found.limiting:
        return False
    columns = matrix(terms)
    used = np.flatnonzero(independent(columns))
    apart = used[kind.separated(rows, columns[:, used])]
    found.separated = [
        name for name, places in positions(terms).items() if set(places) & set(apart.tolist())
    ]
    return bool(found.separated)


def _blank(terms: list[Term], rows: Rows, limiting: int) -> FittedModel:
    size = sum(term.size for term in terms)
    missing = [np.full(size, np.nan) for _ in range(6)]
    covariance = np.full((size, size), np.nan)
    events = int((rows.state == 1).sum())
    notes: list[str | None] = [None] * size
    return FittedModel(
        terms, rows, *missing, notes=notes, events=events, limiting=limiting, covariance=covariance
    )


def _empty_levels(terms: Sequence[Term], rows: Rows) -> list[EmptyLevel]:
    found, event = [], rows.state == 1
    for term in terms:
        if term.kind != LEVELS:
            continue
        names = [term.labels[0].reference if term.labels else "", *(x.level for x in term.labels)]
        for name, inside in zip(names, term.members, strict=True):
            if inside.any() and not event[inside].any():
                found.append(EmptyLevel(term.name, str(name), len(np.unique(rows.patient[inside]))))
    return found


def _set_aside(found: FittedModel, empty: Sequence[EmptyLevel]) -> np.ndarray:
    """Note coefficients of levels without events, and return the rows that are left."""
    kept = np.ones(len(found.rows), dtype=bool)
    places = positions(found.terms)
    by_name = {term.name: term for term in found.terms}
    for one in empty:
        term, columns = by_name[one.term], places[one.term]
        levels = [label.level for label in term.labels]
        if one.level in levels:
            place = levels.index(one.level)
            kept &= ~term.members[place + 1]
            found.notes[columns[place]] = NO_EVENT
        else:
            kept &= ~term.members[0]
            for column in columns:
                found.notes[column] = found.notes[column] or NO_REFERENCE
    return kept


def _fit_without(
    found: FittedModel, kind: Regression, rows: Rows, terms: list[Term], alone: bool
) -> None:
    columns = matrix(terms)
    used = _independent_columns(found, columns)
    top = kind.maximum(rows, columns[:, used])
    found.loglik, found.loglik_null = top.loglik, top.loglik_null
    found.converged, found.fit, found.intercept = top.converged, top.hazard, top.intercept
    if not top.converged:
        for place in used:
            found.notes[place] = found.notes[place] or NOT_CONVERGED
        return
    shown = np.array([found.notes[place] is None for place in used], dtype=bool)
    _fill(found, used[shown], top.coefficients[shown], top.covariance[np.ix_(shown, shown)])
    found.by_likelihood = kind.by_likelihood
    _test_terms(found, kind, rows, columns, top)
    if not alone:
        found.concordance, found.uno = kind.ranking(rows, columns[:, used] @ top.coefficients)


def _independent_columns(found: FittedModel, columns: np.ndarray) -> np.ndarray:
    """Note and return which columns are fitted."""
    found.used = np.flatnonzero(independent(columns))
    for place in np.setdiff1d(np.arange(found.parameters), found.used):
        found.notes[place] = found.notes[place] or ALIASED
    return found.used


def _fill(
    found: FittedModel, places: np.ndarray, coefficients: np.ndarray, covariance: np.ndarray
) -> None:
    se = np.sqrt(np.diag(covariance))
    found.covariance[np.ix_(places, places)] = covariance
    found.coefficients[places], found.se[places] = coefficients, se
    found.lower[places] = coefficients - NORMAL_975 * se
    found.upper[places] = coefficients + NORMAL_975 * se
    found.pvalue[places] = two_sided(coefficients / se)
    _inflation(found, places, covariance)


def _test_terms(
    found: FittedModel, kind: Regression, rows: Rows, columns: np.ndarray, top: Maximum
) -> None:
    """Test each term as a whole; a term that stands in an interaction together with it."""
    for name, own in tested_together(found.terms).items():
        at = np.flatnonzero(np.isin(found.used, own))
        if not len(at):
            continue
        statistic = loss_without(kind, rows, columns[:, found.used], top, at)
        found.term_pvalues[name] = float(chi_squared_tail(statistic, len(at)))


def tested_together(terms: Sequence[Term | TermRule]) -> dict[str, list[int]]:
    """Return the columns by which each term is tested: its own, and those of its interactions."""
    places = positions(terms)
    return {
        term.name: [
            place
            for name, columns in places.items()
            if name == term.name or term.name in name.split(":")
            for place in columns
        ]
        for term in terms
    }


def _fit_with_penalty(found: FittedModel, kind: Regression, rows: Rows, terms: list[Term]) -> None:
    columns = matrix(terms)
    used = _independent_columns(found, columns)
    groups = {
        name: [int(np.flatnonzero(used == place)[0]) for place in places if place in used]
        for name, places in positions(terms).items()
    }
    groups = {name: group for name, group in groups.items() if group}
    penalised = kind.penalised(rows, columns[:, used], list(groups.values()))
    found.penalty, found.converged = "firth", penalised.converged
    found.intercept = penalised.intercept
    found.loglik, found.loglik_null = penalised.loglik, penalised.loglik_null
    found.coefficients[used], found.se[used] = penalised.coefficients, penalised.se
    found.lower[used], found.upper[used] = penalised.lower, penalised.upper
    found.pvalue[used] = penalised.pvalue
    found.covariance[np.ix_(used, used)] = penalised.covariance
    _inflation(found, used, penalised.covariance)
    found.term_pvalues = dict(zip(groups, penalised.group_pvalues, strict=True))
    score = columns[:, used] @ penalised.coefficients
    found.concordance, _ = kind.ranking(rows, score)


def _inflation(found: FittedModel, places: np.ndarray, covariance: np.ndarray) -> None:
    """Fill in by how much each variance is larger than it would be were the others unrelated."""
    if len(places) > 1:
        se = np.sqrt(np.diag(covariance))
        correlation = covariance / np.outer(se, se)
        found.vif[places] = np.diag(np.linalg.pinv(correlation, hermitian=True))
