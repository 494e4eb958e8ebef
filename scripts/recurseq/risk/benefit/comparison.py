"""One group of patients compared in every way: crude, weighted in two ways, in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.clinical.patients import Patients
from recurseq.clinical.survival.episodes import cut_at
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.residuals import robust_covariance
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.survival.times import aligned
from recurseq.clinical.terms import TermRule, columns_of, independent, term_rules
from recurseq.risk.benefit.balance import Difference, compared_columns, difference
from recurseq.risk.benefit.effect import (
    FEWEST,
    NO_MAXIMUM,
    NO_OVERLAP,
    TOO_MANY_COVARIATES,
    Effect,
    crude_effect,
    reason_against,
    wald,
    weighted_effect,
    without,
)
from recurseq.risk.benefit.matching import matched_pairs
from recurseq.risk.benefit.propensity import (
    Propensity,
    inverse_weights,
    overlap_weights,
    propensity,
)
from recurseq.risk.benefit.samples import Sample

OVERLAP, IPTW, MATCH = METHODS = ("overlap", "iptw", "match")


@dataclass(frozen=True)
class Weighing:
    """Weights of one method.

    Attributes
    ----------
    weights
        Of each patient; 0 for those without a part.
    pair
        Number of each patient's pair; None without pairs.
    """

    weights: np.ndarray
    pair: np.ndarray | None = None


@dataclass(frozen=True)
class Comparison:
    """A sample with what the treatment may have been chosen by.

    Attributes
    ----------
    sample
        The patients.
    rules
        Their covariates as columns.
    score
        Propensities; None where `reason` says why there are none.
    """

    sample: Sample
    rules: tuple[TermRule, ...]
    score: Propensity | None
    reason: str | None = None

    def weighing(self, method: str) -> Weighing:
        """Return the weights of a method, for a sample with a propensity."""
        treated, counts = self.sample.followed.treated, self.sample.followed.counts
        if method == OVERLAP:
            return Weighing(overlap_weights(treated, self.score.probability))
        if method == IPTW:
            return Weighing(inverse_weights(treated, self.score.probability, counts))
        names = self.sample.frame.index.to_numpy()
        pair = matched_pairs(treated, self.score.logit, names)
        return Weighing((pair >= 0).astype(float), pair)

    def effect(self, weighing: Weighing | None) -> Effect:
        """Return the ratio: crude without weights."""
        if weighing is None:
            return crude_effect(self.sample.followed)
        return weighted_effect(self.sample.followed, weighing.weights, weighing.pair)

    def balance(self, weights: np.ndarray | None) -> list[tuple[str, str | None, Difference]]:
        """Compare each covariate between the groups; all patients alike without weights."""
        followed = self.sample.followed
        weights = followed.weights * (1.0 if weights is None else weights)
        return [
            (one.covariate, one.level, difference(one, followed.treated, weights))
            for one in compared_columns(self.rules, self.sample.frame)
        ]

    def largest(self, weights: np.ndarray | None) -> float:
        """Return the largest standardised difference; missing where none is known."""
        found = [one.smd for _, _, one in self.balance(weights)]
        known = [value for value in found if not np.isnan(value)]
        return max(known, default=np.nan)


def compare(
    sample: Sample, patients: Patients, within: tuple[str, Sequence[str]] | None = None
) -> Comparison:
    """Model the treatment of a sample.

    Parameters
    ----------
    sample
        The patients of one stratum, or of all.
    patients
        Whose rules say on which scale a number is taken.
    within
        For patients of several strata, under which name the stratum is one of the covariates
        (treatments are chosen by the risk), and the names of the strata.
    """
    if within is not None:
        name, levels = within
        column = pd.Categorical(sample.stratum, categories=list(levels))
        frame = sample.frame.assign(**{name: column})
        sample = Sample(frame, sample.followed, sample.stratum, sample.start)
    rules = tuple(term_rules(list(sample.frame), sample.frame, patients, {}))
    followed, columns = sample.followed, columns_of(rules, sample.frame)
    reason = reason_against(followed)
    if reason is None and independent(columns).sum() >= followed.smaller_group:
        reason = TOO_MANY_COVARIATES
    if reason is not None:
        return Comparison(sample, rules, None, reason)
    score = propensity(followed.treated, columns, followed.counts)
    common = followed.treated[score.in_common(followed.treated)]
    if min(common.sum(), (~common).sum()) < FEWEST:
        return Comparison(sample, rules, None, NO_OVERLAP)
    return Comparison(sample, rules, score)


def time_varying_effect(comparison: Comparison, *, adjusted: bool) -> Effect:
    """Let the treatment count from the moment at which it began (times only).

    Cox's model of pieces of follow-up; where `adjusted`, with the covariates beside the treatment
    and a baseline hazard for each stratum. Errors are robust, pieces of a patient together.

    Parameters
    ----------
    comparison
        The patients.
    adjusted
        Whether the covariates are in the model.
    """
    sample = comparison.sample
    own = [rule for rule in comparison.rules if adjusted]
    covariates = columns_of(own, sample.frame)
    parameters = 1 + int(independent(covariates).sum())
    status = reason_against(sample.followed, parameters)
    if status is not None:
        return without(status)
    pieces = cut_at(sample.followed.time, sample.followed.event, [sample.start])
    now = pieces.has_changed(sample.start).astype(float)
    columns = np.column_stack([now, covariates[pieces.row]])
    used = independent(columns)
    if not used[0]:
        return without(NO_MAXIMUM)
    divided = sample.stratum.astype(str) if adjusted else np.zeros(len(sample))
    codes = np.unique(divided, return_inverse=True)[1][pieces.row]
    time, entry = aligned(pieces.time), aligned(pieces.entry)
    found = fit(Subjects(time, pieces.event, columns[:, used], entry, codes))
    if not found.converged:
        return without(NO_MAXIMUM)
    variance = robust_covariance(found, pieces.row)[0, 0]
    return wald(float(found.coefficients[0]), float(np.sqrt(variance)))


def shares(sample: Sample, weights: np.ndarray) -> tuple[float, float]:
    """Return the weighted share with the event among treated and untreated; of yes and no only."""
    followed = sample.followed
    if followed.time is not None:
        return np.nan, np.nan
    weights = weights * followed.weights
    found: Sequence[float] = [
        float(np.average(followed.event[side], weights=weights[side]))
        if weights[side].sum() > 0
        else np.nan
        for side in (followed.treated, ~followed.treated)
    ]
    return found[0], found[1]
