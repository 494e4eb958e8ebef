"""What the simulation does to each gene: means, fold changes, spread, and what it follows.

Genes with a part in the story have a line in ``effects.tsv``: mean count in normal liver, log2 fold
change tumour over normal, log2 fold changes between the tumour groups of each cohort (early over no
recurrence, hyper-progressive recurrence over others), and how they vary. Where the
public re-analysis of 187 paired liver cancers (GSE77314, GSE124535, GSE138485, GSE144269) has a
value for a marker's mean and tumour effect, it is that one, rounded, and ``patients_dispersion`` is
the dispersion that its standard error implies; for most other genes they are rounded from the open
tier of TCGA-LIHC, scaled to the same depth; the rest is a plausible guess. Differences between
tumour groups are assumptions throughout. MT1M, MYCN and HMGA2 vary less than in patients,
or 11 against 10 samples could not show them; the truth says by how much.
All other genes are background, with the spread of means and fold changes of the same re-analysis
and the dispersions of TCGA-LIHC: median 0.37 in tumours, one gene in twenty above 5, 0.11 in normal
liver.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.demo.cohort import RECURRENCE, Cohort
from recurseq.demo.factors import other_share

EFFECTS = Path(__file__).parent / "effects.tsv"
UNNAMED = ("background", "silent")  # programmes of genes without a line in effects.tsv
CHROMOSOMES = frozenset([*map(str, range(1, 23)), "X", "Y"])

# Families that a liver does not express; they give the count filter something to drop.
SILENT = r"^(?:OR\d+[A-Z]|TAS[12]R|KRTAP|DEFB|VN1R|LCE\d|PRAMEF|USP17L)"
SILENT_MEAN = 0.3

# Quantiles of the mean count of a gene, and of the absolute log2 fold change tumour over normal.
MEAN_QUANTILES = (
    (0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1),
    (0.5, 2, 9.5, 76, 469, 2115, 7975, 60000),
)
# Those of the fold change are taken around their median and alike on both sides, and the half of
# the genes in the middle does not change at all: so false calls are countable, and the median of
# ratios, on which size factors rest, is that of unchanged genes.
TUMOUR_QUANTILES = ((0, 0.5, 0.9, 0.98, 1), (0.0, 0.445, 1.7, 3.1, 4.0))
TUMOUR_UNCHANGED = 0.5
DISPERSION_MEDIAN, DISPERSION_SD, DISPERSION_RANGE = 0.1, 0.7, (0.01, 1.0)
BATCH_SHARE, BATCH_SD = 0.2, 0.4  # genes that follow the batch, and by how much (log2)

# Spread of background genes within tumours, beyond that of normal liver.
# Natural log, lognormal over the genes; at most so much, and half of that with heavy tails.
TUMOUR_SD_MEDIAN, TUMOUR_SD_SD, TUMOUR_SD_MOST = 0.3, 0.6, 1.2
HEAVY_SHARE = 0.2  # genes whose spread has heavier tails than that
SUBSET_SHARE, SUBSET_RANGE, SUBSET_LOG2_FOLD = 0.06, (0.05, 0.35), (3.0, 6.0)
# Of the background genes that change by themselves, those that do so in some tumours only.
SUBSET_CHANGED, SUBSET_LOW, SUBSET_FOLD = 0.2, (0.01, 0.05), 64.0
# Background genes that follow a factor, and their loadings (log2 per standard deviation).
PROLIFERATION_SHARE, DIFFERENTIATION_SHARE, IMMUNE_SHARE = 0.03, 0.2, 0.15
LOADING_LEAST, LOADING_SCALE = 0.2, 0.5
STROMA_SHARE, STROMA_RANGE = 0.08, (0.5, 0.9)  # background made by cells beside the tumour's

# What named genes follow: share of other cells, loadings of proliferation, differentiation and
# immune infiltration. The whole difference of the proliferation genes is that of their factor.
NOTHING = (None, 0.0, 0.0, 0.0)
PROGRAMMES = {
    "hepatocyte": (None, -0.3, 1.0, 0.0),
    "plasma_protein": (None, 0.0, 0.6, 0.0),
    "sinusoid": (0.9, 0.0, 0.0, 0.0),
    "exhaustion": (0.9, 0.0, 0.0, 1.0),
    "immune_other": (0.9, 0.0, 0.0, 1.0),
    "antigen_presentation": (0.6, 0.0, 0.0, 0.7),
}


def plan_genes(
    annotation: pd.DataFrame, random: np.random.Generator, cohort: Cohort = RECURRENCE
) -> pd.DataFrame:
    """Decide for every gene how it is simulated.

    Parameters
    ----------
    annotation
        As `recurseq.cohort.genes.annotation.load_annotation` returns it.
    random
        Source of the random numbers.
    cohort
        How its groups differ.

    Returns
    -------
    pandas.DataFrame
        One row per gene, by gene_id. Columns ``gene_id``, ``gene_name``, ``programme``; ``mean``
        (expected count in normal liver at size factor 1); ``log2_<level>``, the log2 fold change of
        the expected count over normal liver; ``own_dispersion``; ``batch`` (log2);
        ``patients_dispersion``; and what `recurseq.demo.factors` needs: ``other_cells``,
        ``proliferation``, ``differentiation``, ``immune``, ``oncofetal_axis``, ``tumour_sd``,
        ``heavy_tails``, ``subset_fold``, ``subset_<level>``.
    """
    effects = pd.read_csv(EFFECTS, sep="\t", keep_default_na=False, na_values=[""])
    genes = _choose_genes(annotation, effects["gene"])
    planned = genes.merge(effects, how="left", left_on="gene_name", right_on="gene")
    background = planned["programme"].isna().to_numpy()
    silent = background & planned["gene_name"].str.match(SILENT).to_numpy()
    silent |= background & (planned["chromosome"] == "Y").to_numpy()
    count = len(planned)

    mean = np.exp(np.interp(random.random(count), MEAN_QUANTILES[0], np.log(MEAN_QUANTILES[1])))
    mean = np.where(silent, SILENT_MEAN * random.integers(0, 2, count), mean)
    tumour = _tumour_effect(count, random)
    own = _change(count, random, cohort)
    dispersion = _background_dispersion(mean * np.exp2(tumour / 2), random)
    batch = random.normal(0, BATCH_SD, count) * (random.random(count) < BATCH_SHARE)
    drawn = pd.DataFrame(
        {
            **{"mean": mean, "tumour": tumour, "own": own, "own_dispersion": dispersion},
            **{"batch": batch, **_background_factors(tumour, random)},
        }
    )
    drawn = drawn.assign(**_background_subsets(own, random, cohort))
    drawn["change"] = drawn["own"] + drawn["proliferation"] * cohort.proliferation
    drawn.loc[silent, drawn.columns.difference(["mean", "own_dispersion", "other_cells"])] = 0.0
    drawn.loc[~background] = _named(planned[~background], cohort)

    programme = planned["programme"].fillna(UNNAMED[0]).mask(silent, UNNAMED[1])
    plan = pd.concat([planned[["gene_id", "gene_name"]].assign(programme=programme), drawn], axis=1)
    # The tumour effect is that of the average of both tumour groups.
    half = plan["change"] / 2
    levels = (0.0, plan["tumour"] - half, plan["tumour"] + half)
    plan = plan.assign(**{f"log2_{x}": y for x, y in zip(cohort.levels, levels, strict=True)})
    plan["patients_dispersion"] = planned["patients_dispersion"]
    return plan.drop(columns=["tumour", "own", "change"])


def _choose_genes(annotation: pd.DataFrame, named: pd.Series) -> pd.DataFrame:
    """Take protein-coding genes with one identifier for one symbol, and all named genes."""
    known = annotation[
        annotation["gene_id"].str.startswith("ENSG") & (annotation["gene_name"] != "")
    ]
    known = known[~known["gene_id"].duplicated(keep=False) | known["gene_name"].isin(named)]
    clear = ~known["gene_name"].duplicated(keep=False)
    coding = (known["gene_type"] == "protein_coding") & known["chromosome"].isin(CHROMOSOMES)
    wanted = known[(clear & coding) | known["gene_name"].isin(named)].sort_values("gene_id")
    # A symbol with several identifiers has its haplotype copies behind the first one.
    first = wanted.drop_duplicates("gene_name").drop_duplicates("gene_id")
    return first[["gene_id", "gene_name", "chromosome"]].reset_index(drop=True)


def _named(planned: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Return what the named genes of ``effects.tsv`` do; rows of other genes mean nothing."""
    follows = pd.DataFrame(
        [PROGRAMMES.get(name, NOTHING) for name in planned["programme"]],
        planned.index,
        ["other_cells", "proliferation", "differentiation", "immune"],
        dtype=float,
    )
    change = planned[cohort.change]
    whole = planned["programme"] == "proliferation"
    fold = planned["subset_fold"].fillna(1.0)
    low = planned["subset_share"].fillna(0.0)
    first, second = cohort.tumours
    return pd.DataFrame(
        {
            "mean": planned["mean_normal"],
            "tumour": planned["log2_tumour_vs_normal"],
            "change": change,
            "own": change,
            "own_dispersion": planned["dispersion"],
            "batch": 0.0,
            "other_cells": follows["other_cells"].fillna(
                other_share(planned["log2_tumour_vs_normal"])
            ),
            "proliferation": follows["proliferation"].mask(whole, change / cohort.proliferation),
            "differentiation": follows["differentiation"],
            "immune": follows["immune"],
            "oncofetal_axis": planned["oncofetal_axis"] * cohort.axis,
            "tumour_sd": 0.0,
            "heavy_tails": 0.0,
            "subset_fold": fold,
            f"subset_{first}": low,
            f"subset_{second}": _raised(low, fold, change).where(fold > 1, 0.0),
        }
    )


