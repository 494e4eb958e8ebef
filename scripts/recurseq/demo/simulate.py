"""Simulated counts of a cohort, and what they were made with."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem, raise_if_any
from recurseq.base.tables import describe
from recurseq.base.text import few
from recurseq.base.whole_file import whole_file
from recurseq.demo.check import true_difference
from recurseq.demo.cohort import RECURRENCE, Cohort
from recurseq.demo.factors import IMPURE, dispersion_in, draw_tumours, multipliers
from recurseq.demo.plan import plan_genes
from recurseq.stats.power import wald_power

POWER_LEVEL = 0.001  # near the p-value that a call needs after adjustment
LEAST_MEAN = 0.01  # of a silent gene, which has no power at any mean
LIBRARY_SD = 0.25  # standard deviation of the log of the library size
ABSENT = 0.002  # expression of a Y gene in women, of XIST in men
# One tumour sample has pancreatic enzymes in it, as when tissue is carried over in the operating
# theatre or the laboratory: outlying counts for Cook's distance to find.
CONTAMINATED_PLACE, CONTAMINATION = 3, 300.0  # in the second group of tumours


class Simulation(NamedTuple):
    """What was simulated.

    Attributes
    ----------
    counts
        Genes × samples, integers; the index is called ``gene_id``.
    genes
        Table ``demo_truth``: one row per gene in the order of `counts`; ``log2_<level>`` is the
        log2 fold change of the expected count of the level over normal liver, exactly equal in
        both tumour groups for a gene that does not differ between them.
    samples
        Table ``demo_samples``: one row per sample.
    """

    counts: pd.DataFrame
    genes: pd.DataFrame
    samples: pd.DataFrame


def simulate(
    samples: pd.DataFrame, seed: int, annotation: pd.DataFrame, cohort: Cohort = RECURRENCE
) -> Simulation:
    """Simulate the counts of a study of liver cancer.

    Counts are negative binomial, drawn as Poisson counts of gamma means. A gene's mean is the
    product of its mean in normal liver, the fold change of the sample's group, its batch, its
    library size and, in tumours, of the factors of `recurseq.demo.factors`, which have mean 1.

    Parameters
    ----------
    samples
        The sample sheet; columns ``sample_id``, ``group`` (the levels of the cohort), ``batch`` and
        ``sex`` (female, male).
    seed
        Of the random numbers: the same seed and sheet give the same counts.
    annotation
        As `annotation.load_annotation` returns it; genes and symbols come from it.
    cohort
        Its groups, and how they differ.

    Returns
    -------
    Simulation
        Counts, and the truth of genes and samples.

    Raises
    ------
    recurseq.base.errors.InputError
        When the sheet lacks a column or has other groups.
    """
    raise_if_any(_sheet_problems(samples, cohort))
    random = np.random.default_rng(seed)
    return simulate_samples(plan_genes(annotation, random, cohort), samples, random, cohort)


def simulate_samples(
    genes: pd.DataFrame,
    samples: pd.DataFrame,
    random: np.random.Generator,
    cohort: Cohort = RECURRENCE,
) -> Simulation:
    """Draw the counts of samples from genes whose truth is decided; see `simulate`."""
    depth = np.exp(LIBRARY_SD * random.standard_normal(len(samples)))
    drawn = draw_tumours(samples, random, cohort)
    mean = _expected(genes, samples, cohort) * depth
    mean = mean * multipliers(genes, drawn, random, cohort)
    dispersion = genes["own_dispersion"].to_numpy()[:, None]
    gamma = random.gamma(1 / dispersion, np.broadcast_to(dispersion, mean.shape)) * mean
    counts = pd.DataFrame(
        random.poisson(gamma), index=pd.Index(genes["gene_id"]), columns=samples["sample_id"].array
    )
    drawn = drawn.assign(depth=depth, half=draw_halves(samples, random))
    return Simulation(
        counts, true_genes(genes, samples, cohort), _true_samples(drawn, samples, cohort)
    )


def true_genes(genes: pd.DataFrame, samples: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Return table ``demo_truth``.

    Parameters
    ----------
    genes
        As `recurseq.demo.plan.plan_genes` returns them.
    samples
        The sample sheet, for the number of samples on which the power depends.
    cohort
        Its groups.
    """
    spread = [dispersion_in(genes, level) for level in cohort.tumours]
    truth = genes.rename(columns={"mean": "mean_normal"}).assign(
        dispersion=np.mean(spread, axis=0),
        power=_power(genes, samples, spread, cohort),
        heavy_tails=genes["heavy_tails"] > 0,
    )
    subsets = [f"subset_{level}" for level in cohort.tumours]
    levels = [f"log2_{level}" for level in cohort.levels]
    return truth[[*describe("demo_truth").names, *subsets, *levels]]


