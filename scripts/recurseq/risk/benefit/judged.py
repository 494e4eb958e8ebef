"""The cautions of a comparison, from its estimates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from recurseq.clinical import patient_cautions
from recurseq.clinical.cautions import ALPHA, Caution
from recurseq.clinical.settings import Benefit, Clinical
from recurseq.risk.benefit import cautions as own
from recurseq.risk.benefit.comparison import IPTW
from recurseq.risk.benefit.curves import TREATED, UNTREATED
from recurseq.risk.benefit.effect import (
    EMPTY_GROUP,
    FEW_EVENTS,
    IMMORTAL,
    NO_EVENTS,
    OK,
    SELECTED,
    interaction_pvalue,
)
from recurseq.risk.benefit.rows import EVERYBODY, Estimate, crude_beside
from recurseq.risk.benefit.samples import (
    BY_LANDMARK,
    NO_COVARIATE,
    NO_TREATMENT,
    Samples,
    column_of_start,
)


def judged(
    benefit: Benefit, settings: Clinical, samples: Samples, estimates: Sequence[Estimate]
) -> list[Caution | None]:
    """Say what a reader must know beside the estimates.

    Parameters
    ----------
    benefit, settings
        What was compared, and the clinical sections.
    samples
        Who was compared.
    estimates
        Of all strata; those of all patients come first.
    """
    analysis = f"benefit.{benefit.name}"
    primary = [one for one in estimates if one.primary]
    found: list[Caution | None] = [_timing(benefit, settings, samples, primary[0])]
    found.append(_indication(analysis, benefit.treatment, primary[0]))
    dropped, of_cohort = _missing(samples)
    what = f"the comparison of {benefit.treatment}"
    found.append(patient_cautions.complete_case_loss(analysis, what, dropped, of_cohort))
    for one in primary:
        found += _of_stratum(analysis, one, crude_beside(estimates, one))
    return [*found, _interaction(analysis, primary[1:])]


def _timing(
    benefit: Benefit, settings: Clinical, samples: Samples, whole: Estimate
) -> Caution | None:
    if column_of_start(settings, benefit) is None:
        return None
    analysis = f"benefit.{benefit.name}"
    if samples.landmark is None:
        if whole.effect.status == IMMORTAL:
            return own.left_out_for_time(analysis, benefit.treatment)
        return own.over_time(analysis, benefit.treatment)
    by_landmark = samples.flow["label"].str.startswith(BY_LANDMARK)
    gone = int(samples.flow.loc[by_landmark, "excluded"].iloc[-1])
    compared = samples.landmark
    later = int((~compared.followed.treated & (compared.start > benefit.landmark)).sum())
    return own.from_landmark(analysis, benefit.treatment, benefit.landmark, gone, later)


def _missing(samples: Samples) -> tuple[int, int]:
    """Return how many patients lack a covariate or the treatment, and of how many."""
    steps = samples.flow.set_index("label")
    dropped = int(steps.loc[[NO_TREATMENT, NO_COVARIATE], "excluded"].sum())
    return dropped, dropped + int(steps.loc[NO_COVARIATE, "remaining"])


def _indication(analysis: str, treatment: str, whole: Estimate) -> Caution:
    value, limit, _ = whole.strength
    treated = whole.comparison.sample.followed.treated
    worth = [(int(side.sum()), whole.effective(side)) for side in (treated, ~treated)]
    smd = np.nan if whole.weighing is None else whole.largest_smd
    return own.by_indication(analysis, treatment, smd, worth, (value, limit))


def _of_stratum(analysis: str, one: Estimate, crude: Estimate) -> Iterator[Caution | None]:
    comparison, status = one.comparison, one.effect.status
    name = "all patients" if one.stratum == EVERYBODY else one.stratum
    followed = comparison.sample.followed
    if status in (IMMORTAL, SELECTED):
        return  # told of the whole comparison
    part = followed.take(one.weights > 0)
    if status in (OK, FEW_EVENTS, NO_EVENTS):
        yield own.few_events(analysis, name, part.limiting)
    elif status != EMPTY_GROUP:
        yield own.left_out(analysis, name, status)
    for group, side in ((TREATED, part.treated), (UNTREATED, ~part.treated)):
        if side.any() and part.event.any() and not part.event[side].any():
            penalised = crude.effect.penalty == "firth"
            n = int(side.sum())
            yield own.group_without_events(analysis, name, group, n, penalised=penalised)
    score = comparison.score
    if score is None or one.weighing is None:
        return
    yield own.few_for_treatment(analysis, name, followed.smaller_group, score.parameters)
    if score.penalised:
        yield own.separated_treatment(analysis, name)
    extreme, n = int(score.extreme.sum()), len(comparison.sample)
    yield own.hardly_comparable(analysis, name, extreme, n, inverse=one.method == IPTW)
    if status == OK:
        after = {
            covariate if level is None else f"{covariate} {level}": found.smd
            for covariate, level, found in comparison.balance(one.weighing.weights)
        }
        yield own.unbalanced(analysis, name, after)
        if crude.effect.status == OK:
            yield own.other_direction(
                analysis, name, (crude.ratio, *crude.limits), (one.ratio, *one.limits)
            )


def _interaction(analysis: str, strata: Sequence[Estimate]) -> Caution | None:
    told = [one for one in strata if one.effect.status == OK]
    clear = [one.stratum for one in told if one.effect.pvalue < ALPHA]
    return own.same_in_strata(analysis, interaction_pvalue([one.effect for one in told]), clear)
