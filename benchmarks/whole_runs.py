"""Runs of the whole pipeline on large simulated studies; a part of docs/scale.md."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from recurseq.cohort.genes.annotation import load_annotation

REPOSITORY = Path(__file__).resolve().parents[1]
FILES = (
    *("counts.tsv", "results/cohort.h5ad", "results/model.h5ad"),
    "results/report/tables.xlsx",
)
CORES = 2
TEXT = [
    "One contrast with its shuffled labels, omnibus test, marker panel, one collection of sets,",
    f"all figures and the report, on {CORES} cores. For each rule, what its log says of wall time",
    "and peak memory.",
]


def run_study(counts: pd.DataFrame, sheet: pd.DataFrame) -> dict[str, object]:
    """Run the pipeline: seconds in all, megabytes of its files, cost of each rule.

    Parameters
    ----------
    counts
        Samples x genes, at most 20,000; they get the names of human genes.
    sheet
        The same samples, with an ordered ``group``.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, counts, sheet)
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile")),
            *("--directory", name, "--configfile", str(folder / "config.yaml")),
            *("--cores", str(CORES)),
        ]
        used, start = _processor(), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds, used = time.perf_counter() - start, _processor() - used
        sizes = {Path(file).name: (folder / file).stat().st_size / 1e6 for file in FILES}
        rules = dict(_cost(log) for log in (folder / "results" / "logs").rglob("*.log"))
    return {"seconds": seconds, "processor": used, "files": sizes, "rules": rules}


def _write(folder: Path, counts: pd.DataFrame, sheet: pd.DataFrame) -> None:
    known = load_annotation("builtin")
    coding = known.loc[known["gene_type"] == "protein_coding", "gene_id"]
    names = coding[coding != ""].drop_duplicates()[: counts.shape[1]]
    counts.T.set_axis(pd.Index(names, name="gene_id")).to_csv(folder / "counts.tsv", sep="\t")
    sheet.rename_axis("sample_id").to_csv(folder / "samples.tsv", sep="\t")
    first, second, third = sheet["group"].cat.categories
    study = {
        "study": {"title": "Simulated counts"},
        "counts": {"path": "counts.tsv"},
        "samples": {"path": "samples.tsv"},
        "genes": {"annotation": "builtin"},
        "design": {"formula": "~ group", "levels": {"group": [first, second, third]}},
        "contrasts": {"one": {"factor": "group", "numerator": third, "denominator": second}},
        "omnibus": {"reduced": "~ 1"},
        "markers": {"panel": "builtin"},
        "enrichment": {"collections": {"liver_cancer": "builtin"}},
    }
    (folder / "config.yaml").write_text(json.dumps(study), encoding="utf-8")  # JSON is YAML


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cost(log: Path) -> tuple[str, tuple[float, float]]:
    """Rule of a log, seconds and peak memory in MB."""
    text = log.read_text(encoding="utf-8")
    patterns = r"^rule: (.*)$", r"^wall time: ([\d.]+) s$", r"^peak memory: (\d+) MB$"
    rule, seconds, memory = (re.search(pattern, text, re.M)[1] for pattern in patterns)
    return rule, (float(seconds), float(memory))


def lines(runs: dict[tuple[int, int], dict]) -> list[str]:
    """Two Markdown tables: whole runs, and their rules, the slowest first."""
    header = " | ".join(f"{genes:,} × {samples:,}" for genes, samples in runs)
    ruler = "|---" + "|---:" * len(runs) + "|"
    values = {
        "from start to end, s": [run["seconds"] for run in runs.values()],
        "processor time, s": [run["processor"] for run in runs.values()],
    }
    for name in (Path(file).name for file in FILES):
        values[f"`{name}`, MB"] = [run["files"][name] for run in runs.values()]
    written = [*TEXT, "", f"| genes × samples | {header} |", ruler]
    for title, numbers in values.items():
        written.append(f"| {title} | " + " | ".join(f"{number:,.0f}" for number in numbers) + " |")
    written += ["", f"| rule | {header} |", ruler]
    slowest = max(runs.values(), key=lambda run: run["seconds"])["rules"]
    for rule in sorted(slowest, key=slowest.get, reverse=True):
        costs = [run["rules"][rule] for run in runs.values()]
        cells = " | ".join(f"{seconds:.0f} s, {memory:,.0f} MB" for seconds, memory in costs)
        written.append(f"| {rule} | {cells} |")
    return written
