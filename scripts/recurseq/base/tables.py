"""The registry of result tables: where each lies, what its columns mean, how it is written.

The entries are data (the files of `REGISTRY`). Targets of the workflow, sheets of
the workbook, the plan of ``recurseq check``, the report and ``docs/outputs.md`` are made from them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.places import read_shipped
from recurseq.base.registry import study_files, wildcards_in
from recurseq.base.whole_file import write_whole

REGISTRY = (
    *("tables.yaml", "tables_meaning.yaml", "tables_quality.yaml", "tables_clinical.yaml"),
    *("tables_risk.yaml", "tables_performance.yaml", "tables_strata.yaml"),
    *("tables_benefit.yaml", "tables_multiqc.yaml"),
)
MISSING = "NA"
NUMBERS = ("number", "pvalue")  # kinds
COMMENT = "#"
SIGNIFICANT_DIGITS = 10
ANY = "any"
_FILLED = re.compile(r"[0-9.]+")
_NAMED = re.compile(r".+")
NAMES = ("contrast",)  # in the name of a column these stand for a name, others for a number
_BREAKS = re.compile(r"[\t\r\n]+")  # other spaces belong to a name and stay


@dataclass(frozen=True)
class Column:
    """One column: name, kind (text, integer, number, pvalue, boolean, list) and meaning."""

    name: str
    kind: str
    description: str

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for several columns, such as ``rmst_{t}`` or ``NES_{contrast}``."""
        return "{" in self.name

    def fits(self, name: str) -> bool:
        """Whether a column of a file is one of those that the pattern stands for."""
        before, _, rest = self.name.partition("{")
        stands_for, _, after = rest.partition("}")
        middle = name[len(before) : len(name) - len(after)]
        filled = _NAMED if stands_for in NAMES else _FILLED
        return name == before + middle + after and filled.fullmatch(middle) is not None


@dataclass(frozen=True)
class Table:
    """One entry of the registry.

    Attributes
    ----------
    name
        Short name, by which everything asks for the table.
    title, description
        For people.
    file
        Path below the results folder, with wildcards in braces.
    rule
        Rule of the workflow that makes it.
    sheet
        Title of its sheet in the workbook, with wildcards; empty for a table without a sheet.
    columns
        What is described, in order.
    when
        Condition under which a study has it (`recurseq.study.Study.parts`); empty for always.
    open
        Whether further columns follow the described ones: True for numbers, ``any`` for others
        too, which are read as text.
    result
        Whether it lies in the results folder.
    patients
        Whether it holds rows, times or values of single patients, which never leave its file.
    """

    name: str
    title: str
    file: str
    description: str
    rule: str
    columns: tuple[Column, ...]
    sheet: str = ""
    when: str = ""
    open: bool | str = False
    result: bool = True
    patients: bool = False

    @property
    def names(self) -> list[str]:
        """Names of the described columns, in order."""
        return [column.name for column in self.columns]

    @property
    def kinds(self) -> dict[str, str]:
        """Kind of each described column."""
        return {column.name: column.kind for column in self.columns}

    def kind(self, name: str) -> str:
        """Return the kind of a column of the file, by its description."""
        described = self.description_of(name)
        return described.kind if described else ("any" if self.open == ANY else "number")

    def description_of(self, name: str) -> Column | None:
        """Return what describes a column of the file; None for one of the further columns.

        A described name with a brace, such as ``rmst_{t}``, stands for any number of columns.
        """
        exact = next((column for column in self.columns if column.name == name), None)
        return exact or next((c for c in self.columns if c.is_pattern and c.fits(name)), None)

    def fits(self, names: Sequence[str]) -> bool:
        """Whether the columns of a frame are those described, in their order."""
        found = [self.description_of(name) for name in names]
        known = [column for column in found if column is not None]
        if len(known) < len(found) and (not self.open or None in found[: len(known)]):
            return False
        single = [column for column in self.columns if not column.is_pattern]
        if [column for column in known if not column.is_pattern] != single:
            return False
        seen = 0
        for column in known:  # those of a pattern stand where the pattern stands
            before = self.columns[: self.columns.index(column)]
            if column.is_pattern and seen != sum(not one.is_pattern for one in before):
                return False
            seen += not column.is_pattern
        return True


@dataclass(frozen=True)
class TableFile:
    """One file of a study: its table, its path below the results folder, and its wildcards."""

    table: Table
    path: str
    wildcards: Mapping[str, str] = field(default_factory=dict)

    @property
    def sheet(self) -> str:
        """Title of its sheet in the workbook; empty when it has none."""
        return self.table.sheet.format(**self.wildcards)

    @property
    def is_clinical(self) -> bool:
        """Whether it is about patients: its numbers do not come from the model of the counts."""
        return self.path.startswith(("clinical/", "risk/"))


@cache
def all_tables() -> dict[str, Table]:
    """Return every entry of the registry, keyed by its short name, in reading order."""
    return {name: table for file in REGISTRY for name, table in _tables_in(file).items()}


@cache
def _tables_in(file: str) -> dict[str, Table]:
    entries = read_shipped(Path(__file__).parent / file)
    return {name: _table(name, entry) for name, entry in entries.items()}


def _table(name: str, entry: dict) -> Table:
    columns = tuple(Column(key, kind, text) for key, (kind, text) in entry["columns"].items())
    return Table(name=name, **{**entry, "columns": columns})


