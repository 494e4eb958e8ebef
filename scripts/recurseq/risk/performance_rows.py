"""Rows of the tables of performance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.risk import calibration
from recurseq.risk.decision import net_benefit
from recurseq.risk.discrimination import roc_curve
from recurseq.risk.judged import COMPARED, FITTED, Layout, Predicted, estimate, without_curve
from recurseq.risk.optimism import Optimism, resampled

APPARENT, CORRECTED, VALIDATION = "apparent", "corrected", "validation"
BY_CENTRE, LEFT_OUT = "by centre", "left-out centre"
PERCENTILES = "percentiles over resamples, the model as it is"
SHIFTED = "spread of the apparent value over resamples, moved to the corrected one"
OF_OPTIMISM = "spread of the optimism over resamples"


@dataclass
class Tables:
    """Rows by table, as they come."""

    performance: list[dict] = field(default_factory=list)
    calibration: list[dict] = field(default_factory=list)
    roc: list[dict] = field(default_factory=list)
    decision: list[dict] = field(default_factory=list)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables by their names."""
        return {
            name: pd.DataFrame(rows, columns=describe(name).names)
            for name, rows in (
                ("risk_performance", self.performance),
                ("risk_calibration", self.calibration),
                ("risk_roc", self.roc),
                ("risk_decision", self.decision),
            )
        }


@dataclass(frozen=True)
class Limits:
    """Intervals of a model that stays as it is, by resampling its patients."""

    lower: np.ndarray
    upper: np.ndarray
    layout: Layout

    def of(self, measure: str) -> tuple[float, float]:
        """Return the limits of a measure."""
        place = self.layout.measures.index(measure)
        return float(self.lower[place]), float(self.upper[place])


def limits_by_resampling(found: Predicted, layout: Layout, draws: Sequence[np.ndarray]) -> Limits:
    """Resample patients for what has no interval by formula: some measures, and net benefit."""
    there = [name for name in COMPARED if name in layout.measures]
    asked = without_curve(layout, [name for name in there if not _has_formula(found, name)])
    return Limits(*resampled([found], draws, lambda one: asked.values(one[0])), asked)


def _has_formula(found: Predicted, name: str) -> bool:
    return bool(np.isfinite(estimate(found, name)[1]))


def of_patients(found: Predicted) -> dict:
    """Return how many patients stand behind a row."""
    return {"n": len(found), "events": found.answers.events}


def measured(
    data: str, found: Predicted, limits: Limits, resamples: int, centre: str | None = None
) -> list[dict]:
    """Return the measures of predictions by a model that stays as it is."""
    rows = []
    for name in found.measures:
        value, lower, upper, method = estimate(found, name)
        by_resampling = name in limits.layout.measures
        if by_resampling:
            lower, upper = limits.of(name)
        rows.append(
            {
                "data": data,
                "measure": name,
                "estimate": value,
                "lower": lower,
                "upper": upper,
                "resamples": resamples if by_resampling else None,
                "centre": centre,
                "missing": found.missing if centre is None else None,
                "method": PERCENTILES if by_resampling else method,
                **of_patients(found),
            }
        )
    return rows


def corrected(
    found: Predicted, layout: Layout, apparent: np.ndarray, tried: Optimism
) -> tuple[list[dict], list[dict], list[dict]]:
    """Return rows of performance, calibration and decisions without the optimism."""
    values = layout.split(apparent - tried.mean)
    lower, upper = map(layout.split, tried.limits(apparent))
    by_fit = layout.split(np.array(tried.limits_of_optimism(apparent)))["measures"]
    for place, name in enumerate(layout.measures):
        if name in FITTED:
            lower["measures"][place], upper["measures"][place] = by_fit[:, place]
    mean = layout.split(tried.mean)
    told = {"resamples": tried.used, **of_patients(found)}
    performance = [
        {
            "data": CORRECTED,
            "measure": name,
            "estimate": values["measures"][place],
            "lower": lower["measures"][place],
            "upper": upper["measures"][place],
            "optimism": mean["measures"][place],
            "missing": found.missing,
            "failed": tried.failed,
            "method": OF_OPTIMISM if name in FITTED else SHIFTED,
            **told,
        }
        for place, name in enumerate(layout.measures)
    ]
    curve = [
        {"data": CORRECTED, "kind": "curve", "bin": place + 1, "predicted": predicted}
        | {"observed": np.clip(values["curve"][place], 0, 1)}
        | {"lower": np.clip(lower["curve"][place], 0, 1)}
        | {"upper": np.clip(upper["curve"][place], 0, 1), **of_patients(found)}
        for place, predicted in enumerate(layout.grid)
    ]
    decision = _decisions(CORRECTED, found, layout, values, lower, upper)
    return performance, curve, [row | told for row in decision]


def decided(data: str, found: Predicted, limits: Limits, resamples: int) -> list[dict]:
    """Return net benefit over thresholds of a model that stays as it is."""
    layout = limits.layout
    parts = np.split(layout.decided(found), 2)
    values = dict(zip(("net_benefit", "avoided"), parts, strict=True))
    lower, upper = layout.split(limits.lower), layout.split(limits.upper)
    rows = _decisions(data, found, layout, values, lower, upper)
    return [row | {"resamples": resamples, **of_patients(found)} for row in rows]


def _decisions(
    data: str, found: Predicted, layout: Layout, values: dict, lower: dict, upper: dict
) -> list[dict]:
    everybody = net_benefit(found.answers, found.risk, layout.thresholds).treat_all
    return [
        {
            "data": data,
            "threshold": threshold,
            "net_benefit": values["net_benefit"][place],
            "treat_all": everybody[place],
            "treat_none": 0.0,
            "avoided": values["avoided"][place],
            "lower": lower["net_benefit"][place],
            "upper": upper["net_benefit"][place],
            "avoided_lower": lower["avoided"][place],
            "avoided_upper": upper["avoided"][place],
        }
        for place, threshold in enumerate(layout.thresholds)
    ]


def calibrated(data: str, found: Predicted, grid: np.ndarray) -> list[dict]:
    """Return observed beside predicted risks, in groups and as a curve."""
    answers = found.answers
    group = calibration.risk_groups(found.risk, calibration.groups_for(answers))
    rows = [
        {"data": data, "kind": "group", "bin": place + 1, "predicted": predicted}
        | {"observed": seen.value, "lower": seen.lower, "upper": seen.upper}
        | {"n": len(part), "events": part.events}
        for place, (predicted, seen, part) in enumerate(
            calibration.in_groups(answers, found.risk, group)
        )
    ]
    curve = calibration.flexible_curve(answers, found.risk, grid)
    points = zip(curve.predicted, curve.value, curve.lower, curve.upper, strict=True)
    rows += [
        {"data": data, "kind": "curve", "bin": place + 1, "predicted": predicted}
        | {"observed": value, "lower": lower, "upper": upper, **of_patients(found)}
        for place, (predicted, value, lower, upper) in enumerate(points)
    ]
    return rows


def ranked(data: str, found: Predicted) -> list[dict]:
    """Return the corners of the receiver-operating curve; the first lies above all risks."""
    curve = roc_curve(found.answers, found.risk)
    points = zip(curve.threshold, curve.sensitivity, curve.specificity, strict=True)
    return [
        {"data": data, "threshold": at if np.isfinite(at) else None}
        | {"sensitivity": sensitivity, "specificity": specificity}
        for at, sensitivity, specificity in points
    ]
