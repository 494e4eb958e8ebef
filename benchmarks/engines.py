"""Time the engine beside R DESeq2, PyDESeq2, InMoose, limma-voom and edgeR; compare the answers.

`make bench` runs this and writes docs/benchmarks.md. Every engine is a process of its own on the
same files, in the same run; it fits a model with dispersions and outlier replacement, tests one
contrast and adjusts the p-values. The page says which engines are not installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from page import write_page
from processes import Run, run
from studies import QUESTIONS, Question

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
BENCH_VENV = REPOSITORY / ".bench-venv"
SHORT = 60.0  # seconds; shorter runs are repeated
OURS, REFERENCE = "recurseq, 2 threads", "R DESeq2"
FIRST_RUN = "recurseq, first run on a machine"


@dataclass(frozen=True)
class Engine:
    """How an engine is called, and why it cannot be, if so."""

    name: str
    command: tuple[str, ...]
    absent: str = ""
    workers: tuple[str, ...] = ()
    compiles: bool = False  # nothing compiled before is used


@dataclass
class Measured:
    """What the runs of one engine on one study gave."""

    engine: str
    seconds: list[float] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    outcome: str = ""
    version: str = ""
    results: pd.DataFrame | None = None
    size_factors: pd.Series | None = None


def engines() -> list[Engine]:
    """List the engines, absent ones included."""
    peers = HERE / "peers"
    rscript = shutil.which("Rscript") or ""
    no_r, no_edger = (
        "" if rscript and _has(package, rscript) else f"no Rscript with {package} on the PATH"
        for package in ("DESeq2", "edgeR")
    )
    inmoose = BENCH_VENV / "bin" / "python"
    no_inmoose = "" if inmoose.exists() else "not installed (it needs a C++ compiler)"
    r, limma = ((rscript, str(peers / f"{name}_engine.R")) for name in ("deseq2", "limma"))
    ours = (sys.executable, str(peers / "recurseq_engine.py"))
    return [
        Engine(OURS, ours),
        Engine(FIRST_RUN, ours, compiles=True),
        Engine(REFERENCE, r, no_r, ("1",)),
        Engine("R DESeq2, 2 workers", r, no_r, ("2",)),
        Engine("PyDESeq2, 2 workers", (sys.executable, str(peers / "pydeseq2_engine.py"))),
        Engine("InMoose", (str(inmoose), str(peers / "inmoose_engine.py")), no_inmoose),
        Engine("R limma-voom", limma, no_edger, ("voom",)),
        Engine("R edgeR quasi-likelihood", limma, no_edger, ("edger",)),
    ]


def _has(package: str, rscript: str) -> bool:
    command = [rscript, "-e", f"packageVersion('{package}')"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def airway_file() -> Path | None:
    """Find the counts of the airway study in the benchmark's InMoose."""
    found = BENCH_VENV.glob("lib*/python3*/site-packages/inmoose/data/airway/airway.h5ad")
    return next(iter(sorted(found)), None)


def measure(
    study: Path, question: Question, chosen: Sequence[Engine], limit: float, repetitions: int
) -> list[Measured]:
    """Run the engines in turn, then the quick ones again, so that all share the machine's mood."""
    measured = [Measured(engine.name, outcome=engine.absent) for engine in chosen]
    for repetition in range(repetitions):
        for engine, record in zip(chosen, measured, strict=True):
            long = record.seconds and record.runs[0].wall > SHORT
            if record.outcome or long:
                continue
            once(study, question, engine, record, limit)
            print(f"  {engine.name}, run {repetition + 1}: {progress(record)}", flush=True)
    return measured


def progress(record: Measured) -> str:
    if record.outcome:
        return " ".join([record.outcome, record.runs[-1].message if record.runs else ""])
    return f"{record.seconds[-1]:.1f} s, {record.runs[-1].memory / 2**20:.0f} MiB"


