"""Simulated counts of the demo study, and the fold changes they were made with."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem, raise_if_any
from recurseq.base.text import few
from recurseq.base.whole_file import whole_file
from recurseq.demo.plan import LEVELS, plan_genes

TRUTH_COLUMNS = ["gene_id", "gene_name", "programme", "dispersion", *(f"log2_{x}" for x in LEVELS)]
LIBRARY_SD = 0.25  # standard deviation of the log of the library size
ABSENT = 0.002  # expression of a Y gene in women, of XIST in men
# One tumour sample has pancreatic enzymes in it, as when tissue is carried over in the operating
# theatre or the laboratory: outlying counts for Cook's distance to find.
CONTAMINATED_GROUP, CONTAMINATED_PLACE, CONTAMINATION = "early_recurrence", 3, 300.0


def simulate(
    samples: pd.DataFrame, seed: int, annotation: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Simulate the counts of a recurrence study of liver cancer.

    Counts are negative binomial, drawn as Poisson counts of gamma means. The log of a gene's mean
    is the sum of normal liver, the sample's group, its batch and its library size; MYCN and HMGA2
    also share a lognormal factor within a tumour, with mean 1, so that it adds to their dispersion
    and not to their means.

    Parameters
    ----------
    samples
        The sample sheet; columns ``sample_id``, ``group`` (normal, no_recurrence,
        early_recurrence), ``batch`` and ``sex`` (female, male).
    seed
        Of the random numbers: the same seed and sheet give the same counts.
    annotation
        As `annotation.load_annotation` returns it; genes and symbols come from it.

    Returns
    -------
    counts : pandas.DataFrame
        Genes × samples, integers; the index is called ``gene_id``.
    truth : pandas.DataFrame
        Table ``demo_truth``: one row per gene in the order of `counts`; ``log2_<level>`` is the
        log2 fold change of the level over normal liver, exactly 0 for an unchanged gene.

    Raises
    ------
    recurseq.base.errors.InputError
        When the sheet lacks a column or has other groups.
    """
    raise_if_any(_sheet_problems(samples))
    random = np.random.default_rng(seed)
    genes = plan_genes(annotation, random)
    depth = np.exp(LIBRARY_SD * random.standard_normal(len(samples)))
    shared = _shared_factor(genes, samples, random)
    mean = _expected(genes, samples) * depth * shared
    dispersion = genes["dispersion"].to_numpy()[:, None]
    gamma = random.gamma(1 / dispersion, np.broadcast_to(dispersion, mean.shape)) * mean
    counts = pd.DataFrame(
        random.poisson(gamma), index=pd.Index(genes["gene_id"]), columns=samples["sample_id"].array
    )
    # What is left of the variance over the squared mean when the Poisson part is taken away.
    spread = np.expm1(genes["shared_factor"] ** 2)
    total = genes["dispersion"] + spread * (1 + genes["dispersion"])
    return counts, genes.assign(dispersion=total)[TRUTH_COLUMNS]


def _sheet_problems(samples: pd.DataFrame) -> list[Problem]:
    where = "sample sheet of the demo study"
    absent = [name for name in ("sample_id", "group", "batch", "sex") if name not in samples]
    if absent:
        return [Problem(where, f"no column {few(absent)}", "sample_id, group, batch, sex")]
    allowed = {"group": LEVELS, "sex": ("female", "male")}
    return [
        Problem(f"{where}, column {column!r}", few(sorted(unknown)), ", ".join(options))
        for column, options in allowed.items()
        if (unknown := set(samples[column].astype(str)) - set(options))
    ]


def _expected(genes: pd.DataFrame, samples: pd.DataFrame) -> np.ndarray:
    """Return expected counts at size factor 1, genes × samples."""
    by_level = genes[[f"log2_{level}" for level in LEVELS]].to_numpy()
    group = pd.Categorical(samples["group"], categories=LEVELS).codes
    batch = pd.Categorical(samples["batch"]).codes
    log2 = by_level[:, group] + np.outer(genes["batch"], batch - batch.mean())
    mean = genes["mean"].to_numpy()[:, None] * np.exp2(log2)

    programme = genes["programme"].to_numpy()[:, None]
    sex = samples["sex"].to_numpy()[None, :]
    lacking = ((programme == "sex_female") & (sex == "male")) | (
        (programme == "sex_male") & (sex == "female")
    )
    members = np.flatnonzero((samples["group"] == CONTAMINATED_GROUP).to_numpy())
    dirty = np.isin(np.arange(len(samples)), members[CONTAMINATED_PLACE : CONTAMINATED_PLACE + 1])
    mean = np.where(lacking, ABSENT * mean, mean)
    return np.where((programme == "contamination") & dirty, CONTAMINATION * mean, mean)


def _shared_factor(
    genes: pd.DataFrame, samples: pd.DataFrame, random: np.random.Generator
) -> np.ndarray:
    """Return the factor of mean 1 that some genes share within a tumour, genes × samples."""
    tumour = (samples["group"] != "normal").to_numpy()
    weight = np.outer(genes["shared_factor"], tumour)
    return np.exp(weight * random.standard_normal(len(samples)) - weight**2 / 2)


def write_counts(counts: pd.DataFrame, path: str | Path) -> None:
    """Write a count matrix as gzipped TSV; the same counts give the same bytes."""
    text = counts.to_csv(sep="\t", lineterminator="\n").encode()
    with whole_file(path) as partial:
        partial.write_bytes(gzip.compress(text, compresslevel=6, mtime=0))
