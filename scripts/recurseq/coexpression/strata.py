"""In which samples, and given what, two genes are correlated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.coexpression.purity import PurityProxy
from recurseq.stats.rank_correlation import FEWEST, scaled_ranks

OVERALL, GROUP, WITHIN, PARTIAL = KINDS = ("overall", "group", "within", "partial")
ALL = "all samples"
TOO_FEW, NO_PROXY = "too_few_samples", "no_purity_proxy"


@dataclass(frozen=True)
class Stratum:
    """Samples, their groups, and what is taken off.

    Attributes
    ----------
    kind
        One of `KINDS`.
    name
        For people.
    rows
        Positions of the samples.
    groups
        Code of the group of each of these samples; all 0 where groups do not count.
    given
        Names of what is taken off beside the groups.
    covariates
        From the genes of a pair to columns of numbers, one row per sample; None without any.
    reason
        Code and sentence, where nothing can be told.
    """

    kind: str
    name: str
    rows: np.ndarray
    groups: np.ndarray
    given: tuple[str, ...] = ()
    covariates: Callable[[set[str | None]], np.ndarray] | None = None
    reason: tuple[str, str] | None = None


def strata_of(
    samples: pd.DataFrame,
    groups: pd.Series,
    design: Sequence[str],
    proxy: PurityProxy | None,
) -> list[Stratum]:
    """List the strata of a study: all samples, each group, within groups, and given covariates.

    Parameters
    ----------
    samples
        The typed sheet of the model.
    groups
        Group of each sample, categorical.
    design
        Variables of the formula beside that of the groups.
    proxy
        The purity proxy; None when it is not wanted.
    """
    everyone = np.arange(len(samples))
    codes = groups.cat.codes.to_numpy()
    levels = list(map(str, groups.cat.categories))
    large = [k for k in range(len(levels)) if (codes == k).sum() >= FEWEST]
    rows = np.flatnonzero(np.isin(codes, large))
    left_out = [f"{name} ({(codes == k).sum()})" for k, name in enumerate(levels) if k not in large]
    several = len(levels) > 1
    found = [Stratum(OVERALL, ALL, everyone, np.zeros(len(samples), dtype=int))]
    for k, name in enumerate(levels if several else []):
        own = np.flatnonzero(codes == k)
        found.append(Stratum(GROUP, name, own, np.zeros(len(own), dtype=int)))
    reason = None
    if not large:
        reason = TOO_FEW, f"no group has {FEWEST} samples or more: {', '.join(left_out)}"
    inner = Stratum(WITHIN, _name(several, ()), rows, codes[rows], reason=reason)
    return [*found, inner, *_partial(inner, samples, design, proxy, several)]


def _partial(
    inner: Stratum,
    samples: pd.DataFrame,
    design: Sequence[str],
    proxy: PurityProxy | None,
    several: bool,
) -> list[Stratum]:
    """Take off the purity proxy, the other variables of the design, and both."""
    wanted = [(True, ()), (False, tuple(design)), (True, tuple(design))]
    if not design:
        wanted = wanted[:1]
    found = []
    for pure, names in wanted:
        if pure and proxy is None:
            continue
        given = (*(("purity proxy",) if pure else ()), *names)
        reason = inner.reason
        if pure and proxy.reason and reason is None:
            reason = NO_PROXY, f"no purity proxy: {proxy.reason}"
        columns = _columns(samples, names, inner)

        def covariates(
            genes: set[str | None], pure: bool = pure, columns: np.ndarray = columns
        ) -> np.ndarray:
            if not pure:
                return columns
            values = proxy.without(genes)[inner.rows]
            return np.column_stack([scaled_ranks(values, inner.groups), columns])

        found.append(
            Stratum(
                PARTIAL, _name(several, given), inner.rows, inner.groups, given, covariates, reason
            )
        )
    return found


def _name(several: bool, given: Sequence[str]) -> str:
    where = "within groups" if several else ALL
    return f"{where}, given {' and '.join(given)}" if given else where


def _columns(samples: pd.DataFrame, names: Sequence[str], inner: Stratum) -> np.ndarray:
    """Return variables of the sheet as columns: levels as 0 and 1, numbers as ranks."""
    parts = [np.zeros((len(inner.rows), 0))]
    for name in names:
        values = samples[name].iloc[inner.rows]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            parts.append(scaled_ranks(values.to_numpy(dtype=float), inner.groups)[:, None])
        else:
            parts.append(pd.get_dummies(values.astype(str)).to_numpy(dtype=float))
    return np.column_stack(parts)
