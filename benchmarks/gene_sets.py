"""Try the tests of gene sets on shuffled labels, random and planted sets, for docs/evidence.md.

    PYTHONPATH=scripts:tests python benchmarks/gene_sets.py <folder with data/> [runs]

Some minutes. Real tumours (TCGA-LIHC) and the Hallmark collection; statistics are limma-voom's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from reliability import table as markdown

from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.gene_sets import name_genes, read_gene_sets
from recurseq.deseq.normalization import normalize
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.enrichment.prerank import prerank
from recurseq.limma import gene_set_tests, voom_contrast
from recurseq.stats.adjust import benjamini_hochberg

FORMULA = parse_formula("~ group")
TESTS = ("competitive", "camera", "fry")
COLUMNS = ("preranked GSEA", *TESTS)
ALPHA, FEWEST = 0.05, 15
RANDOM_SETS = 200
PLANTED_SETS = 5
CHANGES = ((0.5, 1.0), (1.0, 1.0), (1.0, 1 / 3))  # log2, share of the set's genes


class Cohort:
    """Counts of TCGA-LIHC by gene symbol, samples x genes, and its sheet."""

    def __init__(self, shared: Path):
        folder = shared / "data" / "tcga_lihc"
        self.samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)
        counts = pd.read_csv(folder / "counts.tsv.gz", sep="\t", index_col=0)[self.samples.index]
        counts = counts[(counts >= 10).sum(axis=1) >= 8]
        names = load_annotation("builtin").drop_duplicates("gene_id").set_index("gene_id")
        known = names["gene_name"].reindex(counts.index.str.split(".").str[0]).to_numpy()
        genes = pd.DataFrame({"gene_id": counts.index, "gene_name": known})
        sets = read_gene_sets(shared / "data/gene_sets/h.all.v7.0.symbols.gmt")
        counts.index = name_genes(genes, sets)
        counts = counts[counts.index.notna() & ~counts.index.duplicated()]
        self.counts = counts.T
        self.sets = sets.members(counts.index)

    def of_group(self, *groups: str) -> pd.Index:
        """Return samples of some groups."""
        return self.samples.index[self.samples["group"].isin(groups)]


def compared(counts: pd.DataFrame, above: np.ndarray, sets: dict, gsea: bool = False):
    """Return adjusted p-values of every test, sets x tests, and the p-values themselves."""
    group = np.where(above, "y", "x")
    sheet = pd.DataFrame({"group": pd.Categorical(group, ["x", "y"])}, index=counts.index)
    design = design_matrix(FORMULA, sheet)
    weights = pd.Series([0.0, 1.0], design.columns)
    factors = normalize(counts).size_factors
    genes, fit = voom_contrast(counts, design, factors, weights, keep_residuals=True)
    places = pd.Series(np.arange(len(genes)), genes)
    members = {name: [gene for gene in chosen if gene in places] for name, chosen in sets.items()}
    members = {name: chosen for name, chosen in members.items() if len(chosen) >= FEWEST}
    tests = gene_set_tests(fit, [places[chosen].to_numpy() for chosen in members.values()])
    pvalues = pd.DataFrame({name: getattr(tests, name).pvalue for name in TESTS}, list(members))
    if gsea:
        ranking = pd.Series(fit.statistic, genes).sort_values(ascending=False, kind="stable")
        pvalues.insert(0, COLUMNS[0], prerank(ranking, members, seed=1)["pvalue"])
    return pvalues.apply(benjamini_hochberg), pvalues


def shuffled(cohort: Cohort, first: tuple, second: tuple, runs: int) -> pd.DataFrame:
    """Count the sets that each test calls with shuffled labels, runs x tests."""
    samples = [*cohort.of_group(*first), *cohort.of_group(*second)]
    size = len(cohort.of_group(*first))
    rows = []
    for run in range(runs):
        order = np.random.default_rng(run).permutation(samples)
        counts = cohort.counts.loc[order]
        adjusted, _ = compared(counts, np.arange(len(order)) < size, cohort.sets, gsea=True)
        rows.append((adjusted < ALPHA).sum())
    return pd.DataFrame(rows)[list(COLUMNS)]


def random_sets(cohort: Cohort) -> pd.Series:
    """Share of random sets with a p-value below 0.05, tumours against normal liver."""
    random = np.random.default_rng(1)
    sizes = [len(genes) for genes in cohort.sets.values()]
    drawn = {
        f"random {i}": random.choice(cohort.counts.columns, random.choice(sizes), replace=False)
        for i in range(RANDOM_SETS)
    }
    above = (cohort.samples["group"] != "normal").to_numpy()
    _, pvalues = compared(cohort.counts, above, drawn, gsea=True)
    return (pvalues < ALPHA).mean()[list(COLUMNS)]


def planted(cohort: Cohort, sizes: tuple[int, int], change: float, share: float, run: int):
    """Share of planted sets found, and of the others called, in random groups of tumours.

    The others are the sets of which the planted genes are less than a tenth.
    """
    random = np.random.default_rng(run)
    tumours = cohort.samples.index[cohort.samples["group"] != "normal"]
    order = random.choice(tumours, sum(sizes), replace=False)
    above = np.arange(len(order)) < sizes[0]
    chosen = random.choice(list(cohort.sets), PLANTED_SETS, replace=False)
    counts, changed = cohort.counts.loc[order].copy(), set()
    for name in chosen:
        members = cohort.sets[name]
        genes = random.choice(members, round(share * len(members)), replace=False)
        fresh = [gene for gene in genes if gene not in changed]
        side = above if random.random() < 0.5 else ~above
        rows, columns = np.flatnonzero(side), counts.columns.get_indexer(fresh)
        values = counts.to_numpy()
        values[np.ix_(rows, columns)] = random.binomial(values[np.ix_(rows, columns)], 2.0**-change)
        counts = pd.DataFrame(values, counts.index, counts.columns)
        changed |= set(fresh)
    called = compared(counts, above, cohort.sets)[0] < ALPHA
    others = [n for n, genes in cohort.sets.items() if len(changed & set(genes)) < len(genes) / 10]
    return pd.DataFrame(
        {"found": called.reindex(chosen).mean(), "others": called.reindex(others).mean()}
    ).stack()


def main(shared: str, number: str = "25") -> None:
    cohort, runs = Cohort(Path(shared)), int(number)
    rows = []
    for title, sides in {
        "early v no recurrence": (("early_recurrence",), ("no_recurrence",)),
        "no recurrence v normal": (("no_recurrence",), ("normal",)),
    }.items():
        sets = shuffled(cohort, *sides, runs)
        cells = [
            f"{sets[n].median():.0f} ({(sets[n] > 1).mean():.0%}, {sets[n].max()})" for n in sets
        ]
        rows.append([title, *cells])
        print(rows[-1], flush=True)
    print(markdown(["shuffled: median (runs with more than 1, most)", *COLUMNS], rows))
    shares = [f"{share:.0%}" for share in random_sets(cohort)]
    print(markdown(["random sets with p < 0.05", *COLUMNS], [["tumour v normal", *shares]]))
    rows = []
    for sizes in ((11, 10), (33, 8), (40, 39)):
        for change, share in CHANGES:
            found = pd.DataFrame(
                [planted(cohort, sizes, change, share, 100 + run) for run in range(runs)]
            ).mean()
            cells = [f"{found[name, 'found']:.0%} ({found[name, 'others']:.1%})" for name in TESTS]
            rows.append([f"{sizes[0]} v {sizes[1]}", f"{share:.0%} by {change}", *cells])
            print(rows[-1], flush=True)
    print(markdown(["samples", "planted genes, log2", *TESTS], rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
