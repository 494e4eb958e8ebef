"""docs/benchmarks.md from the measurements."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import psutil
from studies import Question

HEADER = (
    "| engine | runs | seconds | times ours | process, s | times ours | peak memory, MiB "
    "| padj < 0.05 | Jaccard with R | size factors v R |"
)
EXPLANATION = """\
Every engine is a process of its own and reads the same files, one after another in one run; those
that need less than a minute take turns several times (column runs), and medians are shown.

- **seconds**: fit with dispersions and outlier replacement, one contrast, adjusted p-values; no
  shrinkage. Reading the file and importing packages are not in it, for no engine; importing ours
  means loading its compiled loops, too.
- **first run on a machine**: nothing compiled is there yet. `make install` compiles; where it could
  not, the first process does, and *process* shows what that takes.
- **limma-voom** and **edgeR** are other methods for the same question, with their own size factors
  and their own calls; they show what speed costs elsewhere, not how well DESeq2 is followed.
- **process, s**: the same from the start of the process to its end: imports, reading the text
  table, the answer written. The second *times ours* is about this column.
- **peak memory**: of the process and all its workers together, the reading of the table included.
  Looked at every 50 ms: resident memory of a single process, proportional set size (shared pages
  counted once) of several; not below the peak that the system recorded for the main process.
- **padj < 0.05**: called genes; all engines optimise the independent filter for 0.05.
- **Jaccard with R**, **size factors v R**: overlap of the called genes, and the largest relative
  difference of a size factor.
"""


def write_page(
    tables: Mapping[Question, pd.DataFrame], versions: Sequence[str], load: tuple[str, str]
) -> str:
    """Return the page as Markdown."""
    parts = [
        "# Benchmarks",
        "Written by `make bench` (benchmarks/engines.py); do not edit.",
        machine(versions, load),
        EXPLANATION,
    ]
    for question, table in tables.items():
        asked = (
            f"`{question.formula}`, contrast {question.numerator} v {question.denominator} "
            f"of `{question.factor}`."
        )
        parts += [f"## {question.title[0].upper()}{question.title[1:]}", asked, markdown(table)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def machine(versions: Sequence[str], load: tuple[str, str]) -> str:
    """List what the numbers depend on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas"))
    facts = {
        "Date": f"{datetime.now(UTC):%Y-%m-%d}",
        "Processor": f"{_processor()}, {psutil.cpu_count()} cores visible",
        "Memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "Load before and after": f"{load[0]}, {load[1]} (other work on the machine blurs times)",
        "System": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "Packages": packages,
        "Peers": "; ".join(versions),
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def markdown(table: pd.DataFrame) -> str:
    """One line per engine; those that did not answer say why."""
    columns = HEADER.count("|") - 1
    lines = [HEADER, "|---" + "|---:" * (columns - 1) + "|"]
    for row in table.to_dict("records"):
        if row["outcome"]:
            lines.append(f"| {row['engine']} | {row['outcome']} " + "| " * (columns - 2) + "|")
            continue
        cells = [
            row["engine"],
            str(int(row["runs"])),
            _figures(row["seconds"]),
            _figures(row.get("ratio")),
            _figures(row["wall"]),
            _figures(row.get("wall_ratio")),
            f"{row['memory']:.0f}",
            f"{row['called']:.0f}",
            "" if pd.isna(row.get("jaccard")) else f"{row['jaccard']:.4f}",
            "" if pd.isna(row.get("size_factors")) else f"{row['size_factors']:.0e}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _figures(value: float | None) -> str:
    """Three significant figures, without an exponent."""
    if value is None or pd.isna(value):
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
