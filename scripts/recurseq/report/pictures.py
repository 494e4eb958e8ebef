"""Pictures as the page holds them: in few characters, and of a size known before they load."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from urllib.parse import quote

_PIXELS = 4 / 3  # of a point
_TAG = re.compile(rb"<svg\b[^>]*>")
_HEAD = 4096
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_DRAWN = re.compile(r'(?<=\s)(d|x|y|style)="([^"]*)"')
_DIGITS = re.compile(r"\d+\.\d{3,}")  # a hundredth of a point is seen by nobody
_AROUND_COMMANDS = re.compile(r"\s*([A-Za-z])\s*")
_BLANKS = re.compile(r"[ \t\r\n]+")  # other spaces are text
_AFTER_SIGNS = re.compile(r"(?<=[:;,])\s+")
_KEPT = " :/?=;,()*+!$@"


def shown_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels of a page; None where the file does not tell.

    Parameters
    ----------
    path
        An SVG file whose size is given in points, as Matplotlib does, or a PNG file.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"\x89PNG"):
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if not (tag := _TAG.search(head)):
        return None
    sides = [re.search(rb'\s%s="([\d.]+)pt"' % side, tag[0]) for side in (b"width", b"height")]
    return tuple(round(float(side[1]) * _PIXELS) for side in sides) if all(sides) else None


def data_uri(path: Path) -> str:
    """Return a picture as a URI that holds it.

    SVG stands in it as text, which is shorter than base 64, with coordinates in hundredths.
    """
    if path.suffix == ".svg":
        return f"data:image/svg+xml,{quote(compact(path.read_text(encoding='utf-8')), safe=_KEPT)}"
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def compact(svg: str) -> str:
    """Shorten an SVG text of Matplotlib: what is drawn stays the same to a hundredth of a point."""
    short = _DRAWN.sub(_shortened, _METADATA.sub("", svg))
    return _BLANKS.sub(" ", short).replace("> <", "><").strip()


def _shortened(found: re.Match) -> str:
    name, value = found.groups()
    if name == "style":
        return f'style="{_AFTER_SIGNS.sub("", value)}"'
    value = _DIGITS.sub(lambda found: f"{float(found[0]):.2f}", value)
    return f'{name}="{_AROUND_COMMANDS.sub(chr(92) + "1", value) if name == "d" else value}"'
