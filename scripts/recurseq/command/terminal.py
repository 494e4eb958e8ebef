"""What the commands print: coloured on a terminal, plain and one line per row elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def console(*, error: bool = False) -> Console:
    """Return a console on the present standard output, or on standard error."""
    return Console(stderr=error, soft_wrap=True, highlight=False, markup=False, emoji=False)


def asks() -> bool:
    """Whether there is somebody to answer a question."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def printable(text: object) -> str:
    """Replace characters that would move the cursor or change the colours of a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in str(text))


def say(text: object = "", style: str = "") -> None:
    """Print a paragraph; a terminal breaks it between words, elsewhere it is one line."""
    screen = console()
    screen.print(Text(printable(text), style), soft_wrap=not screen.is_terminal)


def say_whole(text: object, style: str = "") -> None:
    """Print a line that can be copied: it is never broken."""
    console().print(Text(printable(text), style))


def complain(text: object) -> None:
    """Print what the user has to mend on standard error."""
    console(error=True).print(Text(printable(text), "red"))


def heading(text: str) -> None:
    """Print the title of a part."""
    say()
    say(text, "bold")


def show_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows of cells under a header.

    A terminal gets a table that fits its width; a file or pipe gets aligned columns, two spaces
    apart and never wrapped, so that one line is one row.
    """
    cells = [[printable(cell).replace("\n", " ") for cell in row] for row in rows]
    screen = console()
    if screen.is_terminal:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in header:
            table.add_column(title, overflow="fold")
        for row in cells:
            table.add_row(*map(Text, row))
        screen.print(table)
        return
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for row in [list(header), *cells]:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        screen.print(Text("  ".join(padded).rstrip()))
