"""What is said when the input is wrong, or when results contradict themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recurseq.base.text import printable

MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Problem:
    """One thing the user has to mend.

    Attributes
    ----------
    where
        File, row, column or configuration key.
    found
        What is there.
    allowed
        What may be there.
    fix
        The likely remedy.
    cells
        Cells of patients that show it. They are told on the terminal and kept out of every file.
    """

    where: str
    found: str
    allowed: str = ""
    fix: str = ""
    cells: str = ""

    def __str__(self) -> str:
        return self.text()

    def text(self, *, cells: bool = True) -> str:
        """Tell the problem, with or without the cells of patients."""
        shown = f" ({printable(self.cells)})" if cells and self.cells else ""
        lines = [f"{printable(self.where)}: {printable(self.found)}{shown}"]
        if self.allowed:
            lines.append(f"   allowed: {printable(self.allowed)}")
        if self.fix:
            lines.append(f"   fix: {printable(self.fix)}")
        return "\n".join(lines)


class InputError(Exception):
    """The input cannot be used; holds every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        return self.text()

    def text(self, *, cells: bool = True) -> str:
        """Tell all problems, with or without the cells of patients."""
        count = len(self.problems)
        title = "1 problem" if count == 1 else f"{count} problems"
        shown = self.problems[:MOST_PROBLEMS]
        numbered = [f"{i}. {problem.text(cells=cells)}" for i, problem in enumerate(shown, start=1)]
        if rest := count - len(shown):
            numbered.append(f"... and {rest} more")
        return "\n".join([f"recurseq found {title} in the input:", *numbered])


class IntegrityError(Exception):
    """Results contradict themselves (a sign, a sum, a contrast): nothing may be reported."""


def raise_if_any(problems: Sequence[Problem]) -> None:
    """Raise `InputError` when the list holds a problem."""
    if problems:
        raise InputError(problems)
