"""What the simulation does to each gene: means, fold changes, dispersion, batch and sex.

Genes with a part in the story have a line in ``effects.tsv``: mean count in normal liver, log2 fold
change tumour over normal, log2 fold change early over no recurrence, dispersion, and the weight of
the tumours' shared factor. Where the public re-analysis of 187 paired liver cancers (GSE77314,
GSE124535, GSE138485, GSE144269) has a value for a marker's mean and tumour effect, it is that one,
rounded; for most other genes they are rounded from the open tier of TCGA-LIHC, scaled to the same
depth; the rest is a plausible guess. Differences between early and no recurrence are assumptions
throughout, and dispersions are kept small enough for 11 against 10 samples to show them.
All other genes are background, with the spread of means and fold changes of the same re-analysis.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

EFFECTS = Path(__file__).parent / "effects.tsv"
LEVELS = ("normal", "no_recurrence", "early_recurrence")
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
RECURRENCE_SHARE = 0.13  # of the background; half of it up, half of it down
RECURRENCE_LEAST, RECURRENCE_MOST = 1.0, 3.5  # absolute log2 fold change early over no recurrence
# Real tumours are noisier (median .31, one gene in twenty above 1.9). There, Wald tests of 11
# against 10 samples call more false genes than their level says; here the level is to be checked.
DISPERSION_MEDIAN, DISPERSION_SD, DISPERSION_RANGE = 0.2, 0.5, (0.03, 0.6)
BATCH_SHARE, BATCH_SD = 0.2, 0.4  # genes that follow the batch, and by how much (log2)


def plan_genes(annotation: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Decide for every gene how it is simulated.

    Parameters
    ----------
    annotation
        As `recurseq.cohort.genes.annotation.load_annotation` returns it.
    random
        Source of the random numbers.

    Returns
    -------
    pandas.DataFrame
        One row per gene, by gene_id. Columns ``gene_id``, ``gene_name``, ``programme``; ``mean``
        (expected count in normal liver at size factor 1); ``log2_<level>``, the log2 fold change
        over normal liver; ``dispersion``; ``shared_factor`` (standard deviation of the log of a
        factor that all genes with a weight share within a tumour); ``batch`` (log2).
    """
    effects = pd.read_csv(EFFECTS, sep="\t", keep_default_na=False)
    genes = _choose_genes(annotation, effects["gene"])
    planned = genes.merge(effects, how="left", left_on="gene_name", right_on="gene")
    background = planned["programme"].isna().to_numpy()
    silent = background & planned["gene_name"].str.match(SILENT).to_numpy()
    silent |= background & (planned["chromosome"] == "Y").to_numpy()
    count = len(planned)

    mean = np.exp(np.interp(random.random(count), MEAN_QUANTILES[0], np.log(MEAN_QUANTILES[1])))
    mean = np.where(silent, SILENT_MEAN * random.integers(0, 2, count), mean)
    mean = np.where(background, mean, planned["mean_normal"])
    tumour = np.where(silent, 0.0, _tumour_effect(count, random))
    tumour = np.where(background, tumour, planned["log2_tumour_vs_normal"])
    recurrence = np.where(silent, 0.0, _recurrence_effect(count, random))
    recurrence = np.where(background, recurrence, planned["log2_early_vs_none"])
    dispersion = _background_dispersion(mean * np.exp2(tumour / 2), random)
    dispersion = np.where(background, dispersion, planned["dispersion"])
    batch = random.normal(0, BATCH_SD, count) * (random.random(count) < BATCH_SHARE)

    return pd.DataFrame(
        {
            "gene_id": planned["gene_id"],
            "gene_name": planned["gene_name"],
            "programme": planned["programme"].fillna("background").mask(silent, "silent"),
            "mean": mean,
            # The tumour effect is that of the average of both tumour groups.
            "log2_normal": 0.0,
            "log2_no_recurrence": tumour - recurrence / 2,
            "log2_early_recurrence": tumour + recurrence / 2,
            "dispersion": dispersion,
            "shared_factor": planned["shared_factor"].fillna(0.0),
            "batch": np.where(background, batch, 0.0),
        }
    )


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


def _tumour_effect(count: int, random: np.random.Generator) -> np.ndarray:
    """Draw log2 fold changes tumour over normal; half are exactly 0, signs are balanced."""
    rank = random.random(count)
    size = np.where(rank > TUMOUR_UNCHANGED, np.interp(rank, *TUMOUR_QUANTILES), 0.0)
    return size * random.choice([-1.0, 1.0], count)


def _recurrence_effect(count: int, random: np.random.Generator) -> np.ndarray:
    """Draw log2 fold changes early over no recurrence; most are exactly 0, signs are balanced."""
    changed = random.random(count) < RECURRENCE_SHARE
    size = np.minimum(RECURRENCE_LEAST + random.exponential(1.0, count), RECURRENCE_MOST)
    return np.where(changed, size * random.choice([-1.0, 1.0], count), 0.0)


def _background_dispersion(mean: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw dispersions: lognormal around a typical value, larger for genes with few counts."""
    spread = np.exp(DISPERSION_SD * random.standard_normal(len(mean)))
    biological = np.clip(DISPERSION_MEDIAN * spread, *DISPERSION_RANGE)
    return biological + random.uniform(1, 2, len(mean)) / np.maximum(mean, 1)
