"""The engine beside R DESeq2 on simulated studies of every kind in `designs`.

    PYTHONPATH=scripts python benchmarks/random_designs.py [--kinds "3 v 3" ...] [--seeds 1 2 3]

Every study is simulated, fitted by R and by this engine, and compared column by column.
`benchmarks/fidelity.py` puts the table into docs/fidelity.md.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from cohorts import compared_samples
from designs import KINDS, Study, simulate

from recurseq.deseq import Fit, Options, contrast_table, fit, omnibus_table
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula

SCRIPT = Path(__file__).with_name("peers") / "random_designs.R"
ALPHA = 0.05
THRESHOLD = 0.5  # log2 fold change, as in the R script
# Relative difference above which a value is counted as off; p-values are by a factor.
DISPERSIONS = {"dispGeneEst": 0.01, "dispFit": 0.01, "dispersion": 0.01}
ESTIMATES = {"log2FoldChange": 1e-3, "lfcSE": 0.01}
UNUSED = 1e-6
P_VALUES = ("pvalue", "pvalueThreshold", "lrtPvalue", "lrtCorrected")
FACTOR = 2.0
TINY = 1e-30  # below it p-values are all the same


@dataclass(frozen=True)
class Compared:
    """One study: our answer beside R's, genes in rows, or why there is none."""

    kind: str
    seed: int
    study: Study
    ours: pd.DataFrame | None = None
    theirs: pd.DataFrame | None = None
    fit: Fit | None = None
    refused: str = ""