def once(study: Path, question: Question, engine: Engine, record: Measured, limit: float) -> None:
    """Run an engine once and add to its record."""
    asked = [question.formula, question.factor, question.numerator, question.denominator]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        command = [*engine.command, str(study), *asked, folder, *engine.workers]
        kept = {"NUMBA_CACHE_DIR": folder} if engine.compiles else {}
        record.runs.append(run(command, environment() | kept, limit))
        record.outcome = record.runs[-1].outcome
        if record.outcome:
            return
        record.seconds.append(float((output / "seconds.txt").read_text(encoding="utf-8")))
        record.version = (output / "version.txt").read_text(encoding="utf-8").strip()
        record.results = pd.read_csv(output / "results.tsv", sep="\t", index_col=0)
        factors = pd.read_csv(output / "size_factors.tsv", sep="\t", index_col=0)
        record.size_factors = factors["size_factor"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts"), "PYTHONWARNINGS": "ignore"}


def summary(measured: Sequence[Measured]) -> pd.DataFrame:
    """One row per engine: medians, ratios to ours, agreement with R."""
    return pd.DataFrame([_row(record, measured) for record in measured])


def _row(record: Measured, measured: Sequence[Measured]) -> dict[str, object]:
    row: dict[str, object] = {"engine": record.engine, "outcome": record.outcome}
    if record.outcome:
        return row
    ours = next(one for one in measured if one.engine == OURS)
    seconds = statistics.median(record.seconds)
    row |= {
        "runs": len(record.seconds),
        "seconds": seconds,
        "wall": statistics.median(one.wall for one in record.runs),
        "memory": statistics.median(one.memory for one in record.runs) / 2**20,
        "called": int((record.results["padj"] < 0.05).sum()),
    }
    if not ours.outcome:
        row["ratio"] = seconds / statistics.median(ours.seconds)
        row["wall_ratio"] = row["wall"] / statistics.median(one.wall for one in ours.runs)
    reference = next((one for one in measured if one.engine == REFERENCE), None)
    if reference is not None and not reference.outcome:
        row |= agreement(record, reference)
    return row


def agreement(record: Measured, reference: Measured) -> dict[str, float]:
    """Overlap of the called genes and largest relative difference of a size factor."""
    one, other = (set(x.results.index[x.results["padj"] < 0.05]) for x in (record, reference))
    factors = record.size_factors.reindex(reference.size_factors.index)
    difference = (factors / reference.size_factors - 1).abs().max()
    return {"jaccard": len(one & other) / max(len(one | other), 1), "size_factors": difference}


def load() -> str:
    if not hasattr(os, "getloadavg"):
        return "unknown"
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", nargs="+", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--engines", nargs="+", help="names, when not all are wanted")
    parser.add_argument("--limit", type=float, default=20, help="minutes a run may take")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of the quick engines")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "docs" / "benchmarks.md")
    arguments = parser.parse_args()
    tables, versions, before = {}, set(), load()
    arguments.output.parent.mkdir(exist_ok=True)
    for name in arguments.studies:
        question, h5ad = QUESTIONS[name], airway_file()
        if name == "airway" and h5ad is None:
            print("airway is left out: its counts come with InMoose, which is not installed")
            continue
        print(question.title, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, str(HERE / "studies.py"), name, folder]
            extra = [str(h5ad)] if name == "airway" else []
            subprocess.run([*command, *extra], env=environment(), check=True)
            limit, wanted = arguments.limit * 60, arguments.engines
            chosen = [engine for engine in engines() if not wanted or engine.name in wanted]
            if not tables:  # unmeasured: from now on the compiled loops are on disk
                once(Path(folder), question, chosen[0], Measured("warm"), limit)
            measured = measure(Path(folder), question, chosen, limit, arguments.repetitions)
        tables[question] = summary(measured)
        versions |= {record.version for record in measured if record.version} - {"recurseq"}
        arguments.output.write_text(
            write_page(tables, sorted(versions), (before, load())), encoding="utf-8"
        )
    print(arguments.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
