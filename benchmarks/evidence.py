"""Measure support, areas and shuffled labels against planted truth, for docs/evidence.md.

    PYTHONPATH=scripts:tests python benchmarks/evidence.py <folder with data/> [seeds]

Some minutes. Counts are those of real tumours, in random groups, which changes are planted in by
thinning: a count of n becomes a binomial one, so that all but the change stays what it was.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from reliability import table as markdown

from recurseq.contrasts.results import contrast_tables
from recurseq.deseq import Options, fit
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.evidence.shuffles import shuffle_labels
from recurseq.evidence.verdict import ABOVE, verdict_columns
from recurseq.evidence.weigh import weigh_evidence
from recurseq.stats.ranks import area_under_curve, ranks_of
from support.null_study import tumours, two_groups

SIZES = ((5, 5), (11, 10), (33, 8), (39, 40))
FIRST_SEED = 1000  # other seeds than those on which the limits of support were chosen
GENES, UNIFORM, SUBSET = 2000, 0.10, 0.03
FORMULA = parse_formula("~ group")
CONTRAST = Contrast("y_vs_x", CallingRule(0.05, 0.0, 1.0), "group", ("y",), ("x",))
OPTIONS = Options(alpha=0.05, shrinkage="none")
SHUFFLES = 19
LEVELS = (0.05, 0.25, 0.5)


def drawn(pool: pd.DataFrame, seed: int, first: int, second: int) -> pd.DataFrame:
    """Draw counts of some expressed genes in random tumours, genes x samples."""
    random = np.random.default_rng(seed)
    part = pool[random.choice(pool.columns, first + second, replace=False)]
    part = part[(part >= 10).sum(axis=1) >= min(first, second)]
    return part.loc[np.sort(random.choice(part.index, GENES, replace=False))]


def planted(counts: pd.DataFrame, first: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Thin counts of one side: in all its samples (uniform), or all but some of the other's."""
    random = np.random.default_rng(seed + 5000)
    kinds = ["none", "uniform", "subset"]
    kind = random.choice(kinds, len(counts), p=[1 - UNIFORM - SUBSET, UNIFORM, SUBSET])
    second = np.arange(counts.shape[1]) >= first
    kept = np.ones(counts.shape)
    for gene in np.flatnonzero(kind != "none"):
        side = second if random.random() < 0.5 else ~second
        high = np.flatnonzero(side)
        change = random.uniform(0.75, 3)
        if kind[gene] == "subset":
            change, share = random.uniform(2, 6), random.uniform(0.15, 0.4)
            high = random.choice(high, max(1, round(share * len(high))), replace=False)
        kept[gene] = 2**-change
        kept[gene, high] = 1
    thinned = pd.DataFrame(random.binomial(counts.to_numpy(), kept), counts.index, counts.columns)
    present = thinned.to_numpy().any(axis=1)
    return thinned[present], kind[present]


def contrasted(counts: pd.DataFrame, first: int):
    """Model, sheet and table of genes of a study of two groups."""
    samples = two_groups(counts, first)
    model = fit(counts.T, design_matrix(FORMULA, samples), threads=2)
    names = pd.DataFrame({"gene_name": counts.index}, index=counts.index)
    return (
        model,
        samples,
        contrast_tables(model, CONTRAST, FORMULA, samples, OPTIONS, genes=names).genes,
    )


def support_facts(pool: pd.DataFrame, seed: int, sizes: tuple[int, int]) -> dict[str, float]:
    """Return false share and power of the calls and of the confirmed ones, in one study."""
    counts, kind = planted(drawn(pool, seed, *sizes), sizes[0], seed)
    model, samples, genes = contrasted(counts, sizes[0])
    evidence = weigh_evidence(model, CONTRAST, FORMULA, samples, genes, threads=2)
    support = evidence.set_index("gene_id")["support"].reindex(counts.index).to_numpy()
    called = genes["significant"].to_numpy(dtype=bool)
    found = {"called": called, "confirmed": support == "confirmed"}
    facts = {"calls": called.sum(), "confirmed": found["confirmed"].sum()}
    for name, chosen in found.items():
        facts[f"false, {name}"] = (chosen & (kind == "none")).sum() / max(chosen.sum(), 1)
        facts[f"power, {name}"] = chosen[kind == "uniform"].mean()
    for word in ("uniform", "subset", "none"):
        of_kind = called & (kind == word)
        facts[f"carried, {word}"] = (support[of_kind] == "carried_by_few").mean()
    return facts


