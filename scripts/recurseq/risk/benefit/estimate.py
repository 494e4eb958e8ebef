"""Treatment within strata of risk: every estimate, its balance and its cautions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from recurseq.base.tables import describe, put_together
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Benefit
from recurseq.clinical.validity import judge_patients
from recurseq.risk.benefit.cautions import no_strata
from recurseq.risk.benefit.comparison import METHODS, Comparison, compare, time_varying_effect
from recurseq.risk.benefit.curves import curve_rows
from recurseq.risk.benefit.effect import (
    IMMORTAL,
    SELECTED,
    crude_effect,
    interaction_pvalue,
    without,
)
from recurseq.risk.benefit.judged import judged
from recurseq.risk.benefit.rows import (
    ADJUSTED,
    CRUDE,
    EVERYBODY,
    Estimate,
    balance_rows,
    crude_beside,
    effect_row,
    note_of,
)
from recurseq.risk.benefit.samples import Sample, Samples, column_of_start, samples_of

AT_LANDMARK, OVER_TIME, CRUDE_OVER_TIME = "crude landmark", "time-varying", "crude time-varying"


@dataclass(frozen=True)
class BenefitResult:
    """The tables of one comparison, named as their columns are described."""

    effect: pd.DataFrame
    balance: pd.DataFrame
    flow: pd.DataFrame
    curves: pd.DataFrame
    cautions: list[Caution]


def estimate_benefit(
    benefit: Benefit, patients: Patients, strata: pd.Series | None
) -> BenefitResult:
    """Compare treated and untreated patients in all of them and in each stratum.

    Parameters
    ----------
    benefit
        What is compared.
    patients
        All patients, with the cut-offs that are needed.
    strata
        Stratum by patient, as ordered levels; None where they are not divided.
    """
    analysis = f"benefit.{benefit.name}"
    cautions: list[Caution | None] = []
    if strata is not None and not strata.notna().any():
        cautions.append(no_strata(analysis, benefit.within))
        strata = None
    samples = samples_of(benefit, patients, strata)
    cautions += judge_patients(
        analysis, benefit.cohort, patients.cohort(benefit.cohort), endpoint=benefit.endpoint
    )
    withheld = any(one.severity == STOP for one in cautions if one is not None)
    names = [] if strata is None else [str(name) for name in strata.cat.categories]
    estimates = [
        replace(one, effect=without(SELECTED)) if withheld else one
        for name in (EVERYBODY, *names)
        for one in _of_stratum(benefit, samples, patients, name, names)
    ]
    cautions += judged(benefit, patients.settings, samples, estimates)
    return BenefitResult(
        _effects(estimates, names),
        _balances(estimates),
        samples.flow,
        _curves([] if withheld else estimates),
        [one for one in cautions if one is not None],
    )


def _of_stratum(
    benefit: Benefit, samples: Samples, patients: Patients, name: str, strata: Sequence[str]
) -> Iterator[Estimate]:
    """Compare the patients of one stratum in every way."""

    def comparison(sample: Sample) -> Comparison:
        if name != EVERYBODY:
            return compare(sample.take(sample.stratum == name), patients)
        return compare(sample, patients, (f"risk.{benefit.within}", strata) if strata else None)

    naive = comparison(samples.naive)
    moved = column_of_start(patients.settings, benefit) is not None and samples.landmark is None
    if moved:
        yield from _over_time(benefit, samples.naive, patients, naive, name)
        return
    yield Estimate(name, CRUDE, naive, None, crude_effect(naive.sample.followed), CRUDE)
    if samples.landmark is not None:
        naive = comparison(samples.landmark)
        effect = crude_effect(naive.sample.followed)
        yield Estimate(name, AT_LANDMARK, naive, None, effect, CRUDE)
    yield from _adjusted(benefit, naive, name)


def _adjusted(benefit: Benefit, comparison: Comparison, name: str) -> Iterator[Estimate]:
    """Weigh and match, the method of the configuration first."""
    for method in sorted(METHODS, key=lambda one: one != benefit.method):
        asked = method == benefit.method
        if comparison.score is None:
            effect = without(comparison.reason)
            yield Estimate(name, method, comparison, None, effect, ADJUSTED, asked)
            continue
        weighing = comparison.weighing(method)
        effect = comparison.effect(weighing)
        yield Estimate(name, method, comparison, weighing, effect, ADJUSTED, asked)


def _over_time(
    benefit: Benefit, sample: Sample, patients: Patients, naive: Comparison, name: str
) -> Iterator[Estimate]:
    """Compare without a landmark a treatment that began after the origin.

    The naive estimate never stands alone: an endpoint of yes and no has none, and one with times
    has the time-varying one beside it.
    """
    if sample.followed.time is None:
        effect = without(IMMORTAL)
        yield Estimate(name, CRUDE, naive, None, effect, CRUDE)
        yield Estimate(name, benefit.method, naive, None, effect, ADJUSTED, primary=True)
        return
    yield Estimate(name, CRUDE, naive, None, crude_effect(naive.sample.followed), CRUDE)
    own = sample if name == EVERYBODY else sample.take(sample.stratum == name)
    plain = compare(own, patients)  # strata have baseline hazards of their own instead
    for method, adjusted in ((CRUDE_OVER_TIME, False), (OVER_TIME, True)):
        effect = time_varying_effect(plain, adjusted=adjusted)
        kind = ADJUSTED if adjusted else CRUDE
        yield Estimate(name, method, naive, None, effect, kind, primary=adjusted)


def _effects(estimates: Sequence[Estimate], strata: Sequence[str]) -> pd.DataFrame:
    interaction = {
        method: interaction_pvalue(
            [one.effect for one in estimates if one.method == method and one.stratum in strata]
        )
        for method in {one.method for one in estimates}
    }
    rows = []
    for one in estimates:
        crude = crude_beside(estimates, one)
        rows.append(effect_row(one, interaction[one.method], note_of(one, crude)))
    return pd.DataFrame(rows, columns=describe("benefit_effect").names)


def _balances(estimates: Sequence[Estimate]) -> pd.DataFrame:
    rows = [row for one in estimates if one.primary for row in balance_rows(one)]
    return pd.DataFrame(rows, columns=describe("benefit_balance").names)


def _curves(estimates: Sequence[Estimate]) -> pd.DataFrame:
    parts = []
    for one in estimates:
        followed = one.comparison.sample.followed
        if one.primary and one.weighing is not None and followed.time is not None:
            parts.append(curve_rows(one.stratum, CRUDE, followed, None))
            parts.append(curve_rows(one.stratum, ADJUSTED, followed, one.weights))
    return put_together(parts, "benefit_curve")
