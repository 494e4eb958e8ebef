"""One block of text that holds arrays and their description: gzip in base 85, for a page.

Base 85 writes four bytes as five characters: a sixteenth less than base 64. Its alphabet is that of
`base64.b85encode` with other signs for the three that mean something in HTML.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Mapping

import numpy as np

ALIGNED = 8
_GZIP = 31  # how zlib names the format
_OFTEN = 6  # memory level; measured: 8 makes the text 3 % longer, as do 4 and 9
_TO_PAGE, _FROM_PAGE = str.maketrans("&<>", ",.:"), str.maketrans(",.:", "&<>")


def pack(meta: Mapping, arrays: Mapping[str, np.ndarray]) -> str:
    """Pack arrays and what describes them.

    The bytes, before they are compressed: the length of the description (four bytes, little
    end first), the description (JSON with ``arrays``: name to type and length), then the arrays in
    this order, each begun at a multiple of 8 and written as planes: the first bytes of all its
    numbers, then the second ones, and so on. So alike bytes stand together and compress better.

    Parameters
    ----------
    meta
        Anything that JSON knows; ``arrays`` is added.
    arrays
        Name to a flat array of whole numbers or of floats of four bytes.
    """
    kinds = {name: [array.dtype.str[1:], int(array.size)] for name, array in arrays.items()}
    text = json.dumps({**meta, "arrays": kinds}, separators=(",", ":"), allow_nan=False)
    head = text.encode("utf-8")
    parts = [len(head).to_bytes(4, "little") + head, *map(_planes, arrays.values())]
    whole = b"".join(part + bytes(-len(part) % ALIGNED) for part in parts)
    return base64.b85encode(_gzip(whole)).decode("ascii").translate(_TO_PAGE)


def _gzip(whole: bytes) -> bytes:
    """Compress numbers of many kinds: codes are made anew often, and chance repeats are no news."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP, _OFTEN, zlib.Z_FILTERED)
    return packer.compress(whole) + packer.flush()


def _planes(array: np.ndarray) -> bytes:
    little = np.ascontiguousarray(array.ravel(), dtype=array.dtype.newbyteorder("<"))
    return little.view(np.uint8).reshape(array.size, array.itemsize).T.tobytes()


def unpack(text: str) -> tuple[dict, dict[str, np.ndarray]]:
    """Return what `pack` packed."""
    whole = gzip.decompress(base64.b85decode(text.translate(_FROM_PAGE)))
    length = int.from_bytes(whole[:4], "little")
    meta = json.loads(whole[4 : 4 + length])
    place, arrays = _next(4 + length), {}
    for name, (kind, size) in meta.pop("arrays").items():
        dtype = np.dtype(f"<{kind}")
        planes = np.frombuffer(whole, np.uint8, size * dtype.itemsize, place)
        arrays[name] = planes.reshape(dtype.itemsize, size).T.copy().view(dtype).ravel()
        place = _next(place + size * dtype.itemsize)
    return meta, arrays


def _next(place: int) -> int:
    return place + -place % ALIGNED
