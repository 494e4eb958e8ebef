"""How a good study is made a bad one: small changes to its files."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable, Iterable

import pandas as pd
from openpyxl import Workbook

from support.hostile.ground import Ground

Edit = Callable[[Ground], object]


def both(*edits: Edit) -> Edit:
    return lambda ground: [edit(ground) for edit in edits]


def setting(place: str, value: object) -> Edit:
    return lambda ground: ground.set(place, value)


def content(name: str, data: bytes | str) -> Edit:
    return lambda ground: ground.write(name, data)


def in_text(name: str, old: str, new: str) -> Edit:
    """Replace the first occurrence."""

    def edit(ground: Ground) -> None:
        text = ground.text(name)
        assert old in text
        ground.write(name, text.replace(old, new, 1))

    return edit


def recoded(name: str, encode: Callable[[str], bytes]) -> Edit:
    return lambda ground: ground.write(name, encode(ground.text(name)))


def added_line(name: str, line: str | bytes) -> Edit:
    data = line if isinstance(line, bytes) else line.encode("utf-8")
    return lambda ground: ground.write(name, (ground.path / name).read_bytes() + data + b"\n")


def cells(name: str, change: Callable[[pd.DataFrame], object]) -> Edit:
    """Change a TSV as text cells without a header; row 0 is the header."""

    def edit(ground: Ground) -> None:
        path = ground.path / name
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, header=None)
        change(table)
        lines = ["\t".join(row) for row in table.itertuples(index=False, name=None)]
        ground.write(name, "\n".join(lines) + "\n")

    return edit


def cell(name: str, row: int, column: int, value: str) -> Edit:
    def change(table: pd.DataFrame) -> None:
        table.iloc[row, column] = value

    return cells(name, change)


def renamed_sample(old: str, new: str, *, in_sheet: bool = True, in_counts: bool = True) -> Edit:
    files = [name for name, wanted in (("samples.tsv", in_sheet), ("counts.tsv", in_counts))
             if wanted]  # fmt: skip
    return both(*(in_text(name, old, new) for name in files))


def extra_column(name: str, values: str | Iterable[str]) -> Edit:
    """Add a column to the sheet; a single text stands in every row."""

    def change(ground: Ground) -> None:
        header, *rows = ground.text("samples.tsv").rstrip("\n").split("\n")
        column = [values] * len(rows) if isinstance(values, str) else list(values)
        lines = [f"{header}\t{name}", *(f"{r}\t{v}" for r, v in zip(rows, column, strict=True))]
        ground.write("samples.tsv", "\n".join(lines) + "\n")

    return change


def gzipped(name: str, data: bytes | None = None, keep: float = 1.0) -> Edit:
    """Replace a file by its gzipped content under the same name, or by a part of it."""

    def edit(ground: Ground) -> None:
        whole = gzip.compress(data if data is not None else (ground.path / name).read_bytes())
        ground.write(name, whole[: int(len(whole) * keep)])

    return edit


def as_xlsx(
    name: str, source: str, change: Callable[[Workbook], object] = lambda book: None
) -> Edit:
    """Write a TSV of the study as a workbook under any name."""

    def edit(ground: Ground) -> None:
        book = Workbook()
        for line in ground.text(source).rstrip("\n").split("\n"):
            row = [float(c) if c.replace(".", "", 1).isdigit() else c for c in line.split("\t")]
            book.active.append(row)
        change(book)
        book.save(ground.path / name)

    return edit


def in_xlsx(name: str, part: str, change: Callable[[bytes], bytes]) -> Edit:
    """Rewrite one part of a workbook."""

    def edit(ground: Ground) -> None:
        path, target = ground.path / name, io.BytesIO()
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
            for item in old.namelist():
                data = old.read(item)
                new.writestr(item, change(data) if item == part else data)
        path.write_bytes(target.getvalue())

    return edit


def zipped(name: str, parts: dict[str, bytes]) -> Edit:
    def edit(ground: Ground) -> None:
        with zipfile.ZipFile(ground.path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                archive.writestr(part, data)

    return edit


def pipe(name: str) -> Edit:
    def edit(ground: Ground) -> None:
        (ground.path / name).unlink()
        os.mkfifo(ground.path / name)

    return edit


def folder(name: str) -> Edit:
    def edit(ground: Ground) -> None:
        (ground.path / name).unlink()
        (ground.path / name).mkdir()

    return edit


def link(name: str, target: str) -> Edit:
    def edit(ground: Ground) -> None:
        (ground.path / name).unlink()
        (ground.path / name).symlink_to(target)

    return edit
