"""The page of the documentation that describes every result file, made from the registries.

``python -m recurseq.report.outputs docs/outputs.md`` writes it anew (``make docs``).
"""

from __future__ import annotations

import sys

from recurseq.base.registry import condition_in_words
from recurseq.base.tables import Table, all_tables
from recurseq.base.whole_file import write_whole
from recurseq.figures.registry import FigureEntry, all_figures

FIGURE_FILES = (
    "Each as SVG, PDF and PNG, the PNG with 300 dots per inch at the width of print (85 or 180 mm)."
)

_HEAD = """\
# Result files

Made by `make docs` from the registries `scripts/recurseq/base/tables*.yaml` and
`scripts/recurseq/figures/figures.yaml`; do not edit.

Paths are below `results/` (the truth of the demo lies where `demo.truth` says). Tables are TSV:
UTF-8, unix line endings, a header, `NA` for missing, numbers with ten significant digits. A list is
text joined by `;`. Only the files of `multiqc/` begin with comments, for MultiQC. Other files:
`cohort.h5ad` and `model.h5ad`, `study.h5ad` for scanpy ([scanpy.md](scanpy.md)), `provenance.json`,
and in `report/` the page, the workbook and `report.zip`, the archive for others.

## Tables
"""


def outputs_page() -> str:
    """Write the page as Markdown."""
    tables = [_table(table) for table in all_tables().values()]
    figures = "\n".join(_figure(figure) for figure in all_figures().values())
    head = f"\n## Figures\n\n{FIGURE_FILES}\n\n| file | shows | drawn by |\n|---|---|---|\n"
    return _HEAD + "\n".join(tables) + head + figures + "\n"


def _table(table: Table) -> str:
    only = f" Only {condition_in_words(table.when)}." if table.when else ""
    sheet = f" Sheet `{table.sheet}` of the workbook." if table.sheet else ""
    if table.patients:
        sheet = " Single patients: in no sheet of the workbook and not in `report.zip`."
    further = "\nFurther columns of numbers follow.\n" if table.open else ""
    rows = [f"| `{c.name}` | {c.kind} | {_cell(c.description)} |" for c in table.columns]
    return (
        "\n".join(
            [
                f"\n### {table.title}",
                "",
                f"`{table.file}`, made by `{table.rule}`.{only}{sheet} {table.description}",
                "",
                "| column | kind | meaning |",
                "|---|---|---|",
                *rows,
                further,
            ]
        ).rstrip("\n")
        + "\n"
    )


def _figure(figure: FigureEntry) -> str:
    only = f" (only {condition_in_words(figure.when)})" if figure.when else ""
    return f"| `{figure.file}` | {_cell(figure.title)}{only} | `{figure.rule}` |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_whole(outputs_page(), sys.argv[1])
