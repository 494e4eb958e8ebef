"""One patient's risk: values as they are typed, refused where the model knows nothing of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from recurseq.base.errors import Problem, raise_if_any
from recurseq.base.text import few, listed, suggest
from recurseq.risk.nomogram import contributions, nomogram
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.ticks import written


@dataclass(frozen=True)
class Answer:
    """The risk of one patient.

    Attributes
    ----------
    risk, lower, upper
        Risk with its 95 % interval.
    linear
        Log odds, or the log hazard ratio to a patient at the mean of all terms.
    points, most
        Total points of the nomogram, and the most that its axes give.
    parts
        Variables, points and effect on the linear predictor, of terms that interact together.
    """

    risk: float
    lower: float
    upper: float
    linear: float
    points: float
    most: float
    parts: list[tuple[list[str], float, float]]


def is_levels(model: RiskModel, name: str) -> bool:
    """Whether a variable of a model has levels."""
    return isinstance(model.ranges[name][0], str)


def allowed(model: RiskModel, name: str) -> str:
    """Say which values a variable may have: what patients of the development had."""
    span = model.ranges[name]
    if is_levels(model, name):
        return f"one of {few(span, len(span))}"
    return f"{written(span[0])} to {written(span[1])} {model.units.get(name, '')}".strip()


def read_values(model: RiskModel, texts: Mapping[str, str]) -> dict[str, object]:
    """Turn typed values into those of a patient.

    Parameters
    ----------
    model
        The risk model.
    texts
        Variable to what was typed.

    Raises
    ------
    InputError
        With all unknown and missing variables, unknown levels, and numbers that no patient of the
        development reaches.
    """
    problems = list(_problems_of_names(model, texts))
    values: dict[str, object] = {}
    for name in model.variables:
        if name in texts:
            found = _value(model, name, texts[name].strip())
            if isinstance(found, Problem):
                problems.append(found)
            else:
                values[name] = found
    raise_if_any(problems)
    return values


def _problems_of_names(model: RiskModel, texts: Mapping[str, str]) -> Iterator[Problem]:
    for name in texts:
        if name not in model.variables:
            known = few(model.variables, len(model.variables))
            fix = suggest(name, model.variables)
            yield Problem(name, f"is no variable of {model.name}", f"one of {known}", fix)
    missing = [name for name in model.variables if name not in texts]
    if missing:
        found = f"without {listed(missing)} there is no risk"
        yield Problem(model.name, found, "; ".join(f"{n}: {allowed(model, n)}" for n in missing))


def _value(model: RiskModel, name: str, text: str) -> object:
    if is_levels(model, name):
        levels = model.ranges[name]
        if text in levels:
            return text
        return Problem(name, f"{text!r} is no known level", allowed(model, name),
                       suggest(text, levels))  # fmt: skip
    try:
        number = float(text)
    except ValueError:
        fix = "a decimal point, as in 4.5" if "," in text else ""
        return Problem(name, f"{text!r} is no number", allowed(model, name), fix)
    low, high = model.ranges[name]
    if not math.isfinite(number) or not low <= number <= high:
        found = f"{text} lies outside the patients that the model was made with"
        return Problem(name, found, allowed(model, name))
    return number


def answer(model: RiskModel, values: Mapping[str, object]) -> Answer:
    """Return the risk of a patient.

    Parameters
    ----------
    model
        The risk model.
    values
        As `read_values` returns them.
    """
    frame = pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in values.items()})
    frame = frame.reindex(range(1))  # a model without terms asks for nothing
    columns = model.columns(frame)
    linear = model.linear_predictor(columns)
    lower, upper = model.interval(columns)
    drawn = nomogram(model)
    return Answer(
        risk=float(model.risk_of(linear)[0]),
        lower=float(lower[0]),
        upper=float(upper[0]),
        linear=float(linear[0]),
        points=float(drawn.points(linear)[0]),
        most=drawn.most,
        parts=contributions(drawn, values),
    )