def _raised(low: pd.Series, fold: pd.Series | float, change: pd.Series) -> pd.Series:
    """Return the share of high samples whose mean is 2^change times that of the share `low`.

    With a share f the mean is 1 + f (fold - 1) times that of a sample that is not high.
    """
    return (np.exp2(change) * (1 + low * (fold - 1)) - 1) / np.where(fold == 1, 1, fold - 1)


def _tumour_effect(count: int, random: np.random.Generator) -> np.ndarray:
    """Draw log2 fold changes tumour over normal; half are exactly 0, signs are balanced."""
    rank = random.random(count)
    size = np.where(rank > TUMOUR_UNCHANGED, np.interp(rank, *TUMOUR_QUANTILES), 0.0)
    return size * random.choice([-1.0, 1.0], count)


def _change(count: int, random: np.random.Generator, cohort: Cohort) -> np.ndarray:
    """Draw log2 fold changes between the groups; most are exactly 0, signs are balanced."""
    changed = random.random(count) < cohort.share
    size = np.minimum(cohort.least + random.exponential(cohort.typical, count), cohort.most)
    return np.where(changed, size * random.choice([-1.0, 1.0], count), 0.0)


def _background_dispersion(mean: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw dispersions: lognormal around a typical value, larger for genes with few counts."""
    spread = np.exp(DISPERSION_SD * random.standard_normal(len(mean)))
    biological = np.clip(DISPERSION_MEDIAN * spread, *DISPERSION_RANGE)
    return biological + random.uniform(1, 2, len(mean)) / np.maximum(mean, 1)


def _background_factors(tumour: np.ndarray, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw what background genes follow within tumours; most follow no factor."""
    count = len(tumour)
    stroma = random.random(count) < STROMA_SHARE
    other = np.where(stroma, random.uniform(*STROMA_RANGE, count), other_share(tumour))
    heavy = random.random(count) < HEAVY_SHARE
    spread = TUMOUR_SD_MEDIAN * np.exp(TUMOUR_SD_SD * random.standard_normal(count))
    most = np.where(heavy, TUMOUR_SD_MOST / 2, TUMOUR_SD_MOST)
    return {
        "other_cells": other,
        "proliferation": _loadings(PROLIFERATION_SHARE, count, random),
        "differentiation": _loadings(DIFFERENTIATION_SHARE, count, random),
        "immune": _loadings(IMMUNE_SHARE, count, random),
        "oncofetal_axis": np.zeros(count),
        "tumour_sd": np.minimum(spread, most),
        "heavy_tails": heavy.astype(float),
    }


def _loadings(share: float, count: int, random: np.random.Generator) -> np.ndarray:
    """Draw loadings of a factor: exactly 0 for most genes, and none that is nearly 0."""
    follows = random.random(count) < share
    size = LOADING_LEAST + random.exponential(LOADING_SCALE, count)
    return np.where(follows, size * random.choice([-1.0, 1.0], count), 0.0)


def _background_subsets(
    own: np.ndarray, random: np.random.Generator, cohort: Cohort
) -> dict[str, np.ndarray]:
    """Draw the genes that are high in some tumours only, and in which share of each group."""
    count = len(own)
    share = random.uniform(*SUBSET_RANGE, count)
    fold = np.exp2(random.uniform(*SUBSET_LOG2_FOLD, count))
    low = random.uniform(*SUBSET_LOW, count)
    high = _raised(low, SUBSET_FOLD, np.abs(own))
    alike = (own == 0) & (random.random(count) < SUBSET_SHARE)
    apart = (own != 0) & (random.random(count) < SUBSET_CHANGED)
    first, second = cohort.tumours
    return {
        "subset_fold": np.select([alike, apart], [fold, SUBSET_FOLD], 1.0),
        f"subset_{first}": np.select([alike, apart], [share, np.where(own > 0, low, high)], 0.0),
        f"subset_{second}": np.select([alike, apart], [share, np.where(own > 0, high, low)], 0.0),
    }
