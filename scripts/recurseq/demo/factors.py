"""What genes share within tumours, and what spreads each of them beyond the negative binomial.

A gene's expected count is multiplied, in tumours, by independent factors of mean 1, so that planted
fold changes stay what they are and only dispersion and correlation are added:

- purity p, the share of tumour cells: (1 - q) p / m + q (1 - p) / (1 - m), where m is its mean and
  q the share of the gene's tissue mean that other cells make;
- proliferation, differentiation (how much of a hepatocyte is left), immune infiltration and the
  oncofetal axis z, standard normal: 2^(a z), over its mean, with the gene's loading a;
- the gene's own lognormal spread, with heavier tails in some genes (a mixture of two normals);
- of genes that are high in a share f of the tumours only: h or 1, over 1 + f (h - 1).

Proliferation has a higher mean in the second group of tumours; what a gene's loading makes of this
is part of its planted fold change. All other factors have the same
distribution in both groups: where their values differ between the samples drawn, it is by chance,
and a call that follows is false.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.cohort import NORMAL, Cohort

PURITY_SHAPE = (9.0, 3.0)  # of a beta distribution: mean 0.75, standard deviation 0.12
MEAN_PURITY = PURITY_SHAPE[0] / sum(PURITY_SHAPE)
PURITY_VARIANCE = MEAN_PURITY * (1 - MEAN_PURITY) / (sum(PURITY_SHAPE) + 1)
MOST_OTHER = 0.8  # share of other cells in genes that the tumour has lost
RARE, RARE_WIDTH = 0.07, 2.5  # of a heavy-tailed gene's samples, with so much wider a spread
IMPURE = 0.25  # purity of one tumour sample, whichever it is: mostly the liver around it
LN2 = np.log(2)


def other_share(tumour: pd.Series | np.ndarray) -> pd.Series | np.ndarray:
    """Return which share of a gene's mean in tumour tissue other cells make.

    They express it as normal liver does, (1 - m) / 2^tumour of the tissue's mean with m the mean
    purity, but at most 0.8: a gene that tumour and its surroundings have lost.

    Parameters
    ----------
    tumour
        Log2 fold change tumour tissue over normal liver.
    """
    return np.minimum((1 - MEAN_PURITY) / np.exp2(tumour), MOST_OTHER)


def draw_tumours(
    samples: pd.DataFrame, random: np.random.Generator, cohort: Cohort
) -> pd.DataFrame:
    """Draw the factors of every sample.

    Parameters
    ----------
    samples
        The sample sheet, with ``sample_id`` and ``group``.
    random
        Source of the random numbers.
    cohort
        Its groups, and how much their proliferation differs.

    Returns
    -------
    pandas.DataFrame
        By row of the sheet: ``sample_id``, ``group``, ``purity``; ``proliferation``,
        ``differentiation``, ``immune`` and ``oncofetal_axis`` in standard deviations, proliferation
        from the middle of both groups; ``oncofetal_rank`` (an oncofetal gene with share f is high
        below f); NaN in normal liver.
    """
    group = samples["group"].to_numpy()
    count = len(samples)
    middle = np.select([group == level for level in cohort.tumours], _middles(cohort), 0.0)
    drawn = pd.DataFrame(
        {
            "purity": random.beta(*PURITY_SHAPE, count),
            "proliferation": middle + random.standard_normal(count),
            "differentiation": random.standard_normal(count),
            "immune": random.standard_normal(count),
            "oncofetal_axis": random.standard_normal(count),
            "oncofetal_rank": random.random(count),
        }
    )
    drawn.loc[random.permutation(np.flatnonzero(group != NORMAL))[:1], "purity"] = IMPURE
    drawn.loc[group == NORMAL] = np.nan
    return pd.concat([samples[["sample_id", "group"]].reset_index(drop=True), drawn], axis=1)


def _middles(cohort: Cohort) -> tuple[float, float]:
    """Return the mean proliferation of both groups of tumours."""
    return -cohort.proliferation / 2, cohort.proliferation / 2


def multipliers(
    genes: pd.DataFrame, drawn: pd.DataFrame, random: np.random.Generator, cohort: Cohort
) -> np.ndarray:
    """Return by what the expected counts are multiplied, genes x samples; 1 in normal liver.

    Parameters
    ----------
    genes
        As `recurseq.demo.plan.plan_genes` returns them.
    drawn
        As `draw_tumours` returns it.
    random
        Source of the random numbers.
    cohort
        As for `draw_tumours`.
    """
    product = np.ones((len(genes), len(drawn)))
    for level, middle in zip(cohort.tumours, _middles(cohort), strict=True):
        members = np.flatnonzero(drawn["group"] == level)
        of_level = drawn.iloc[members]
        scores = of_level.assign(proliferation=of_level["proliferation"] - middle)
        product[:, members] = (
            _purity(genes["other_cells"].to_numpy(), scores["purity"].to_numpy())
            * np.prod([_shared(genes[x], scores[x]) for x in SHARED], axis=0)
            * _own(genes, len(members), random)
            * _subset(genes, level, scores["oncofetal_rank"].to_numpy(), random)
        )
    return product


SHARED = ("proliferation", "differentiation", "immune", "oncofetal_axis")


def _purity(other: np.ndarray, purity: np.ndarray) -> np.ndarray:
    tumour = np.outer(1 - other, purity / MEAN_PURITY)
    return tumour + np.outer(other, (1 - purity) / (1 - MEAN_PURITY))


def _shared(loading: pd.Series, score: pd.Series) -> np.ndarray:
    weight = LN2 * loading.to_numpy()
    return np.exp(np.outer(weight, score) - weight[:, None] ** 2 / 2)


def _own(genes: pd.DataFrame, count: int, random: np.random.Generator) -> np.ndarray:
    sd = genes["tumour_sd"].to_numpy()[:, None]
    heavy = genes["heavy_tails"].to_numpy()[:, None] > 0
    rare = heavy & (random.random((len(genes), count)) < RARE)
    width = np.where(rare, RARE_WIDTH, 1.0)
    mean = _exponential_moment(sd[:, 0], heavy[:, 0], 1)[:, None]
    return np.exp(sd * width * random.standard_normal((len(genes), count))) / mean


def _exponential_moment(sd: np.ndarray, heavy: np.ndarray, order: int) -> np.ndarray:
    """Return E exp(order x) of a gene's own spread x."""
    usual = np.exp((order * sd) ** 2 / 2)
    rare = np.exp((order * sd * RARE_WIDTH) ** 2 / 2)
    return np.where(heavy, (1 - RARE) * usual + RARE * rare, usual)


