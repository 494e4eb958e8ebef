"""Bytes and text of a user's file, whatever it is: never waits, never fills the memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few

MEGABYTE = 1 << 20
LARGEST_MATRIX = 8192 * MEGABYTE
LARGEST_SHEET = 256 * MEGABYTE  # tables that people write, gene sets
# Compression makes tables three to thirty times smaller; what swells two-hundredfold is no
# table. Small files may be as regular as they like.
HIGHEST_RATIO = 200
UNSUSPICIOUS = 64 * MEGABYTE
_TABLE = "a table or text file that can be read"
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"PK\x03\x04": "zip"}
_BROKEN = (
    *(gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, EOFError, zlib.error),
    NotImplementedError,  # zipfile, at a method it does not know
)
_OF_THE_SYSTEM = ("__MACOSX/", ".DS_Store")  # what a Mac adds to a zip file
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def fail(where: str, found: str, allowed: str = "", fix: str = "") -> InputError:
    """Return an `InputError` of one problem, to be raised where reading cannot go on."""
    return InputError([Problem(where, found, allowed, fix)])


@contextmanager
def unpacked(
    path: str | Path, allowed: str = _TABLE, largest: int = LARGEST_MATRIX
) -> Iterator[BinaryIO]:
    """Open a file to be read as bytes, compressed (gzip, bzip2, xz, zip) or not, as it begins.

    Of a zip file the one member is read; its name is never a path. A spreadsheet, which is a zip
    file too, is left as it is.

    Parameters
    ----------
    path
        The file.
    allowed
        What may stand there, for messages.
    largest
        Bytes, as stored and after decompression.

    Raises
    ------
    InputError
        When there is no such file, it is no regular file (a pipe would be waited for, a device read
        for ever), it cannot be opened or is too large or, while it is read, is found broken.
    """
    where = str(path)
    try:
        size = _size_of(where, allowed)
        if size > largest:
            raise fail(where, f"the file has {amount(size)}", f"at most {amount(largest)}")
        with Path(path).open("rb") as plain:
            packing = _packing(plain)
            try:
                yield _opened(plain, packing, where, size, largest) if packing else plain
            except _BROKEN as error:
                if not packing:
                    raise
                fix = "copy or download the file again and test it"
                fix += f" with: {packing} -t" if packing != "zip" else ""
                raise fail(where, f"broken {packing} file ({error})", allowed, fix) from None
            except OSError as error:
                if packing != "bzip2" or error.errno:
                    raise  # bz2 has no exception of its own
                raise fail(where, f"broken bzip2 file ({error})", allowed) from None
    except FileNotFoundError:
        raise fail(where, "the file does not exist", allowed) from None
    except OSError as error:
        raise fail(where, f"cannot be read ({error.strerror})", allowed) from None


def read_bytes(path: str | Path, allowed: str = _TABLE, largest: int = LARGEST_MATRIX) -> bytes:
    """Read a file whole; see `unpacked`."""
    with unpacked(path, allowed, largest) as stream:
        return stream.read()


def _size_of(where: str, allowed: str) -> int:
    """Size of a regular file in bytes; anything else is refused before it is opened."""
    if "\x00" in where:
        raise fail(where, "a path with a NUL byte", allowed)
    status = os.stat(where)  # noqa: PTH116 - the same, and the path stays as the user wrote it
    found = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "")
    if found:
        folder = "name the file; a folder with a file for each sample is named as counts.directory"
        fix = folder if found == "a folder" else ""
        raise fail(where, f"is {found}, not a file", allowed, fix)
    return status.st_size


def largest_unpacked(size: int) -> int:
    """Return how many bytes a compressed file of `size` bytes may hold."""
    return max(UNSUSPICIOUS, HIGHEST_RATIO * size)


def _packing(plain: BinaryIO) -> str:
    """Return how a file is compressed, by its first bytes; empty for any other file."""
    start = plain.peek(8)[:8]
    found = next((name for magic, name in _PACKED.items() if start.startswith(magic)), "")
    if found != "zip":
        return found
    try:
        with zipfile.ZipFile(plain) as archive:
            is_workbook = any(name.endswith(".xml") for name in archive.namelist())
    except zipfile.BadZipFile:
        is_workbook = True  # whoever reads spreadsheets says what is wrong with it
    plain.seek(0)
    return "" if is_workbook else "zip"


def _opened(plain: BinaryIO, packing: str, where: str, size: int, largest: int) -> BinaryIO:
    """Open what is compressed, up to a limit of its size unpacked."""
    limit = min(largest, largest_unpacked(size))
    found = f"{amount(size)} of {packing} decompress to more than {amount(limit)}"
    error = fail(where, found, "a table", "no table is so regular; find out what the file is")
    if packing == "zip":
        stream = _only_member(plain, where)
    elif packing == "gzip":
        stream = gzip.GzipFile(fileobj=plain)
    else:
        stream = {"bzip2": bz2.BZ2File, "xz": lzma.LZMAFile}[packing](plain)
    return io.BufferedReader(_Limited(stream, limit, error), 4 * MEGABYTE)


def _only_member(plain: BinaryIO, where: str) -> BinaryIO:
    """Open the one file in a zip file; it is read as a stream and never written anywhere."""
    archive = zipfile.ZipFile(plain)
    members = [
        one
        for one in archive.infolist()
        if not one.is_dir()
        and not one.filename.startswith(_OF_THE_SYSTEM[0])
        and not one.filename.endswith(_OF_THE_SYSTEM[1])
    ]
    if len(members) != 1:
        names = few([one.filename for one in members])
        found = f"a zip file with {len(members)} files{': ' if members else ''}{names}"
        raise fail(where, found, "one file in it", "unpack it, and name the file that is meant")
    if members[0].flag_bits & 1:
        fix = "unpack it with its password, and name the file in it"
        raise fail(where, "a zip file with a password", "one that can be read", fix)
    return archive.open(members[0])


class _Limited(io.RawIOBase):
    """A stream that raises an error once more than so many bytes came out of it."""

    def __init__(self, stream: BinaryIO, limit: int, error: InputError):
        self._stream, self._left, self._error = stream, limit, error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = self._stream.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise self._error
        return count

    def readall(self) -> bytes:
        """Join large pieces; the inherited method asks for eight kilobytes at a time."""
        return b"".join(iter(lambda: self.read(4 * MEGABYTE), b""))


def unix_text(data: bytes, where: str) -> bytes:
    """Return UTF-8 text without byte-order mark and with unix line endings.

    Raises
    ------
    InputError
        With the line on which the bytes stop being UTF-8 text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise fail(where, "the file is UTF-16 text", "UTF-8 text", "save the file as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if (at := data.find(b"\x00")) >= 0:
        found = "a NUL byte: the file is binary or UTF-16, not UTF-8 text"
        raise fail(_line(where, data, at), found, "UTF-8 text", "save the file as UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {data[error.start]:#04x} is not UTF-8 text"
        fix = "save the file as UTF-8"
        raise fail(_line(where, data, error.start), found, "UTF-8 text", fix) from None
    return data


def _line(where: str, data: bytes, at: int) -> str:
    newlines = data.count(b"\n", 0, at)
    return f"{where}, line {newlines + 1}"


def amount(count: int) -> str:
    """Return a number of bytes in words."""
    return f"{count / MEGABYTE:,.0f} MB" if count >= MEGABYTE else f"{count:,} bytes"
