"""How much better a model looks in the patients it was made with, by resampling; and intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from recurseq.clinical.model_rows import Rows
from recurseq.risk.judged import Predicted, predicted_over
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_model import RiskModel

QUANTILES = (0.025, 0.975)
FEWEST = 20  # resamples that tell a quantile


def resamples(n: int, count: int, seed: int) -> Iterator[np.ndarray]:
    """Draw patients with replacement, the same ones for the same seed."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield random.integers(n, size=n)


@dataclass(frozen=True)
class Optimism:
    """Values of models that were made in resamples.

    Attributes
    ----------
    own, original
        Resamples x values: in the patients that each was made with, and in the original ones.
    failed
        Resamples in which no model could be made, or one that could not tell all original patients.
    kept
        Names of the terms that the first model had in each resample.
    """

    own: np.ndarray
    original: np.ndarray
    failed: int
    kept: tuple[frozenset[str], ...] = ()

    @property
    def used(self) -> int:
        """Number of resamples that count."""
        return len(self.own)

    @property
    def mean(self) -> np.ndarray:
        """By how much each value is too good in the patients that a model is made with."""
        return _mean(self.own - self.original)

    def limits(self, apparent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return 95 % limits of the corrected values.

        The spread of the apparent value over resamples, moved to the corrected one.

        References
        ----------
        Noma et al., Stat. Med. 40, 5691 (2021), location-shifted bootstrap interval; here the
        resamples' mean, which is itself too good, comes to lie on the corrected value.
        """
        corrected = apparent - self.mean
        low, high = limits_of(self.own - _mean(self.own))
        return corrected + low, corrected + high

    def limits_of_optimism(self, apparent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return 95 % limits from the spread of the optimism over resamples.

        For what is the same in all patients that a model is made with, such as a slope of 1.
        """
        return limits_of(apparent - (self.own - self.original))


def optimism(
    recipes: Iterable[Recipe],
    rows: Rows,
    draws: Iterable[np.ndarray],
    values: Callable[[list[Predicted]], np.ndarray],
) -> Optimism:
    """Make models anew in resamples, every step of them, and judge them there and in the original.

    Patients are drawn with their gaps, which are filled anew in each resample: to make the model,
    and, without the outcome, to judge it there and in the original patients (of whom it is filled
    in by what the resample taught). To impute once and resample afterwards would be too optimistic.

    Parameters
    ----------
    recipes
        How each model is made.
    rows
        The patients it is made with.
    draws
        Places of the patients of each resample.
    values
        What is measured of the predictions of all models.

    References
    ----------
    Harrell, Lee and Mark, Stat. Med. 15, 361 (1996); with gaps Wahl et al., BMC Med. Res.
    Methodol. 16, 144 (2016), and Schomaker and Heumann, Stat. Med. 37, 2252 (2018).
    """
    recipes = list(recipes)
    imputing = {recipe.imputes: recipe for recipe in recipes}.values()
    own, original, kept, failed = [], [], [], 0
    for number, draw in enumerate(draws, 1):
        sample = rows.take(draw)
        # Models that are held against each other see the same filled values.
        sets = {recipe.imputes: recipe.completed(sample, number) for recipe in imputing}
        models = [_made(recipe, sample, sets[recipe.imputes]) for recipe in recipes]
        if any(model is None for model in models):
            failed += 1
            continue
        full = {one.imputes: one.filled(sample, rows, number) for one in imputing}
        inside, outside = (
            [
                predicted_over(model, [both[side] for both in full[recipe.imputes]])
                for recipe, model in zip(recipes, models, strict=True)
            ]
            for side in (0, 1)
        )
        if any(len(one) < len(rows) for one in outside):
            failed += 1
            continue
        own.append(values(inside))
        original.append(values(outside))
        kept.append(frozenset(rule.name for rule in models[0].rules))
    shape = (len(own), len(own[0]) if own else 0)
    both = (np.array(part).reshape(shape) for part in (own, original))
    return Optimism(*both, failed, tuple(kept))


def _made(recipe: Recipe, rows: Rows, sets: list[Rows]) -> RiskModel | None:
    try:
        return recipe.made_of(rows, sets)
    except np.linalg.LinAlgError:  # a resample with hardly any event, or of few patients
        return None


def resampled(
    found: list[Predicted],
    draws: Iterable[np.ndarray],
    values: Callable[[list[Predicted]], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Return 95 % limits of values of models that stay as they are: percentiles over resamples.

    Parameters
    ----------
    found
        Predictions of each model for the same patients.
    draws, values
        As for `optimism`.
    """
    return limits_of(np.array([values([one.take(draw) for one in found]) for draw in draws]))


def limits_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 2.5 % and 97.5 % quantiles over resamples; missing where few tell them."""
    known = np.isfinite(values).sum(axis=0) >= FEWEST
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if known.any():
        low[known], high[known] = np.nanquantile(values[:, known], QUANTILES, axis=0)
    return low, high


def _mean(values: np.ndarray) -> np.ndarray:
    count = np.isfinite(values).sum(axis=0)
    total = np.nansum(values, axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
