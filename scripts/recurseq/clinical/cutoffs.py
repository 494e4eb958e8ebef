"""Cut-offs: found by their method, and what the choice is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical import measure_cautions
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.continuous import ContinuousEffect, continuous_effect
from recurseq.clinical.cutoff_groups import CLOSED_BELOW
from recurseq.clinical.cutoff_use import optimised_caution
from recurseq.clinical.hazard_ratio import hazard_ratio
from recurseq.clinical.outcome import YES
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Cutoff, Within
from recurseq.clinical.survival.logrank import compare
from recurseq.clinical.survival.maxstat import (
    Search,
    affordable,
    pvalue_lau92,
    pvalue_lau94,
    pvalue_permutation,
)
from recurseq.clinical.validity import judge_patients
from recurseq.clinical.youden import Direction, direction_of, permuted_pvalue, youden_scan
from recurseq.stats.contingency import pearson


@dataclass(frozen=True)
class Sample:
    """Patients of a cut-off with a known number and outcome.

    Attributes
    ----------
    number
        The measure.
    time, event
        Of an endpoint with times; None for others.
    yes
        Of an endpoint of yes and no; None for others.
    """

    number: np.ndarray
    time: np.ndarray | None
    event: np.ndarray | None
    yes: np.ndarray | None

    def take(self, rows: np.ndarray) -> Sample:
        """Return some of the patients, also repeatedly."""
        parts = (self.time, self.event, self.yes)
        return Sample(self.number[rows], *(None if x is None else x[rows] for x in parts))


@dataclass
class CutoffResult:
    """Tables ``clinical_cutoff`` and ``clinical_scan``."""

    cutoff: pd.DataFrame
    scan: pd.DataFrame
    cautions: list[Caution]


def find(cutoff: Cutoff, patients: Patients, seed: int) -> CutoffResult:
    """Find a cut-off, and say what it is worth.

    Parameters
    ----------
    cutoff
        What to find, and how.
    patients
        All patients.
    seed
        Of permutations and bootstrap resamples.
    """
    analysis = f"cutoffs.{cutoff.name}"
    cohort = patients.cohort(cutoff.cohort)
    sample, missing = _sample(cutoff, cohort)
    found = judge_patients(analysis, cutoff.cohort, cohort, endpoint=cutoff.endpoint)
    withheld = any(one.severity == STOP for one in found)
    random = np.random.default_rng(seed)
    cuts, scanned, facts = _choose(cutoff, sample, random)
    rows = [
        {**facts, **_row(cutoff, sample, cuts, cut), "missing": missing, "method": cutoff.method}
        for cut in cuts
    ]
    effect = None
    if cutoff.endpoint is not None and not withheld:
        effect = continuous_effect(cohort, cutoff.measure, cutoff.endpoint)
    if cutoff.bootstrap and cutoff.method != "fixed":
        _add_bootstrap(cutoff, sample, rows, random)
    for row in rows:
        row |= _continuous(effect) | {"note": _note(cutoff, facts.get("direction"))}
        if withheld:
            row |= dict.fromkeys([*_PVALUES, "hr", "lower", "upper", "hr_shrunken"])
            row["note"] = f"left out: outcome_selected; {row['note']}"
    table = pd.DataFrame(rows, columns=describe("clinical_cutoff").names)
    return CutoffResult(table, scanned, [*found, *_cautions(analysis, cutoff, table, effect)])


_PVALUES = ("pvalue_uncorrected", "pvalue_lau92", "pvalue_lau94", "pvalue_permutation")


def _sample(cutoff: Cutoff, cohort: Patients) -> tuple[Sample, int]:
    number = cohort.frame[cutoff.measure].to_numpy(dtype=float)
    known = ~np.isnan(number)
    if cutoff.endpoint is None:
        return Sample(number[known], None, None, None), int((~known).sum())
    if isinstance(cohort.settings.endpoints[cutoff.endpoint], Within):
        answer = cohort.values(cutoff.endpoint)
        known &= answer.notna().to_numpy()
        yes = (answer == YES).to_numpy(dtype=bool)[known]
        return Sample(number[known], None, None, yes), int((~known).sum())
    outcome = cohort.outcome(cutoff.endpoint)
    known &= outcome.known
    return Sample(number[known], outcome.time[known], outcome.event[known], None), int(
        (~known).sum()
    )


def _choose(
    cutoff: Cutoff, sample: Sample, random: np.random.Generator
) -> tuple[list[float], pd.DataFrame, dict]:
    """Return the cut points, every cut-off that was tried, and the statistic with its p-values."""
    if cutoff.method == "maxstat":
        search = Search(sample.number, sample.time, sample.event, cutoff.within)
        scores = search.scores()
        tried = search.scan(scores)
        resamples = affordable(cutoff.resamples, len(scores))
        facts = {
            "statistic": tried.statistic,
            "pvalue_lau92": pvalue_lau92(tried, cutoff.within),
            "pvalue_lau94": pvalue_lau94(tried),
            "pvalue_permutation": pvalue_permutation(search, scores, resamples, random),
        }
        return [tried.cut], pd.DataFrame({"cut": tried.cuts, "statistic": tried.statistics}), facts
    if cutoff.method == "youden":
        direction = direction_of(sample.number, sample.yes)
        cuts, index = youden_scan(sample.number, sample.yes, direction, cutoff.within)
        resamples = affordable(cutoff.resamples, len(sample.number))
        pvalue = permuted_pvalue(
            sample.number, sample.yes, direction, cutoff.within, resamples, random
        )
        facts = {
            "statistic": float(index.max()),
            "pvalue_permutation": pvalue,
            "direction": direction,
        }
        table = pd.DataFrame({"cut": cuts, "statistic": index})
        return [float(cuts[np.argmax(index)])], table, facts
    return _given(cutoff, sample.number), _scanned(cutoff, sample), {}


def _scanned(cutoff: Cutoff, sample: Sample) -> pd.DataFrame:
    """Return the statistic of all cut-offs beside one that was not chosen by it."""
    nothing = pd.DataFrame(columns=describe("clinical_scan").names)
    try:
        if sample.time is not None:
            search = Search(sample.number, sample.time, sample.event, cutoff.within)
            tried = search.scan(search.scores())
            return pd.DataFrame({"cut": tried.cuts, "statistic": tried.statistics})
        if sample.yes is not None:
            direction = direction_of(sample.number, sample.yes)
            cuts, index = youden_scan(sample.number, sample.yes, direction, cutoff.within)
            return pd.DataFrame({"cut": cuts, "statistic": index})
    except ValueError:  # too few patients for any cut-off within the shares
        return nothing
    return nothing


def _given(cutoff: Cutoff, number: np.ndarray) -> list[float]:
    if cutoff.method == "fixed":
        return [float(cutoff.value)]
    shares = [0.5] if cutoff.method == "median" else [1 / 3, 2 / 3]
    return [float(value) for value in np.quantile(number, shares)]


def _above(cutoff: Cutoff, number: np.ndarray, cut: float) -> np.ndarray:
    return number > cut if cutoff.method in CLOSED_BELOW else number >= cut


def _row(cutoff: Cutoff, sample: Sample, cuts: list[float], cut: float) -> dict:
    """Count both sides of a cut, and compare them."""
    above = _above(cutoff, sample.number, cut)
    row = {
        "cut": cut,
        "n": len(above),
        "n_low": int((~above).sum()),
        "n_high": int(above.sum()),
    }
    if sample.yes is not None:
        table = np.array(
            [[(above & side).sum(), (~above & side).sum()] for side in (sample.yes, ~sample.yes)]
        )
        row["pvalue_uncorrected"] = pearson(table).pvalue
    if sample.time is not None and above.any() and not above.all():
        row["pvalue_uncorrected"] = (
            compare(sample.time, sample.event, above.astype(int)).test().pvalue
        )
        if sample.event[above].any() and sample.event[~above].any():
            effect = hazard_ratio(sample.time, sample.event, above)
            if effect is not None:
                row |= {"hr": effect.ratio, "lower": effect.lower, "upper": effect.upper}
    return row


def _add_bootstrap(
    cutoff: Cutoff, sample: Sample, rows: list[dict], random: np.random.Generator
) -> None:
    """Repeat the choice in resamples: the interval of the cut-off, and how optimistic its ratio is.

    In each resample the cut-off is chosen anew; the log hazard ratio there, less that of the same
    cut-off in all patients, is its optimism (both by one step of the likelihood).
    """
    size = len(sample.number)
    search = None
    if cutoff.method == "maxstat":
        search = Search(sample.number, sample.time, sample.event, cutoff.within)
    drawn, optimism = [], []
    side = np.sign(np.log(rows[0]["hr"])) if rows[0].get("hr") else 1.0
    for _ in range(cutoff.bootstrap):
        again = random.integers(0, size, size)
        try:
            if search is not None:
                times = np.bincount(again, minlength=size).astype(float)
                chosen = [search.scan(search.scores(times), times).cut]
                above = sample.number > chosen[0]
                gain = search.log_ratio(above, times) - search.log_ratio(above)
                optimism.append(side * gain)
            else:
                chosen = _chosen_again(cutoff, sample.take(again))
        except ValueError:  # a resample in which no cut-off is allowed
            continue
        drawn.append(chosen)
    if not drawn:
        return
    limits = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    for place, row in enumerate(rows):
        row |= {"cut_lower": limits[0, place], "cut_upper": limits[1, place]}
    known = [one for one in optimism if np.isfinite(one)]
    if known and rows[0].get("hr"):
        effect = np.log(rows[0]["hr"])
        shrunken = np.sign(effect) * max(abs(effect) - max(float(np.mean(known)), 0.0), 0.0)
        rows[0]["hr_shrunken"] = float(np.exp(shrunken))


def _chosen_again(cutoff: Cutoff, sample: Sample) -> list[float]:
    if cutoff.method == "youden":
        direction = direction_of(sample.number, sample.yes)
        cuts, index = youden_scan(sample.number, sample.yes, direction, cutoff.within)
        return [float(cuts[np.argmax(index)])]
    return _given(cutoff, sample.number)


def _continuous(effect: ContinuousEffect | None) -> dict:
    if effect is None:
        return {}
    return {
        "continuous_hr": effect.ratio,
        "continuous_pvalue": effect.pvalue,
        "nonlinear_pvalue": effect.nonlinear_pvalue,
        "continuous_step": effect.step,
    }


def _note(cutoff: Cutoff, direction: Direction | None) -> str:
    side = cutoff.below if cutoff.method in CLOSED_BELOW else "above"
    parts = [f"a value on the cut-off is {'below' if side == cutoff.below else side}"]
    parts += [f"{direction.value} values are taken for yes"] if direction else []
    parts += ["pvalue_uncorrected is not valid"] if cutoff.optimised else []
    return "; ".join(parts)


def _cautions(
    analysis: str, cutoff: Cutoff, table: pd.DataFrame, effect: ContinuousEffect | None
) -> list[Caution]:
    found, row = [], table.iloc[0]
    if cutoff.optimised:
        found.append(optimised_caution(analysis, cutoff.name, row))
    if effect is not None:
        found.append(
            measure_cautions.dichotomised(
                analysis, cutoff.name, effect.ratio, effect.step, effect.pvalue
            )
        )
    return found
