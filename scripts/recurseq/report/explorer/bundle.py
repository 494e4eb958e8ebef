"""Make one script of modules: what a page with a strict policy can hold and name by its hash."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\./[\w.-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
_TOP = re.compile(
    r"^(?:async )?(?:function\*?|class|const|let) (?:(\w+)|\{([^}]*)\}|\[([^\]]*)\])", re.MULTILINE
)
_STRICT = '"use strict";\n'


def bundle(entry: Path) -> str:
    """Join a module and all that it imports into one plain script.

    Parameters
    ----------
    entry
        The module. Modules lie in one folder and import by ``import { a, b } from "./file.js";``,
        names as they are exported, and export by a word before a declaration. A file without
        imports is a script already and stays as it is.

    Raises
    ------
    ValueError
        When two modules name something alike on their top level, import each other in a circle, or
        import or export in another way.
    """
    files = modules(entry)
    if len(files) == 1:
        return entry.read_text(encoding="utf-8")
    return f"(() => {{\n{_STRICT}{joined(entry)}}})();\n"


def joined(entry: Path) -> str:
    """Join the modules in an order in which each follows what it imports."""
    texts = {file: plain(file) for file in modules(entry)}
    named = Counter(name for text in texts.values() for name in _names(text))
    twice = sorted(name for name, times in named.items() if times > 1)
    if twice:
        raise ValueError(f"named in more than one module: {', '.join(twice)}")
    return "".join(texts.values())


def plain(file: Path) -> str:
    """Return a module without its imports and the words that export."""
    text = _EXPORT.sub("", _IMPORT.sub("", file.read_text(encoding="utf-8")))
    if left := re.search(r"^(?:import|export)\b.*$", text, re.MULTILINE):
        raise ValueError(f"{file.name}: cannot be joined: {left[0]}")
    return text


def modules(entry: Path) -> list[Path]:
    """List a module and all that it imports, each after its imports."""
    done: list[Path] = []

    def visit(file: Path, above: tuple[Path, ...]) -> None:
        if file in above:
            raise ValueError(f"modules import each other: {', '.join(p.name for p in above)}")
        if file in done:
            return
        for name in _IMPORT.findall(file.read_text(encoding="utf-8")):
            visit(file.parent / name, (*above, file))
        done.append(file)

    visit(entry, ())
    return done


def _names(text: str) -> list[str]:
    return [
        part.partition(":")[2].strip() or part.strip()
        for single, *several in _TOP.findall(text)
        for part in ([single] if single else ",".join(several).split(","))
        if part.strip()
    ]