def study_tables(parts: Collection[str], wildcards: Mapping[str, Sequence[str]]) -> list[TableFile]:
    """List the files of every result table of a study, in reading order.

    Parameters
    ----------
    parts
        Conditions that the study meets.
    wildcards
        Values of the wildcards: contrasts, collections.
    """
    results = (table for table in all_tables().values() if table.result)
    return [TableFile(*file) for file in study_files(results, parts, wildcards)]


def describe(table: str) -> Table:
    """Return the description of one table.

    Raises
    ------
    KeyError
        When no table has this name.
    """
    for file in REGISTRY:  # a job asks for few tables, and reads no file after the one they are in
        if table in _tables_in(file):
            return _tables_in(file)[table]
    raise KeyError(table)


def put_together(parts: Iterable[pd.DataFrame], table: str) -> pd.DataFrame:
    """Put parts of a table together, in its columns; without rows where no part has any."""
    names = describe(table).names
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True)[names] if filled else pd.DataFrame(columns=names)


def write_table(frame: pd.DataFrame, path: str | Path, table: str, header: str = "") -> None:
    """Write a result table as TSV: UTF-8, unix line endings, ``NA``, 10 significant digits.

    Parameters
    ----------
    frame
        The columns of `table`, in its order. The index is not written.
    path
        Target; it appears under its name only when complete.
    table
        Name of the table in ``tables.yaml``.
    header
        Lines for another program, which stand as comments before the names of the columns.

    Raises
    ------
    ValueError
        When the columns are not those described.
    """
    described = describe(table)
    names = list(frame.columns)
    if not described.fits(names):
        raise ValueError(f"table {table}: columns {names}, described are {described.names}")
    cells = pd.DataFrame(
        {name: _as_text(frame[name], described.kind(name)) for name in names}, columns=names
    )
    # No quoting: cells are cleaned of tabs and line endings, so R, Excel and awk read it alike.
    lines = [
        *(f"{COMMENT} {line}" for line in header.splitlines()),
        "\t".join(names),
        *("\t".join(row) for row in cells.itertuples(index=False, name=None)),
    ]
    write_whole("\n".join(lines) + "\n", path)


def _as_text(values: pd.Series, kind: str) -> list[str]:
    """Format one column; a missing value is NA whatever the kind."""
    missing = values.isna().to_numpy()
    if kind == ANY:
        kind = "number" if pd.api.types.is_float_dtype(values) else "text"
    if kind == "boolean":
        texts = ["TRUE" if value else "FALSE" for value in values.where(~missing, False)]
    elif kind == "integer":
        texts = [str(int(value)) for value in values.where(~missing, 0)]
    elif kind in NUMBERS:
        texts = [_number(value) for value in values.to_numpy(dtype=float, na_value=np.nan)]
    else:
        texts = [_BREAKS.sub(" ", str(value)) for value in values]
    return [MISSING if gone else text for text, gone in zip(texts, missing, strict=True)]


def _number(value: float) -> str:
    return f"{value + 0.0:.{SIGNIFICANT_DIGITS}g}"  # + 0.0 turns -0 into 0


def read_table(path: str | Path, table: str) -> pd.DataFrame:
    """Read a table written by `write_table`, each column typed by its kind.

    Text stays text (a gene called ``NAN`` or ``1-Mar`` is kept); only ``NA`` is missing.
    """
    described = describe(table)
    with Path(path).open(encoding="utf-8") as lines:
        header = sum(1 for _ in takewhile(lambda line: line.startswith(COMMENT), lines))
    plain = {"sep": "\t", "keep_default_na": False, "quoting": 3, "skiprows": header}
    names = pd.read_csv(path, dtype=str, nrows=0, **plain).columns
    kinds = {name: described.kind(str(name)) for name in names}
    numbers = [name for name, kind in kinds.items() if kind in NUMBERS]
    frame = pd.read_csv(
        path,
        dtype={name: float if name in numbers else str for name in names},
        na_values={name: [MISSING] for name in numbers},
        float_precision="round_trip",  # as Python reads it
        **plain,
    )
    others = {
        name: _typed(frame[name], kind) for name, kind in kinds.items() if kind not in NUMBERS
    }
    return frame.assign(**others)


def write_tables(
    frames: Mapping[str, pd.DataFrame], files: Mapping[str, Sequence[str]], number: int
) -> None:
    """Write tables that one job makes for many names.

    Parameters
    ----------
    frames
        Name of a table to what is written.
    files
        Name of a table to its files, in the order of the names.
    number
        Place of the name among them.
    """
    for table, frame in frames.items():
        write_table(frame, files[table][number], table)


def read_tables(
    files: Mapping[str, Sequence[str]], names: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, pd.DataFrame]]:
    """Read all files of tables that exist for many names.

    Parameters
    ----------
    files
        Name of a table to its files, in the order of the names.
    names
        What the wildcards of their paths stand for.

    Returns
    -------
    dict
        Table and name to what was read.
    """
    read = {}
    for table, paths in files.items():
        (wildcard,) = wildcards_in(describe(table).file)
        pairs = zip(names[wildcard], paths, strict=True)
        read[table] = {name: read_table(path, table) for name, path in pairs}
    return read


def _typed(values: pd.Series, kind: str) -> pd.Series:
    present = values.where(values != MISSING)
    if kind == "boolean":
        return present.map({"TRUE": True, "FALSE": False}).astype("boolean")
    if kind == "integer":
        return present.astype("Int64")
    return present.astype(object)