def _subset(
    genes: pd.DataFrame, level: str, rank: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    share = genes[f"subset_{level}"].to_numpy()[:, None]
    fold = genes["subset_fold"].to_numpy()[:, None]
    # Oncofetal genes are high in the same tumours, each other gene in tumours of its own.
    together = (genes["programme"] == "oncofetal").to_numpy()[:, None]
    place = np.where(together, rank, random.random((len(genes), len(rank))))
    return np.where(place < share, fold, 1.0) / (1 + share * (fold - 1))


def dispersion_in(genes: pd.DataFrame, level: str) -> np.ndarray:
    """Return the dispersion of every gene in a tumour group, with all that multiplies its mean.

    Independent factors of mean 1 and variances v on top of a dispersion d give
    (1 + d) prod(1 + v) - 1. With a heavy-tailed or two-peaked factor it says how large the spread
    is, not what it looks like.

    Parameters
    ----------
    genes
        As for `multipliers`.
    level
        A group of tumours.
    """
    other = genes["other_cells"].to_numpy()
    slope = (1 - other) / MEAN_PURITY - other / (1 - MEAN_PURITY)
    shared = np.exp(sum((LN2 * genes[name].to_numpy()) ** 2 for name in SHARED))
    sd, heavy = genes["tumour_sd"].to_numpy(), genes["heavy_tails"].to_numpy() > 0
    own = _exponential_moment(sd, heavy, 2) / _exponential_moment(sd, heavy, 1) ** 2
    share, fold = genes[f"subset_{level}"].to_numpy(), genes["subset_fold"].to_numpy()
    subset = (1 + share * (fold**2 - 1)) / (1 + share * (fold - 1)) ** 2
    squares = (1 + PURITY_VARIANCE * slope**2) * shared * own * subset
    return (1 + genes["own_dispersion"].to_numpy()) * squares - 1
