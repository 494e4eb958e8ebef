"""One fitted model: estimates of every coefficient, with what had to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recurseq.clinical.cautions import EVENTS_TO_STOP
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import Model
from recurseq.clinical.survival.concordance import Concordance, concordance, uno_concordance
from recurseq.clinical.survival.fine_gray import fit_subdistribution
from recurseq.clinical.survival.firth import fit_penalised
from recurseq.clinical.survival.partial_likelihood import Fit, fit
from recurseq.clinical.survival.residuals import robust_covariance
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.terms import LEVELS, Term, independent, matrix, positions
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail, two_sided

NO_EVENT = "no event: no finite ratio"
NO_REFERENCE = "no event in the reference: no finite ratio"
ALIASED = "a combination of other terms"
TOO_FEW = "left out: few_events"
NOT_CONVERGED = "no finite estimate"
UNKNOWN = Concordance(np.nan, np.nan)


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
    term_pvalues
        Term to its p-value: by likelihood ratio, else by Wald's test.
    by_likelihood
        Whether they are by likelihood ratio.
    fit
        The fit without penalty; None where there is none.
    used
        Columns that were fitted.
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
    penalty: str = "none"
    term_pvalues: dict[str, float] = field(default_factory=dict)
    by_likelihood: bool = True
    loglik: float = np.nan
    loglik_null: float = np.nan
    concordance: Concordance = UNKNOWN
    uno: Concordance = UNKNOWN
    converged: bool = False
    fit: Fit | None = None
    used: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))
    empty_levels: list[EmptyLevel] = field(default_factory=list)

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
        Kind, ties, penalty.
    rows, terms
        Rows, and the columns made of them.
    alone
        Whether the model has one term only, and events per parameter do not matter.
    """
    events = int((rows.state == 1).sum())
    found = _blank(terms, rows, events)
    empty = _empty_levels(terms, rows)
    found.empty_levels = empty
    few = bool(terms) and events < EVENTS_TO_STOP * max(found.parameters, 1) and not alone
    wanted = model.penalty == "firth" or (model.penalty == "auto" and (bool(empty) or few))
    penalised = wanted and model.kind == "cox"
    if few and not penalised:
        found.notes = [TOO_FEW] * found.parameters
        return found
    if penalised:
        _fit_with_penalty(found, model, rows, terms)
        return found
    kept = _set_aside(found, empty)
    _fit_without(found, model, rows.take(kept), [term.take(kept) for term in terms], alone)
    return found


def _blank(terms: list[Term], rows: Rows, events: int) -> FittedModel:
    size = sum(term.size for term in terms)
    missing = [np.full(size, np.nan) for _ in range(6)]
    return FittedModel(terms, rows, *missing, notes=[None] * size, events=events)


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


def subjects_of(rows: Rows, columns: np.ndarray) -> Subjects:
    """Return rows of a hazard model."""
    return Subjects(rows.time, rows.state == 1, columns, entry=rows.entry, strata=rows.strata)


def _fit_without(
    found: FittedModel, model: Model, rows: Rows, terms: list[Term], alone: bool
) -> None:
    columns = matrix(terms)
    used = np.flatnonzero(independent(columns))
    for place in range(found.parameters):
        if place not in used and found.notes[place] is None:
            found.notes[place] = ALIASED
    found.used = used
    model_fit, covariance = _maximum(model, rows, columns[:, used])
    found.loglik, found.loglik_null = model_fit.loglik, model_fit.loglik_null
    found.converged, found.fit = model_fit.converged, model_fit
    if not model_fit.converged:
        for place in used:
            found.notes[place] = found.notes[place] or NOT_CONVERGED
        return
    shown = np.array([found.notes[place] is None for place in used], dtype=bool)
    _fill(found, used[shown], model_fit.coefficients[shown], covariance[np.ix_(shown, shown)])
    clustered = rows.cluster is not None
    found.by_likelihood = not clustered and model.kind == "cox"
    _test_terms(found, model, rows, columns, model_fit, covariance)
    if model.kind == "cox" and not alone:
        subjects = model_fit.subjects
        found.concordance = concordance(subjects, model_fit.linear_predictor)
        if rows.entry is None and rows.strata is None:
            found.uno = uno_concordance(subjects, model_fit.linear_predictor)


def _maximum(model: Model, rows: Rows, columns: np.ndarray) -> tuple[Fit, np.ndarray]:
    """Fit, and return the covariance that stands in the tables."""
    if model.kind == "finegray":
        return fit_subdistribution(rows.time, rows.state, columns, 1)
    found = fit(subjects_of(rows, columns), model.ties)
    if rows.cluster is None or not found.converged:
        return found, found.covariance
    return found, robust_covariance(found, rows.cluster)


def _fill(
    found: FittedModel, places: np.ndarray, coefficients: np.ndarray, covariance: np.ndarray
) -> None:
    se = np.sqrt(np.diag(covariance))
    found.coefficients[places], found.se[places] = coefficients, se
    found.lower[places] = coefficients - NORMAL_975 * se
    found.upper[places] = coefficients + NORMAL_975 * se
    found.pvalue[places] = two_sided(coefficients / se)
    if len(places) > 1:
        correlation = covariance / np.outer(se, se)
        found.vif[places] = np.diag(np.linalg.pinv(correlation, hermitian=True))


def _test_terms(
    found: FittedModel,
    model: Model,
    rows: Rows,
    columns: np.ndarray,
    model_fit: Fit,
    covariance: np.ndarray,
) -> None:
    """Test each term as a whole; a term that stands in an interaction together with it."""
    places = positions(found.terms)
    for term in found.terms:
        joined = [name for name in places if term.name in name.split(":") or name == term.name]
        own = np.array([p for name in joined for p in places[name]], dtype=int)
        at = np.flatnonzero(np.isin(found.used, own))
        if not len(at):
            continue
        if found.by_likelihood:
            rest = np.delete(found.used, at)
            without = fit(subjects_of(rows, columns[:, rest]), model.ties)
            statistic = max(2 * (model_fit.loglik - without.loglik), 0.0)
        else:
            b = model_fit.coefficients[at]
            statistic = float(b @ np.linalg.pinv(covariance[np.ix_(at, at)]) @ b)
        found.term_pvalues[term.name] = float(chi_squared_tail(statistic, len(at)))


def _fit_with_penalty(found: FittedModel, model: Model, rows: Rows, terms: list[Term]) -> None:
    columns = matrix(terms)
    used = np.flatnonzero(independent(columns))
    for place in range(found.parameters):
        if place not in used:
            found.notes[place] = ALIASED
    names = list(positions(terms))
    groups = [
        [int(np.flatnonzero(used == p)[0]) for p in places if p in used]
        for places in positions(terms).values()
    ]
    penalised = fit_penalised(subjects_of(rows, columns[:, used]), model.ties, groups)
    found.used, found.penalty, found.converged = used, "firth", penalised.converged
    found.loglik, found.loglik_null = penalised.loglik, penalised.loglik_null
    found.coefficients[used], found.se[used] = penalised.coefficients, penalised.se
    found.lower[used], found.upper[used] = penalised.lower, penalised.upper
    found.pvalue[used] = penalised.pvalue
    if len(used) > 1:
        correlation = penalised.covariance / np.outer(penalised.se, penalised.se)
        found.vif[used] = np.diag(np.linalg.pinv(correlation, hermitian=True))
    found.term_pvalues = dict(zip(names, penalised.group_pvalues, strict=True))
    score = columns[:, used] @ penalised.coefficients
    found.concordance = concordance(subjects_of(rows, columns[:, used]), score)