def shuffle_facts(pool, seed: int, sizes: tuple[int, int], plant: bool) -> dict[str, float]:
    """Hold the calls against those of shuffled labels, with or without planted changes."""
    counts = drawn(pool, seed, *sizes)
    if plant:
        counts, _ = planted(counts, sizes[0], seed)
    model, samples, genes = contrasted(counts, sizes[0])
    asked = {"permutations": SHUFFLES, "seed": seed, "threads": 2}
    shuffles = shuffle_labels(model, CONTRAST, FORMULA, samples, OPTIONS, **asked)
    return verdict_columns(int(genes["significant"].sum()), shuffles)


def coverage(sizes: tuple[int, int], genes: int = 3000, rounds: int = 10) -> float:
    """How often the interval of the area holds that of 1500 samples a side; simulated counts."""
    random = np.random.default_rng(1)
    base = np.exp(random.uniform(1.5, 8, genes))
    dispersion = np.exp(random.normal(-0.7, 0.9, genes))
    effect = np.where(random.random(genes) < 0.4, 0, random.normal(0, 1.5, genes))

    def sample(number, change):
        mean = (base * 2**change)[:, None]
        size = 1 / dispersion[:, None]
        return random.negative_binomial(size, size / (size + mean), (genes, number)).astype(float)

    true = area_under_curve(ranks_of(sample(1500, effect), sample(1500, 0 * effect))).value
    inside = []
    for _ in range(rounds):
        area = area_under_curve(ranks_of(sample(sizes[0], effect), sample(sizes[1], 0 * effect)))
        inside.append((area.lower <= true) & (true <= area.upper))
    return float(np.mean(inside))


def percent(values) -> str:
    """Mean and standard error, as percentages."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    return f"{100 * values.mean():.1f} % ± {100 * values.std(ddof=1) / np.sqrt(len(values)):.1f}"


def main(shared: str, number: str = "10") -> None:
    pool, seeds = tumours(Path(shared)), range(FIRST_SEED, FIRST_SEED + int(number))
    more = range(FIRST_SEED, FIRST_SEED + 4 * int(number))
    rows = []
    for sizes in SIZES:
        facts = pd.DataFrame([support_facts(pool, seed, sizes) for seed in seeds])
        shares = [percent(facts[name]) for name in facts if name not in ("calls", "confirmed")]
        counts = [f"{facts[name].mean():.0f}" for name in ("calls", "confirmed")]
        rows.append([f"{sizes[0]} v {sizes[1]}", *counts, *shares])
        print(rows[-1], flush=True)
    print(markdown(["samples", *facts.columns], rows))
    for plant in (False, True):
        rows = []
        for sizes in ((5, 5), (33, 8)):
            found = pd.DataFrame([shuffle_facts(pool, seed, sizes, plant) for seed in more])
            below = [percent(found["permutation_pvalue"] <= level + 1e-9) for level in LEVELS]
            above = int((found["verdict"] == ABOVE).sum())
            rows.append([f"{sizes[0]} v {sizes[1]}", str(len(found)), *below, str(above)])
            print(rows[-1], flush=True)
        print(markdown(["samples", "runs", *(f"p <= {x}" for x in LEVELS), "above chance"], rows))
    areas = [[f"{m} v {n}", f"{100 * coverage((m, n)):.1f} %"] for m, n in ((3, 3), *SIZES)]
    print(markdown(["samples", "interval holds the true area"], areas))


if __name__ == "__main__":
    main(*sys.argv[1:])
