"""The size at which a browser shows a picture: its place is kept before it is read."""

from __future__ import annotations

import re
from pathlib import Path

_PIXELS = 4 / 3  # of a point
_SVG = re.compile(rb"<svg\b[^>]*>")
_HEAD = 4096


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
    if not (tag := _SVG.search(head)):
        return None
    sides = [re.search(rb'\s%s="([\d.]+)pt"' % side, tag[0]) for side in (b"width", b"height")]
    return tuple(round(float(side[1]) * _PIXELS) for side in sides) if all(sides) else None
