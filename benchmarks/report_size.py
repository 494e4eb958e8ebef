"""What a report's bytes are made of, a section a line: figures, the explorer's data, all else.

Run by hand: .venv/bin/python benchmarks/report_size.py results/report/report.html
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SECTION = re.compile(r'<section id="([^"]+)".*?</section>', re.DOTALL)
FIGURE = re.compile(r'"data:image/[^"]*"')
DATA = re.compile(r'<template id="gene-data">.*?</template>', re.DOTALL)


def parts(text: str) -> tuple[int, int, int, int]:
    """Figures, their bytes, those of the explorer's data, and all other bytes."""
    figures = FIGURE.findall(text)
    drawn, data = sum(map(len, figures)), sum(map(len, DATA.findall(text)))
    return len(figures), drawn, data, len(text.encode("utf-8")) - drawn - data


def main() -> None:
    """Print the table, the largest section first."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    rows = {found[1]: parts(found[0]) for found in SECTION.finditer(text)}
    rows["script, style, glossary"] = parts(SECTION.sub("", text))
    print(f"{'section':24}{'figures':>8}{'bytes':>12}{'data':>12}{'other':>12}")
    for name, row in [
        *sorted(rows.items(), key=lambda one: -sum(one[1][1:])),
        ("all", parts(text)),
    ]:
        print(f"{name:24}{row[0]:>8}" + "".join(f"{size:>12,}" for size in row[1:]))


if __name__ == "__main__":
    main()
