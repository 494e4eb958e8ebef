"""What of a study can be sent to others, as one zip file: nothing in it is of single patients."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from recurseq.base.whole_file import whole_file
from recurseq.report.results import PAGE, PROVENANCE, WORKBOOK, Results
from recurseq.risk.files import CARD, MODEL

# Folder within the archive, and a file that says what is there and what is not.
TOP, GUIDE = "report", "READ_ME.txt"
# The first date that a zip file can hold: the same results give the same bytes.
DATE = (1980, 1, 1, 0, 0, 0)
# Their bytes are packed already.
PACKED = {".png", ".xlsx"}
READ_ME = """\
{title}
{simulated}
Open {page} in a browser; its links lead to the tables and figures in this folder.
{workbook} holds the tables for a spreadsheet program, {provenance} what they were made from.

Left out, because they hold rows, times or values of single patients, or the sheet of the
samples; links to them lead nowhere:
{left_out}
"""


def packaged_files(results: Results) -> list[Path]:
    """List the files that may be sent, each once, in the order of their names.

    Of tables and figures those of the registries, without tables marked ``patients: true``; page,
    workbook, provenance, numbers and cards of risk models. Whatever else lies in the folder stays
    there, such as the h5ad files, which hold the sample sheet.

    Returns
    -------
    list of pathlib.Path
        Paths below the results folder.
    """
    tables = [Path(file.path) for file in results.files() if not file.table.patients]
    figures = [
        path.relative_to(results.folder) for one in results.all_figures for path in one.files
    ]
    risks = [
        Path(file.format(risk_model=name))
        for name in results.study.wildcards["risk_model"]
        for file in (MODEL, CARD)
    ]
    others = [PAGE, WORKBOOK, PROVENANCE, *risks]
    return sorted(
        {*tables, *figures, *(path for path in others if (results.folder / path).is_file())}
    )


def write_package(results: Results, path: str | Path) -> None:
    """Write report, workbook, provenance, tables and figures as a zip file.

    The same results give the same bytes.

    Parameters
    ----------
    results
        A finished study.
    path
        The file; it has its name when all of it is on the disk.
    """
    with whole_file(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        _add(archive, GUIDE, _guide(results).encode())
        for file in packaged_files(results):
            _add(archive, file.as_posix(), (results.folder / file).read_bytes())


def _guide(results: Results) -> str:
    kept_back = [file.path for file in results.files() if file.table.patients]
    return READ_ME.format(
        title=results.study.title,
        simulated="Simulated data: no patient is behind these numbers.\n"
        if results.study.simulated
        else "",
        page=PAGE.as_posix(),
        workbook=WORKBOOK.as_posix(),
        provenance=PROVENANCE.as_posix(),
        left_out=_lines([*_h5ad_files(results.folder), *kept_back]),
    )


def _h5ad_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.h5ad"))


def _lines(names: Iterable[str]) -> str:
    return "\n".join(f"- {name}" for name in names) or "- nothing"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(f"{TOP}/{name}", DATE)
    entry.compress_type = (
        zipfile.ZIP_STORED if Path(name).suffix in PACKED else zipfile.ZIP_DEFLATED
    )
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # Unix, wherever it is written
    archive.writestr(entry, content)
