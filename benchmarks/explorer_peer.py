"""A page of the same study made with libraries: Plotly's plots and DataTables' table.

What benchmarks/explorer.py holds the report's gene explorer against. One contrast, its six columns
as JSON and no expression: less than the explorer shows. The libraries are those of the packages
plotly and itables in the benchmarks' environment (envs/benchmarks.in), put into the page as its own
script is. Ready is when both plots and the table are drawn.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from recurseq.report.explorer.explored import Explored
from support.paths import REPOSITORY

PACKAGES = REPOSITORY / ".bench-venv/lib"
COLUMNS = ("baseMean", "log2FoldChange", "lfcSE", "pvalue", "padj")
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Genes</title>
<style>{style}</style><script>{plotly}</script></head><body>
<div id="volcano"></div><div id="ma"></div><table id="genes" class="display"></table>
<script type="application/json" id="data">{data}</script>
<script type="module">
import DataTable from "data:text/javascript;base64,{tables}";
const {{ columns, rows }} = JSON.parse(document.getElementById("data").textContent);
const place = Object.fromEntries(columns.map((name, k) => [name, k]));
const of = (name) => rows.map((row) => row[place[name]]);
const names = of("gene");
const marker = {{ size: 3 }};
const size = {{ width: 420, height: 340 }};
const plot = (id, x, y) => Plotly.newPlot(id,
  [{{ type: "{kind}", mode: "markers", x, y, text: names, marker }}], size);
await plot("volcano", of("log2FoldChange"), of("padj").map((p) => -Math.log10(p)));
await plot("ma", of("baseMean").map(Math.log10), of("log2FoldChange"));
const table = document.getElementById("genes");
new DataTable(table, {{ columns: columns.map((title) => ({{ title }})), data: rows,
  deferRender: true, pageLength: 25 }});
performance.mark("explorer-ready");
</script></body></html>
"""


def library(name: str) -> Path | None:
    """Where a file of the benchmarks' environment lies; None where it is not installed."""
    return next(PACKAGES.glob(f"python*/site-packages/{name}"), None)


def peer_page(explored: Explored, kind: str) -> str | None:
    """Return the page; None without the libraries.

    Parameters
    ----------
    explored
        A study; its first contrast is shown.
    kind
        Plotly's name for the plot: ``scattergl`` (WebGL) or ``scatter`` (SVG).
    """
    files = [
        library(name)
        for name in (
            "plotly/package_data/plotly.min.js",
            "itables/html/dt_bundle.js",
            "itables/html/dt_bundle.css",
        )
    ]
    if not all(files):
        return None
    plotly, tables, style = (file.read_text(encoding="utf-8") for file in files)
    genes = explored.contrasts[0].genes[list(COLUMNS)].map(lambda x: float(f"{x:.4g}"))
    genes.insert(0, "gene", explored.genes["gene_name"])
    tested = genes[genes["padj"].notna()]
    data = json.dumps({"columns": list(tested), "rows": tested.to_numpy().tolist()})
    return PAGE.format(
        style=style,
        plotly=plotly.replace("</script", "<\\/script"),
        tables=base64.b64encode(tables.encode("utf-8")).decode("ascii"),
        data=data,
        kind=kind,
    )
