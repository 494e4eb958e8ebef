"""Rooms import only rooms above them, and no two modules import each other."""

import ast
from functools import cache
from pathlib import Path

import pytest

from support.paths import REPOSITORY

LIBRARY = REPOSITORY / "scripts" / "recurseq"
ROOMS = (
    *("base", "io", "jobs", "stats", "design", "deseq", "limma", "study", "cohort"),
    *("qc", "contrasts", "evidence", "patterns", "markers", "enrichment", "claims", "signatures"),
    *("coexpression", "replication", "clinical", "risk"),
    *("preflight", "figures", "report", "demo", "command"),
)
# Analyses meet through tables; only risk may import the clinical side.
ANALYSES = ROOMS[ROOMS.index("qc") : ROOMS.index("preflight")]
ENGINES = {"deseq": {"base", "stats"}, "limma": {"base", "stats"}}


def modules():
    return {
        ".".join(("recurseq", *path.relative_to(LIBRARY).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in LIBRARY.rglob("*.py")
    }


def imported_by(path: Path, known: dict) -> set[str]:
    """Modules of recurseq that a file imports, at its head, in a function or for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name in known}


@cache
def arrows() -> list[tuple[str, str]]:
    known = modules()
    return sorted((name, to) for name, path in known.items() for to in imported_by(path, known))


def room_of(module: str) -> str:
    return [*module.split("."), ""][1]


def test_the_root_holds_rooms_only():
    files = {path.stem for path in LIBRARY.glob("*.py")}
    folders = {path.name for path in LIBRARY.iterdir() if any(path.glob("*.py"))}
    assert files == {"__init__", "__main__"}
    assert folders <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above(room):
    allowed = ENGINES.get(room, set(ROOMS[: ROOMS.index(room)])) | {room}
    if room in ANALYSES:
        allowed -= set(ANALYSES) - {room}
        allowed |= {"clinical"} if room == "risk" else set()
    wrong = [
        f"{start} -> {end}"
        for start, end in arrows()
        if room_of(start) == room and room_of(end) not in allowed
    ]
    assert wrong == []


def test_no_circle_of_modules():
    after: dict[str, set[str]] = {}
    for start, end in arrows():
        if not start.startswith(f"{end}."):  # a package's own modules may import from the package
            after.setdefault(start, set()).add(end)
    finished: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way, module])
        if module not in finished:
            for following in sorted(after.get(module, ())):
                visit(following, (*way, module))
            finished.add(module)

    for module in sorted(after):
        visit(module, ())
