"""Write docs/fidelity.md: how far the engine's numbers are from those of R DESeq2.

    PYTHONPATH=scripts python benchmarks/fidelity.py [<folder>] [--seeds 1 2 3]

The folder holds data/ and reference/ of the real cohorts; without it only the tables of
tests/reference are compared. The random designs need R with DESeq2 here and now.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import random_designs
from cohorts import Comparison, airway_part, empty_groups, read, real, simulated
from designs import KINDS

from recurseq.deseq import Fit
from recurseq.deseq.basis import orthonormal
from recurseq.deseq.design_rows import row_group_numbers

REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE = REPOSITORY / "tests" / "reference"
CALLED = 0.05
# Positive numbers over several decades are compared relative to R's, the others as they are.
RELATIVE = {"size factor", "dispGeneEst", "dispFit", "dispMAP", "dispersion", "lfcSE"}
TESTED = ("log2FoldChange", "lfcSE", "stat", "pvalue", "padj", "pvalueThreshold", "padjThreshold")
APART = 1e-3
RIDGE = 1e-6

INTRODUCTION = """\
# Fidelity: the engine beside R DESeq2

Written by benchmarks/fidelity.py; do not edit. R's tables were made with R 4.2.2 and DESeq2 1.38.3.
Every number of a gene is compared with R's number of the same gene: median, 99 % quantile and
maximum of the absolute difference; *relative* where that is said. *missing agrees* is the share of
genes in which both give a number or both give none. *called alike* is the overlap (Jaccard index)
of the genes with an adjusted p-value below 0.05, with the number of genes called here and in R.
Independent filtering has the same alpha as R's: 0.1 for the cohorts, 0.05 for the others.
The threshold test is against an absolute log2 fold change of 0.5."""

HEADER = "| column | difference | median | 99 % | maximum | missing agrees | called alike |"


def quantities(ours: pd.Series, theirs: pd.Series, name: str) -> list[str]:
    """Cells of one row: kind of difference, median, 99 %, maximum, agreement of missing values."""
    ours = ours.reindex(theirs.index)
    kind = "relative" if name in RELATIVE else "absolute"
    difference = (ours / theirs - 1 if kind == "relative" else ours - theirs).abs()
    numbers = [f"{difference.quantile(q):.1e}" for q in (0.5, 0.99, 1)]
    missing = (ours.isna() == theirs.isna()).mean()
    return [kind, *numbers, f"{100 * missing:.2f} %"]


def called_alike(ours: pd.Series, theirs: pd.Series) -> str:
    """Jaccard index of the called genes, and how many either side calls."""
    one = set(theirs.index[ours.reindex(theirs.index) < CALLED])
    other = set(theirs.index[theirs < CALLED])
    share = len(one & other) / max(len(one | other), 1)
    return f"{share:.4f} ({len(one):,} / {len(other):,})"


def table(found: Comparison) -> str:
    """All rows of a study as a Markdown table."""
    rows = []
    for name, (ours, theirs) in found.columns.items():
        rows.append([name, *quantities(ours, theirs, name), ""])
    for contrast, (ours, theirs) in found.contrasts.items():
        for name in TESTED:
            if name not in ours or name not in theirs:
                continue
            alike = called_alike(ours[name], theirs[name]) if name.startswith("padj") else ""
            rows.append([f"{contrast}: {name}", *quantities(ours[name], theirs[name], name), alike])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([HEADER, "|---|---|---:|---:|---:|---:|---:|", *lines])


def constants(found: Comparison) -> str:
    """Trend and prior variance, one line each."""
    lines = [
        f"- {name}: {ours:.8g}, in R {theirs:.8g} (relative {abs(ours / theirs - 1):.0e})"
        for name, (ours, theirs) in found.constants.items()
    ]
    return "\n".join(lines)


def empty_groups_of(found: Comparison) -> pd.Series:
    """Whether all samples of some design row lack a count of the gene, replaced counts considered.

    Designs without replicated rows of zeros leave this FALSE throughout.
    """
    counts, design = found.fit.fitted_counts, found.fit.design
    group = row_group_numbers(design.round(9))
    if len(np.unique(group)) > len(group) / 2:
        return pd.Series(False, index=counts.columns)
    return (counts.groupby(group).sum() == 0).any()


def far_genes(found: Comparison) -> Iterator[list[str]]:
    """One row per contrast: genes of mean 1 or more whose log2 fold change is off by over 0.001."""
    empty = empty_groups_of(found)
    expressed = found.fit.genes["baseMean"] >= 1
    for contrast, (ours, theirs) in found.contrasts.items():
        if "log2FoldChange" not in theirs:
            continue
        one = ours["log2FoldChange"].reindex(theirs.index)
        compared = expressed.reindex(theirs.index).to_numpy()
        far = theirs.index[((one - theirs["log2FoldChange"]).abs() > APART) & compared]
        alike = sum((ours["padj"].get(g) < CALLED) == (theirs["padj"][g] < CALLED) for g in far)
        yield [
            found.name,
            contrast,
            f"{int(compared.sum()):,}",
            str(len(far)),
            str(int(empty.reindex(far).sum())),
            str(int(alike)),
        ]


def far_table(all_found: list[Comparison]) -> str:
    """Gene-by-gene account of the fold changes that differ."""
    header = (
        "| study | contrast | genes with mean ≥ 1 | off by > 0.001 | with an empty group "
        "| called alike |"
    )
    rows = [row for found in all_found for row in far_genes(found)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([header, "|---|---|---:|---:|---:|---:|", *lines])


def empty_group_share(all_found: list[Comparison]) -> str:
    """Whether fold changes that are off by more than 1 are those of empty groups."""
    large, explained = 0, 0
    for found in all_found:
        empty = empty_groups_of(found)
        for ours, theirs in found.contrasts.values():
            if "log2FoldChange" not in theirs:
                continue
            one = ours["log2FoldChange"].reindex(theirs.index)
            far = theirs.index[(one - theirs["log2FoldChange"]).abs() > 1]
            large += len(far)
            explained += int(empty.reindex(far).sum())
    return (
        f"Fold changes that differ by more than 1: {large}; in {explained} of them a group of the "
        "design has no count at all."
    )


def far_omnibus(all_found: list[Comparison]) -> str:
    """Genes whose likelihood-ratio statistic differs by more than 0.1."""
    lines = [
        "| study | gene | statistic | in R | p-value | in R |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for found in all_found:
        if "likelihood-ratio test" not in found.contrasts:
            continue
        ours, theirs = found.contrasts["likelihood-ratio test"]
        ours = ours.reindex(theirs.index)
        far = (ours["stat"] - theirs["stat"]).abs() > 0.1
        for gene in theirs.index[far]:
            cells = [ours["stat"], theirs["stat"], ours["pvalue"], theirs["pvalue"]]
            numbers = " | ".join(f"{cell[gene]:.4g}" for cell in cells)
            lines.append(f"| {found.name} | {gene} | {numbers} |")
    return "\n".join(lines)


def ridge_table(all_found: list[Comparison]) -> str:
    """Median difference of fold changes as it is, and less the first-order effect of the ridge."""
    lines = ["| study | contrast | median difference | less the ridge |", "|---|---|---:|---:|"]
    for found in all_found:
        for contrast, weights in found.weights.items():
            ours, theirs = found.contrasts[contrast]
            estimate = ours["log2FoldChange"].reindex(found.fit.genes.index)
            difference = estimate - theirs["log2FoldChange"].reindex(estimate.index)
            rest = (difference - ridge_shift(found.fit, weights)).abs().median()
            numbers = f"{difference.abs().median():.1e} | {rest:.1e}"
            lines.append(f"| {found.name} | {contrast} | {numbers} |")
    return "\n".join(lines)


def ridge_shift(fit: Fit, weights: pd.Series) -> np.ndarray:
    """First-order change of c'beta when the ridge moves from the coefficients to the basis.

    A ridge k on coefficients g moves an estimate by -k Sigma g. R's is 1e-6 on the coefficients of
    the design, on the log2 scale; here it is on those of a basis Q with Q'Q = n I.
    """
    ordered = fit.design.sort_index()
    _, back = orthonormal(ordered)
    inverse = np.linalg.inv(back)
    change = RIDGE * (np.eye(len(back)) - inverse.T @ inverse)
    coefficients = fit.coefficients.to_numpy()
    return np.einsum("i,gij,jk,gk->g", weights, fit.covariance, change, coefficients)


def reference_table() -> str:
    """How far two reference levels move a contrast, in R and here, and how near these are."""
    ours, theirs = (
        {level: pair[k] for level, pair in empty_groups(REFERENCE).items()} for k in (0, 1)
    )
    pairs = {
        "two reference levels, R": (theirs["a"], theirs["c"]),
        "two reference levels, here": (ours["a"], ours["c"]),
        "here and R, reference a": (ours["a"], theirs["a"]),
        "here and R, reference c": (ours["c"], theirs["c"]),
    }
    lines = [
        "| compared | fold changes apart by > 0.5 | p-values by a factor > 2 | calls that differ |",
        "|---|---:|---:|---:|",
    ]
    for name, (one, other) in pairs.items():
        moved = (one["log2FoldChange"] - other["log2FoldChange"]).abs() > 0.5
        factor = np.log(one["pvalue"] / other["pvalue"]).abs() > np.log(2)
        calls = (one["padj"] < CALLED) != (other["padj"] < CALLED)
        lines.append(f"| {name} | {moved.sum()} | {factor.sum()} | {calls.sum()} |")
    return "\n".join(lines)


def designs_table(seeds: list[int]) -> str:
    """Table of the random designs, where R is there to answer."""
    if not random_designs.r_is_there():
        return "R with DESeq2 was not there when this page was written."
    return random_designs.table(random_designs.compare(KINDS, seeds))


def null_table(runs: pd.DataFrame) -> str:
    """List what R calls in runs without a true difference."""
    titles = {
        "permuted": "15 against 15 random TCGA-LIHC tumours, 3000 genes",
        "simulated": "10 against 11 samples, 1500 genes simulated from a fitted model",
    }
    lines = [
        "What R calls at padj < 0.05 in seeded runs where nothing differs:",
        "",
        "| data | runs | runs without a call | calls, median | most | p < 0.05 | p < 0.001 |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind, part in runs.groupby("kind"):
        called, shares = part["called"], part[["below_0.05", "below_0.001"]].mean()
        lines.append(
            f"| {titles[kind]} | {len(part)} | {100 * (called == 0).mean():.0f} % "
            f"| {called.median():g} | {called.max()} | {100 * shares.iloc[0]:.1f} % "
            f"| {100 * shares.iloc[1]:.2f} % |"
        )
    return "\n".join(lines)


def page(all_found: list[Comparison], notes: str, designs: str) -> str:
    """Return the whole page as Markdown; `notes` says why what remains remains."""
    parts = [INTRODUCTION]
    for found in all_found:
        samples, genes = found.fit.counts.shape
        title = f"## {found.name}"
        facts = (
            f"`{found.design}`, {genes:,} genes, {samples} samples, {found.residual_df} residual "
            "degrees of freedom."
        )
        parts += [title, facts, constants(found), table(found)]
    filled = notes.replace("{far}", far_table(all_found))
    filled = filled.replace("{empty}", empty_group_share(all_found))
    filled = filled.replace("{ridge}", ridge_table(all_found))
    filled = filled.replace("{null}", null_table(read(REFERENCE / "null.runs.tsv").reset_index()))
    filled = filled.replace("{omnibus}", far_omnibus(all_found))
    filled = filled.replace("{designs}", designs)
    filled = filled.replace("{references}", reference_table())
    return "\n\n".join(part.strip() for part in [*parts, filled] if part.strip()) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="real cohorts and their R tables")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], help="random designs")
    arguments = parser.parse_args()
    found = list(real(arguments.folder)) if arguments.folder else []
    found += [airway_part(REFERENCE), *simulated(REFERENCE)]
    notes = (Path(__file__).with_name("fidelity_notes.md")).read_text(encoding="utf-8")
    output = REPOSITORY / "docs" / "fidelity.md"
    output.parent.mkdir(exist_ok=True)
    with np.errstate(all="ignore"):
        output.write_text(page(found, notes, designs_table(arguments.seeds)), encoding="utf-8")


if __name__ == "__main__":
    main()
