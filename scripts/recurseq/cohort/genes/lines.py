"""Lines of a large file that hold a mark, found without a loop over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from recurseq.io.bytes import fail

_BLOCK = 1 << 22  # bytes


def decoded(where: str, line: bytes) -> str:
    """Return a line as text, or raise `InputError` where it is not UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {line[error.start]:#04x} is not UTF-8 text, in the line {line[:60]!r}"
        raise fail(where, found, "UTF-8 text", "save the file as UTF-8") from None


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time: searching them is quicker than a loop over lines."""
    rest = b""
    while block := stream.read(_BLOCK):
        head, newline, rest_of_block = block.rpartition(b"\n")
        if newline:
            yield rest + head + newline
            rest = rest_of_block
        else:
            rest += block
    if rest:
        yield rest + b"\n"


def line_at(block: bytes, place: int) -> tuple[bytes, int]:
    """Return the line around a place of a block, and where it ends."""
    start, end = block.rfind(b"\n", 0, place) + 1, block.find(b"\n", place)
    return block[start:end], end


def lines_with(stream: BinaryIO, mark: bytes) -> Iterator[bytes]:
    """Yield each line that holds a mark."""
    for block in blocks(stream):
        place = block.find(mark)
        while place >= 0:
            line, end = line_at(block, place)
            yield line
            place = block.find(mark, end)


def lines_matching(stream: BinaryIO, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield each line in which a pattern is found."""
    for block in blocks(stream):
        found = pattern.search(block)
        while found:
            line, end = line_at(block, found.start())
            yield line
            found = pattern.search(block, end)
