"""Seeded runs without a true difference, or with planted ones, for the calibration of the tests.

    python tests/support/null_study.py <shared folder> <output folder>  (PYTHONPATH=scripts:tests)

writes the counts of the runs that R was given, for tests/reference/make_null_reference.R. The tests
look at a few of them; `make truth` (benchmarks/truth.py) at many more.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.deseq import Options, contrast_table, fit
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.paths import REFERENCE

SIZES = {  # samples of either group
    "permuted": (15, 15),
    "simulated": (10, 11),
    "planted_21": (10, 11),
    "planted_79": (40, 39),
}
PLANTED = 0.2  # share of the genes that change
GIVEN_TO_R = {  # seeds
    "permuted": range(20),
    "simulated": range(20),
    "planted_21": range(100, 103),
    "planted_79": range(100, 103),
}
FORMULA = parse_formula("~ group")


def tumours(shared: Path) -> pd.DataFrame:
    """Counts of all TCGA-LIHC tumours, genes x samples."""
    folder = shared / "data" / "tcga_lihc"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)
    counts = pd.read_csv(folder / "counts.tsv.gz", sep="\t", index_col=0)
    return counts[samples.index[samples["group"] != "normal"]]


def permuted(counts: pd.DataFrame, seed: int, size: int = 15, genes: int = 3000) -> pd.DataFrame:
    """Draw twice `size` tumours in random order, and some of the genes expressed in them."""
    random = np.random.default_rng(seed)
    part = counts[random.choice(counts.columns, 2 * size, replace=False)]
    expressed = part[(part >= 10).sum(axis=1) >= size]
    return expressed.loc[np.sort(random.choice(expressed.index, genes, replace=False))]


def fitted_genes() -> pd.DataFrame:
    """Mean and dispersion of the genes of tests/reference, as fitted to its three groups."""
    counts = pd.read_csv(REFERENCE / "counts.tsv.gz", sep="\t", index_col=0).T
    samples = pd.read_csv(REFERENCE / "samples.tsv.gz", sep="\t", index_col=0)
    samples["group"] = pd.Categorical(samples["group"])
    genes = fit(counts, design_matrix(FORMULA, samples)).genes
    return genes.loc[genes["dispersion"].notna(), ["baseMean", "dispersion"]]


def simulated(
    fitted: pd.DataFrame, seed: int, share: float = 0.0, sizes=(10, 11), genes: int = 1500
) -> tuple[pd.DataFrame, np.ndarray]:
    """Negative-binomial counts of two groups from fitted genes; `share` of them changes."""
    random = np.random.default_rng(seed)
    row = fitted.iloc[random.integers(0, len(fitted), genes)]
    second = np.repeat([0.0, 1.0], sizes)
    changed = random.random(genes) < share
    effect = np.where(changed, random.choice([-1, 1], genes) * random.uniform(0.5, 3, genes), 0.0)
    depth = np.exp(random.normal(0, 0.25, len(second)))
    mean = row["baseMean"].to_numpy()[:, None] * 2 ** (effect[:, None] * second) * depth
    dispersion = row["dispersion"].to_numpy()[:, None]
    counts = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean))
    kept = (counts >= 10).sum(axis=1) >= min(sizes)
    names = [f"gene{k:04d}" for k in range(genes)], [f"s{k:02d}" for k in range(len(second))]
    return pd.DataFrame(counts, *names)[kept], changed[kept]


def two_groups(counts: pd.DataFrame, first: int) -> pd.DataFrame:
    """Label the `first` samples as x and the others as y."""
    labels = np.where(np.arange(counts.shape[1]) < first, "x", "y")
    return pd.DataFrame({"group": pd.Categorical(labels)}, index=counts.columns)


def y_against_x(counts: pd.DataFrame, first: int) -> pd.DataFrame:
    """Fit two groups, compare y with x; the table of the contrast."""
    samples = two_groups(counts, first)
    model = fit(counts.T, design_matrix(FORMULA, samples), threads=2)
    question = {"factor": "group", "numerator": ["y"], "denominator": ["x"]}
    weights = contrast_vector(FORMULA, samples, question)
    return contrast_table(model, weights, Options(alpha=0.05, shrinkage="none"))


def draw(
    kind: str, seed: int, fitted: pd.DataFrame, pool: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Counts genes x samples of one run, and which of the genes differ between its groups."""
    if kind == "permuted":
        counts = permuted(pool, seed)
        return counts, np.zeros(len(counts), dtype=bool)
    share = PLANTED if kind.startswith("planted") else 0.0
    return simulated(fitted, seed, share, SIZES[kind])


def run_facts(kind: str, counts: pd.DataFrame, changed: np.ndarray) -> dict[str, float]:
    """Calls at padj < 0.05 and shares of small p-values; of the calls, the false share; power."""
    table = y_against_x(counts, SIZES[kind][0])
    pvalues = table["pvalue"].dropna()
    called = (table["padj"] < 0.05).to_numpy()
    return {
        "called": int(called.sum()),
        "below_0.05": (pvalues < 0.05).mean(),
        "below_0.001": (pvalues < 0.001).mean(),
        "false": (called & ~changed).sum() / max(called.sum(), 1),
        "power": (called & changed).sum() / changed.sum() if changed.any() else np.nan,
    }


def facts(kind: str, seeds, fitted: pd.DataFrame, pool: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row of `run_facts` for each seed."""
    rows = [run_facts(kind, *draw(kind, seed, fitted, pool)) for seed in seeds]
    return pd.DataFrame(rows, index=pd.Index(seeds, name="seed"))


def of_r(kind: str) -> pd.DataFrame:
    """What R found in the runs it was given, by seed."""
    runs = pd.read_csv(REFERENCE / "null.runs.tsv", sep="\t")
    return runs[runs["kind"] == kind].set_index("seed").drop(columns="kind")


def main(shared: str, output: str) -> None:
    pool, fitted = tumours(Path(shared)), fitted_genes()
    for kind, seeds in GIVEN_TO_R.items():
        for seed in seeds:
            counts, _ = draw(kind, seed, fitted, pool)
            counts.to_csv(Path(output) / f"{kind}.{seed}.{SIZES[kind][0]}.tsv", sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
