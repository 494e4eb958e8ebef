"""Time, memory and files as genes and samples grow; writes docs/scale.md.

Run by hand: PYTHONPATH=scripts .venv/bin/python benchmarks/scale.py [--large]
A fit and one contrast: every size is a process of its own, with two threads. `--large` adds 20,000
genes x 2,000 samples, whole runs of the pipeline, and ways to pack its files.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.deseq import contrast_table, fit
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
SAMPLES = [(5000, 100), (5000, 400), (5000, 1600)]
GENES = [(2500, 200), (5000, 200), (10_000, 200)]
LARGE = (20_000, 2000)
WHOLE = [(20_000, 1000), LARGE]
THREADS = 2
LEVELS = ["normal", "no_recurrence", "early_recurrence"]
QUESTION = {"factor": "group", "numerator": LEVELS[2:], "denominator": LEVELS[1:2]}


def simulated(genes: int, samples: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Negative-binomial counts of three groups; a fifth of the genes differ between them."""
    random = np.random.default_rng(20160901)
    mean = np.exp2(random.uniform(1, 11, genes))
    dispersion = 0.1 + 2 / mean
    change = random.normal(0, 1, (3, genes)) * (np.arange(genes) < genes // 5)
    change[0] = 0
    group = np.arange(samples) % 3
    counts = np.empty((samples, genes), dtype=np.int32)
    for sample in range(samples):
        expected = mean * np.exp2(change[group[sample]] + random.normal(0, 0.4))
        counts[sample] = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * expected))
    names = [f"sample{k:04d}" for k in range(samples)]
    sheet = pd.DataFrame({"group": pd.Categorical.from_codes(group, LEVELS)}, names)
    return pd.DataFrame(counts, names, [f"gene{k:05d}" for k in range(genes)]), sheet


def measure(genes: int, samples: int) -> dict[str, float]:
    """Seconds of the fit and of the contrast (with shrinkage), peak memory in GiB."""
    import recurseq.deseq.engine  # noqa: F401 - the import is not what is timed

    counts, sheet = simulated(genes, samples)
    formula = parse_formula("~ group")
    start = time.perf_counter()
    model = fit(counts, design_matrix(formula, sheet), threads=THREADS)
    fitted = time.perf_counter()
    contrast_table(model, contrast_vector(formula, sheet, QUESTION), threads=THREADS)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"fit": fitted - start, "contrast": ended - fitted, "memory": peak}


def in_own_process(genes: int, samples: int) -> dict[str, float]:
    """Return what `measure` finds in a fresh interpreter."""
    command = [sys.executable, __file__, "--one", str(genes), str(samples)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def rows(sizes: list[tuple[int, int]], found: dict[tuple[int, int], dict]) -> list[str]:
    """Lines of a Markdown table; the last column is constant where time is proportional to size."""
    lines = [
        "| genes | samples | fit (s) | contrast (s) | peak memory (GiB) | µs per count, in all |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for genes, samples in sizes:
        one = found[genes, samples]
        rate = 1e6 * (one["fit"] + one["contrast"]) / (genes * samples)
        lines.append(
            f"| {genes:,} | {samples:,} | {one['fit']:.1f} | {one['contrast']:.1f} "
            f"| {one['memory']:.2f} | {rate:.2f} |"
        )
    return lines


def page(found: dict[tuple[int, int], dict], large: list[str]) -> str:
    """Write the page; `large` are the lines about large studies."""
    lines = [
        "# How time and memory grow",
        "",
        "Written by `benchmarks/scale.py`: simulated counts of three groups, one fit (outliers",
        "replaced) and one contrast (apeGLM shrinkage), two threads, each size in a process of",
        f"its own. {platform.system()} {platform.machine()}, Python {platform.python_version()}.",
        "",
        "## More samples",
        "",
        *rows(SAMPLES, found),
        "",
        "## More genes",
        "",
        *rows(GENES, found),
        "",
    ]
    if LARGE in found:
        lines += ["## A large study", "", *rows([LARGE], found), ""]
    lines += [
        "The engine keeps the counts, one matrix of preliminary means and one of Cook's distances;",
        "everything else exists for one block of genes per thread.",
        "",
        *large,
    ]
    return "\n".join(lines)


def large_studies() -> list[str]:
    """Lines on whole runs of the pipeline and on what they leave on the disk."""
    import disk  # here, so that the memory of one fit is measured without them
    import whole_runs

    runs = {size: whole_runs.run_study(*simulated(*size)) for size in WHOLE}
    packed = disk.measure(simulated(*WHOLE[0])[0])
    return [
        *("## The whole pipeline", "", *whole_runs.lines(runs), ""),
        *("## On the disk", "", *disk.lines(packed, *WHOLE[0]), ""),
    ]


def main() -> None:
    """Measure every size, or one of them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--large", action="store_true", help="add studies of 20,000 genes")
    parser.add_argument("--one", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one)))
        return
    sizes = [*SAMPLES, *GENES, *([LARGE] if options.large else [])]
    found = {size: in_own_process(*size) for size in sizes}
    PAGE.write_text(page(found, large_studies() if options.large else []), encoding="utf-8")


if __name__ == "__main__":
    main()