def _power(
    genes: pd.DataFrame, samples: pd.DataFrame, spread: Sequence[np.ndarray], cohort: Cohort
) -> np.ndarray:
    """Chance that a Wald test at 0.001 sees the difference of the tumour groups; NaN without one.

    As `recurseq.stats.power.wald_standard_error` for two groups.
    """
    variance = np.zeros(len(genes))
    for level, dispersion in zip(cohort.tumours, spread, strict=True):
        mean = genes["mean"] * np.exp2(genes[f"log2_{level}"])
        size = max(int((samples["group"] == level).sum()), 1)
        variance = variance + (1 / mean.clip(lower=LEAST_MEAN) + dispersion) / size
    difference = true_difference(genes, cohort.tumours[1:], cohort.tumours[:1]).to_numpy()
    power = wald_power(difference, np.sqrt(variance) / np.log(2), POWER_LEVEL)
    return np.where(difference != 0, power, np.nan)


def _true_samples(drawn: pd.DataFrame, samples: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    event = pd.Series(None, index=drawn.index, dtype=object)
    event[_contaminated(samples, cohort)] = "pancreatic tissue in the sample"
    event[(drawn["purity"] == IMPURE).to_numpy()] = "mostly the liver around the tumour"
    return drawn.assign(event=event)[describe("demo_samples").names]


def draw_halves(samples: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    """Deal the samples of every group and batch into two halves, A and B, by chance.

    Where their number is odd, chance decides which half gets one more.
    """
    half = np.empty(len(samples), dtype=object)
    for members in samples.reset_index(drop=True).groupby(["group", "batch"]).groups.values():
        letters = random.permutation(["A", "B"])[np.arange(len(members)) % 2]
        half[members] = random.permutation(letters)
    return half


def _sheet_problems(samples: pd.DataFrame, cohort: Cohort) -> list[Problem]:
    where = "sample sheet of the demo study"
    absent = [name for name in ("sample_id", "group", "batch", "sex") if name not in samples]
    if absent:
        return [Problem(where, f"no column {few(absent)}", "sample_id, group, batch, sex")]
    allowed = {"group": cohort.levels, "sex": ("female", "male")}
    return [
        Problem(f"{where}, column {column!r}", few(sorted(unknown)), ", ".join(options))
        for column, options in allowed.items()
        if (unknown := set(samples[column].astype(str)) - set(options))
    ]


def _expected(genes: pd.DataFrame, samples: pd.DataFrame, cohort: Cohort) -> np.ndarray:
    """Return expected counts at size factor 1, genes × samples."""
    by_level = genes[[f"log2_{level}" for level in cohort.levels]].to_numpy()
    group = pd.Categorical(samples["group"], categories=cohort.levels).codes
    batch = pd.Categorical(samples["batch"]).codes
    log2 = by_level[:, group] + np.outer(genes["batch"], batch - batch.mean())
    mean = genes["mean"].to_numpy()[:, None] * np.exp2(log2)

    programme = genes["programme"].to_numpy()[:, None]
    sex = samples["sex"].to_numpy()[None, :]
    lacking = ((programme == "sex_female") & (sex == "male")) | (
        (programme == "sex_male") & (sex == "female")
    )
    mean = np.where(lacking, ABSENT * mean, mean)
    return np.where(
        (programme == "contamination") & _contaminated(samples, cohort), CONTAMINATION * mean, mean
    )


def _contaminated(samples: pd.DataFrame, cohort: Cohort) -> np.ndarray:
    members = np.flatnonzero((samples["group"] == cohort.tumours[1]).to_numpy())
    place = members[CONTAMINATED_PLACE : CONTAMINATED_PLACE + 1]
    return np.isin(np.arange(len(samples)), place)


def write_counts(counts: pd.DataFrame, path: str | Path) -> None:
    """Write a count matrix as gzipped TSV; the same counts give the same bytes."""
    text = counts.to_csv(sep="\t", lineterminator="\n").encode()
    with whole_file(path) as partial:
        partial.write_bytes(gzip.compress(text, compresslevel=6, mtime=0))
