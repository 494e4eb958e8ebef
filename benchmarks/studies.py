"""Write one benchmark study to a folder: counts.tsv (genes x samples) and samples.tsv.

Run as a process of its own, so that its memory is not that of the benchmark:
    python benchmarks/studies.py <study> <folder> [<airway.h5ad of InMoose>]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import anndata
import numpy as np
import pandas as pd

from recurseq.demo.cohort import RECURRENCE as COHORT
from recurseq.demo.plan import MEAN_QUANTILES, TUMOUR_QUANTILES, TUMOUR_UNCHANGED
from recurseq.demo.simulate import LIBRARY_SD

GENES = 30_000
# Clean negative binomial counts, unlike those of the demo: engines are timed, not judged.
DISPERSION_MEDIAN, DISPERSION_SD, DISPERSION_RANGE = 0.2, 0.5, (0.03, 0.6)
RECURRENCE_SHARE, RECURRENCE_LEAST, RECURRENCE_MOST = 0.13, 1.0, 3.5
SEED = 20160901


@dataclass(frozen=True)
class Question:
    """What every engine is asked of a study."""

    title: str
    formula: str
    factor: str
    numerator: str
    denominator: str


RECURRENCE = ("~ group", "group", "early_recurrence", "no_recurrence")
QUESTIONS = {
    "airway": Question("airway", "~ cell + dex", "dex", "trt", "untrt"),
    "simulated_26": Question("simulated, 30,000 genes x 26 samples (5/10/11)", *RECURRENCE),
    "simulated_380": Question("simulated, 30,000 genes x 380 samples (73/146/161)", *RECURRENCE),
}
SIZES = {"simulated_26": (5, 10, 11), "simulated_380": (73, 146, 161)}


def airway(h5ad: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Eight samples of Himes et al., PLoS ONE 9, e99625 (2014), as InMoose ships them."""
    study = anndata.read_h5ad(h5ad)
    counts = pd.DataFrame(study.X.T.astype(int), study.var_names, study.obs_names)
    return counts[counts.any(axis=1)], study.obs[["cell", "dex"]]


def simulated(sizes: tuple[int, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Negative-binomial counts with the means and tumour effects of the demo study."""
    random = np.random.default_rng(SEED)
    group = np.repeat(np.arange(len(COHORT.levels)), sizes)
    mean = np.exp(np.interp(random.random(GENES), MEAN_QUANTILES[0], np.log(MEAN_QUANTILES[1])))
    effects = _tumour(random)[:, None] * [0, 1, 1] + _recurrence(random)[:, None] * [0, -0.5, 0.5]
    depth = np.exp(LIBRARY_SD * random.standard_normal(len(group)))
    expected = mean[:, None] * np.exp2(effects[:, group]) * depth
    spread = DISPERSION_MEDIAN * np.exp(DISPERSION_SD * random.standard_normal(GENES))
    dispersion = np.clip(spread, *DISPERSION_RANGE) + random.uniform(1, 2, GENES) / mean.clip(1)
    dispersion = dispersion[:, None]
    counts = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * expected))
    names = [f"S{k:03d}" for k in range(len(group))]
    samples = pd.DataFrame({"group": np.array(COHORT.levels)[group]}, names)
    table = pd.DataFrame(counts, [f"gene{k:05d}" for k in range(GENES)], names)
    return table[table.any(axis=1)], samples


def _tumour(random: np.random.Generator) -> np.ndarray:
    rank = random.random(GENES)
    size = np.where(rank > TUMOUR_UNCHANGED, np.interp(rank, *TUMOUR_QUANTILES), 0.0)
    return size * random.choice([-1.0, 1.0], GENES)


def _recurrence(random: np.random.Generator) -> np.ndarray:
    size = np.minimum(RECURRENCE_LEAST + random.exponential(1.0, GENES), RECURRENCE_MOST)
    changed = random.random(GENES) < RECURRENCE_SHARE
    return np.where(changed, size * random.choice([-1.0, 1.0], GENES), 0.0)


def main(name: str, folder: str, *h5ad: str) -> None:
    counts, samples = airway(Path(*h5ad)) if name == "airway" else simulated(SIZES[name])
    counts.rename_axis("gene_id").to_csv(Path(folder) / "counts.tsv", sep="\t")
    samples.rename_axis("sample_id").to_csv(Path(folder) / "samples.tsv", sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
