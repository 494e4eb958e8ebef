"""How large the gene explorer is and how soon it is ready; prints a table for docs/report.md.

Run by hand: PYTHONPATH=scripts:tests .venv/bin/python benchmarks/explorer.py
Studies are simulated straight into what the explorer gets; each page is opened several times in a
headless Chromium, from the disk. Ready is when the table, the plots and a gene are shown, after the
navigation began.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from support.browser import BROWSERS, Browser, program
from support.explorer import explored_study, explorer_page

# Genes, samples, share of the genes in the model.
STUDIES = [(20_000, 50, 1.0), (20_000, 200, 1.0), (60_000, 50, 0.45), (60_000, 200, 0.45),
           (60_000, 50, 1.0)]  # fmt: skip
TIMES = 5
READY = "(performance.getEntriesByName('explorer-ready')[0] ?? {}).startTime ?? 0"
HEAP = "performance.memory.usedJSHeapSize / 1e6"
NODES = "document.querySelectorAll('*').length"


def opened(page: Path) -> tuple[float, float, int]:
    """Seconds until the page is ready, megabytes of its heap, elements."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program(*BROWSERS), Path(profile))
        browser.open(page)
        while not (ready := browser.run(READY)):
            time.sleep(0.05)
        found = ready / 1000, browser.run(HEAP), browser.run(NODES)
        browser.close()
    return found


def main() -> None:
    """Measure every study and print one line for each."""
    print("| genes x samples, in the model | page, MB | ready, s | heap, MB | elements |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for genes, samples, share in STUDIES:
            page = Path(folder) / "page.html"
            page.write_text(
                explorer_page(explored_study(genes, samples, tested=share)), encoding="utf-8"
            )
            runs = [opened(page) for _ in range(TIMES)]
            ready, heap, nodes = (median(column) for column in zip(*runs, strict=True))
            name = f"{genes:,} x {samples}, {share * genes:,.0f}"
            size = page.stat().st_size / 1e6
            print(f"| {name} | {size:.2f} | {ready:.2f} | {heap:.0f} | {nodes} |", flush=True)
    print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