def r_is_there() -> bool:
    """Whether Rscript with DESeq2 can be run."""
    if not shutil.which("Rscript"):
        return False
    command = ["Rscript", "-e", "packageVersion('DESeq2')"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def compare(kinds: Iterable[str], seeds: Iterable[int]) -> list[Compared]:
    """Simulate studies, and let R and this engine answer; one R process for all."""
    studies = [(name, seed, simulate(KINDS[name], seed)) for name in kinds for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / f"{k:04d}" for k in range(len(studies))]
        for place, (_, _, study) in zip(places, studies, strict=True):
            place.mkdir()
            write_study(study, place)
        subprocess.run(["Rscript", str(SCRIPT), folder], check=True, capture_output=True)
        return [
            _one(name, seed, study, place)
            for place, (name, seed, study) in zip(places, studies, strict=True)
        ]


def _one(name: str, seed: int, study: Study, place: Path) -> Compared:
    if (place / "error.txt").exists():
        return Compared(name, seed, study, refused=(place / "error.txt").read_text().strip())
    theirs = pd.read_csv(place / "answer.tsv", sep="\t", index_col=0)
    theirs[["log2FoldChange", "lfcSE"]] /= unit_of(study)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        ours, model = answer(study)
    return Compared(name, seed, study, ours.reindex(theirs.index), theirs, model)


def unit_of(study: Study) -> float:
    """Return the standard deviation by which R's covariate was divided."""
    name = study.kind.standardised
    return float(study.samples[name].std()) if name else 1.0


def write_study(study: Study, place: Path) -> None:
    """Write what R reads."""
    kind, samples = study.kind, study.samples.copy()
    asked = {"formula": kind.formula, "reduced": kind.reduced, "method": kind.method}
    for name, values in samples.items():
        if isinstance(values.dtype, pd.CategoricalDtype):
            asked[f"levels_{name}"] = " ".join(values.cat.categories)
    if kind.standardised:
        values = samples[kind.standardised]
        samples[kind.standardised] = (values - values.mean()) / values.std()
    if "factor" in kind.contrast and ":" not in kind.formula and "*" not in kind.formula:
        sides = [kind.contrast["numerator"][0], kind.contrast["denominator"][0]]
        asked["contrast"] = " ".join([kind.contrast["factor"], *sides])
    else:
        weights = contrast_vector(parse_formula(kind.formula), study.samples, kind.contrast)
        asked["weights"] = " ".join(f"{weight:.17g}" for weight in weights)
    if study.size_factors is not None:
        asked["size_factors"] = " ".join(f"{value:.17g}" for value in study.size_factors)
    lines = [f"{key}: {value}" for key, value in asked.items()]
    (place / "question.dcf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    samples.to_csv(place / "samples.tsv", sep="\t")
    study.counts.T.to_csv(place / "counts.tsv", sep="\t", index_label="gene_id")
    if study.lengths is not None:
        study.lengths.T.to_csv(place / "lengths.tsv", sep="\t", index_label="gene_id")


def answer(study: Study) -> tuple[pd.DataFrame, Fit]:
    """Fit a study and answer its questions, in R's columns."""
    kind, formula = study.kind, parse_formula(study.kind.formula)
    model = fit(
        study.counts,
        design_matrix(formula, study.samples),
        size_factors=study.size_factors,
        method=kind.method,
        lengths=study.lengths,
    )
    threshold = THRESHOLD / unit_of(study)
    options = Options(alpha=ALPHA, lfc_threshold=threshold, shrinkage="none")
    weights = contrast_vector(formula, study.samples, kind.contrast)
    compared = compared_samples(study.samples, kind.contrast)
    table = contrast_table(model, weights, options, compared=compared).set_index("gene_id")
    reduced = design_matrix(parse_formula(kind.reduced), study.samples)
    ratio = omnibus_table(model, reduced, options).set_index("gene_id")
    table[["lrtPvalue", "lrtPadj"]] = ratio[["pvalue", "padj"]]
    table[["lrtCorrected", "lrtCorrectedPadj"]] = ratio[["pvalue", "padj"]]
    dispersions = ["dispGeneEst", "dispFit", "dispMAP", "dispersion", "maxCooks", "optimised"]
    return table.join(model.genes[dispersions]), model


def off(found: Compared, column: str) -> pd.Series:
    """Genes whose value is off, those in which only one side has a value included.

    Gene-wise dispersions up to 1e-6 are one and the same: neither engine uses them, and where R
    finds 1.2e-8, the rounding of its log-gamma function speaks.
    """
    ours, theirs = found.ours[column], found.theirs[column]
    if column == "dispGeneEst":
        ours, theirs = ours.clip(lower=UNUSED), theirs.clip(lower=UNUSED)
    if column in P_VALUES:
        far = np.log(ours.clip(lower=TINY) / theirs.clip(lower=TINY)).abs() > np.log(FACTOR)
    elif column == "log2FoldChange":
        far = (ours - theirs).abs() * unit_of(found.study) > ESTIMATES[column]
    else:
        far = (ours / theirs - 1).abs() > (DISPERSIONS | ESTIMATES)[column]
    return far | (ours.isna() != theirs.isna())


def called(answer: pd.DataFrame, column: str) -> set[str]:
    return set(answer.index[answer[column] < ALPHA])


COLUMNS = (*DISPERSIONS, *ESTIMATES, *P_VALUES)
CALLS = ("padj", "padjThreshold", "lrtCorrectedPadj")


def table(results: Iterable[Compared]) -> str:
    """One row for each kind: how many values are off in each column, and calls that differ."""
    header = ["kind", "design", "studies", "genes", *COLUMNS, *CALLS]
    lines = [_row(header), _row(["---", "---", *["---:"] * (len(header) - 2)])]
    by_kind: dict[str, list[Compared]] = {}
    for found in results:
        by_kind.setdefault(found.kind, []).append(found)
    for kind, studies in by_kind.items():
        answered = [found for found in studies if not found.refused]
        cells = [kind, f"`{KINDS[kind].formula}`", str(len(answered))]
        if not answered:
            lines.append(_row([*cells, f"R stops: {studies[0].refused}"]))
            continue
        cells.append(f"{sum(len(found.theirs) for found in answered):,}")
        cells += [_number(sum(int(off(f, column).sum()) for f in answered)) for column in COLUMNS]
        cells += [_calls(answered, name) for name in CALLS]
        lines.append(_row(cells))
    return "\n".join(lines)


def _calls(answered: list[Compared], column: str) -> str:
    pairs = [(called(f.ours, column), called(f.theirs, column)) for f in answered]
    ours, theirs = (sum(len(pair[k]) for pair in pairs) for k in (0, 1))
    different = sum(len(one ^ other) for one, other in pairs)
    return f"{ours} / {theirs}" + (f" ({different} differ)" if different else "")


def _number(count: int) -> str:
    return str(count) if count else "·"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def totals(results: Iterable[Compared]) -> Mapping[str, int]:
    """Genes off in each column over all studies."""
    answered = [found for found in results if not found.refused]
    return {column: sum(int(off(f, column).sum()) for f in answered) for column in COLUMNS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    arguments = parser.parse_args()
    results = compare(arguments.kinds, arguments.seeds)
    print(table(results))
    print(totals(results))


if __name__ == "__main__":
    main()
