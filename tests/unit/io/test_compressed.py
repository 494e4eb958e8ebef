"""Compressed files: told by their first bytes, read as a stream, never larger than a table."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from recurseq.cohort.readers.read import read_counts
from recurseq.io.files import load
from recurseq.io.sheets import read_sheet
from support.count_files import problem_of, written

TABLE = b"gene_id\tS1\tS2\nENSG1\t5\t0\nENSG2\t7\t12\n"


def zipped(members, mode=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", mode) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


PACKED = {
    "bzip2": bz2.compress(TABLE),
    "xz": lzma.compress(TABLE),
    "gzip": gzip.compress(TABLE),
    "zip": zipped({"counts.tsv": TABLE}),
    "stored zip": zipped({"counts.tsv": TABLE}, zipfile.ZIP_STORED),
    "zip of a Mac": zipped({"a/": b"", "a/counts.tsv": TABLE, "__MACOSX/a/._counts.tsv": b"x"}),
    "zip with a path": zipped({"../../../etc/counts.tsv": TABLE}),
}


@pytest.mark.parametrize("kind", PACKED)
def test_what_is_packed_is_read(tmp_path, kind, record_property):
    before = set(tmp_path.rglob("*"))
    path = written(tmp_path, PACKED[kind], "counts.dat")
    table = read_counts(path)
    assert table.counts.to_numpy().tolist() == [[5, 0], [7, 12]]
    assert list(table.counts.columns) == ["S1", "S2"]
    assert set(tmp_path.rglob("*")) - before == {path}  # nothing is unpacked to the disk
    record_property("format", f"packed: {kind}")
    record_property("result", "the same counts, and nothing is unpacked to the disk")


def test_a_sheet_may_be_packed_too(tmp_path):
    sheet = zipped({"samples.tsv": b"sample_id\tgroup\nS1\ta\n"})
    assert list(read_sheet(written(tmp_path, sheet, "samples.zip"))["group"]) == ["a"]


REFUSED = {
    "two files": (zipped({"a.tsv": TABLE, "b.tsv": TABLE}), "2 files: 'a.tsv', 'b.tsv'"),
    "no file": (zipped({"a/": b""}), "0 files"),
    "cut bzip2": (bz2.compress(TABLE * 99)[:-9], "broken bzip2 file"),
    "no bzip2": (b"BZh9" + b"x" * 40, "broken bzip2 file"),
    "cut xz": (lzma.compress(TABLE * 99)[:-20], "broken xz file"),
    "twice": (bz2.compress(gzip.compress(TABLE)), "compressed twice"),
    "bzip2 bomb": (bz2.compress(bytes(80 << 20)), "decompress to more than 64 MB"),
    "xz bomb": (lzma.compress(bytes(80 << 20)), "decompress to more than 64 MB"),
    "zip bomb": (zipped({"a": bytes(80 << 20)}), "decompress to more than 64 MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_packed_badly_is_named(tmp_path, case):
    data, found = REFUSED[case]
    assert found in problem_of(written(tmp_path, data, "counts.dat")).found


def test_a_zip_file_that_lies_about_its_size_is_read_no_further(tmp_path):
    data = zipped({"a": bytes(80 << 20)})
    size = (80 << 20).to_bytes(4, "little")
    path = written(tmp_path, data.replace(size, (100).to_bytes(4, "little")), "counts.zip")
    with pytest.raises(Exception, match=r"broken zip|more than 64 MB|the file is"):
        load(path)


def test_a_zip_file_with_a_password_is_named(tmp_path):
    data = bytearray(PACKED["stored zip"])
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    assert "password" in problem_of(written(tmp_path, bytes(data), "counts.zip")).found
