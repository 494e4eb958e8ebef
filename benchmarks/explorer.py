"""How large the gene explorer is and how soon it is ready; prints a table for docs/explorer.md.

Run by hand, with pages of finished reports if there are some:

    PYTHONPATH=scripts:tests .venv/bin/python benchmarks/explorer.py [report.html ...]

Studies are simulated straight into what the explorer gets. Each page, and those of libraries beside
it (`explorer_peer`), are opened in a headless Chromium from the disk, in turn, five times; medians
are shown. Ready is when the table, the plots and a gene are shown, after the navigation began.
Processor time is that of the page's process until then: other work on the machine does not lengthen
it as it does the clock's.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from explorer_peer import peer_page

from support.browser import BROWSERS, Browser, program
from support.explorer import explored_study, explorer_page

# Genes, samples, share of the genes in the model.
STUDIES = [(20_000, 50, 1.0), (20_000, 200, 1.0), (60_000, 50, 0.45), (60_000, 200, 0.45),
           (60_000, 50, 1.0), (60_000, 200, 1.0)]  # fmt: skip
WITH_PEERS = {(20_000, 50, 1.0): ("scattergl", "scatter"), (60_000, 50, 0.45): ("scattergl",)}
PEERS = {"scattergl": "Plotly (WebGL), DataTables", "scatter": "Plotly (SVG), DataTables"}
TIMES = 5
READY = "(performance.getEntriesByName('explorer-ready')[0] ?? {}).startTime ?? 0"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
ELEMENTS = "document.querySelectorAll('*').length"
HEADER = (
    "| page | MB | ready, s | times ours | processor, s | load, s | heap, MB | elements |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)


def opened(page: Path) -> dict[str, float]:
    """Open a page in a browser of its own and return what it took."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program(*BROWSERS), Path(profile))
        browser.ask("Performance.enable")
        browser.open(page)
        while not (ready := browser.run(READY)):
            time.sleep(0.02)
        told = {
            one["name"]: one["value"] for one in browser.ask("Performance.getMetrics")["metrics"]
        }
        found = {
            "ready": ready / 1000,
            "processor": told["ProcessTime"],
            "load": browser.run(LOADED) / 1000,
            "heap": told["JSHeapUsedSize"] / 1e6,
            "elements": browser.run(ELEMENTS),
        }
        browser.close()
    return found


def measured(pages: Mapping[str, Path]) -> list[str]:
    """Open pages in turn; lines of the table, the first page being ours."""
    runs = pd.DataFrame(
        {"page": name, **opened(path)} for _ in range(TIMES) for name, path in pages.items()
    )
    medians = runs.groupby("page", sort=False).median()
    ours = medians["ready"].iloc[0]
    return [
        f"| {name} | {pages[name].stat().st_size / 1e6:.2f} | {row.ready:.2f} "
        f"| {row.ready / ours:.1f} | {row.processor:.2f} | {row.load:.2f} | {row.heap:.0f} "
        f"| {row.elements:.0f} |"
        for name, row in medians.iterrows()
    ]


def pages_of(folder: Path, genes: int, samples: int, share: float) -> dict[str, Path]:
    """Write the page of a simulated study, and those of libraries where they are compared."""
    study = explored_study(genes, samples, tested=share)
    ours = f"{genes:,} x {samples}, {share * genes:,.0f} in the model"
    texts = {ours: explorer_page(study)}
    for kind in WITH_PEERS.get((genes, samples, share), ()):
        if text := peer_page(study, kind):
            texts[f"its first contrast, {PEERS[kind]}"] = text
    pages = {}
    for name, text in texts.items():
        pages[name] = folder / f"{len(pages)}.html"
        pages[name].write_text(text, encoding="utf-8")
    return pages


def main() -> None:
    """Measure the reports that are named, then every study, and print a line for each page."""
    print(HEADER)
    for report in map(Path, sys.argv[1:]):
        print(*measured({report.name: report.resolve()}), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for study in STUDIES:
            print(*measured(pages_of(Path(folder), *study)), sep="\n", flush=True)
    print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
