"""Count matrices and folders of per-sample files: values, names, shapes."""

from support.hostile.edits import (
    added_line,
    as_xlsx,
    both,
    cell,
    cells,
    content,
    gzipped,
    in_text,
    recoded,
    renamed_sample,
    setting,
)  # fmt: skip
from support.hostile.ground import CANARY, Case

COUNTS = "counts.tsv"
PLACE = ("GENE2", "2-T.1")


def put(name, value, *words):
    """One cell: row 0 is the header, column 0 the gene."""
    return Case(f"count {name}", cell(COUNTS, 3, 2, value), (*PLACE, *words) if words else ())


def gene(name, value, *words):
    return Case(f"gene {name}", cell(COUNTS, 3, 0, value), words)


def header(name, change, *words):
    def edit(text):
        first, rest = text.split("\n", 1)
        return f"{change(first)}\n{rest}".encode()

    return Case(name, recoded(COUNTS, edit), words)


def rows(change):
    return recoded(COUNTS, lambda t: "\n".join(change(t.rstrip("\n").split("\n"))).encode())


def per_sample(write):
    """A folder of one file for each sample."""

    def edit(ground):
        (ground.path / "each").mkdir()
        lines = [line.split("\t") for line in ground.text(COUNTS).rstrip("\n").split("\n")]
        for column, sample in enumerate(lines[0][1:], start=1):
            text = "".join(f"{row[0]}\t{row[column]}\n" for row in lines[1:])
            write(ground.path / "each", sample, text)
        ground.set("counts", {"directory": "each"})

    return edit


def plainly(folder, sample, text):
    (folder / f"{sample}.counts.txt").write_text(text)


def then(write, last):
    """Write the folder, then do something to it."""
    return both(per_sample(write), lambda ground: last(ground.path / "each"))


VALUES = [
    put("with thousands separators", "1,234", "'1,234'"),
    put("with a space as separator", "1 234", "'1 234'"),
    put("with an apostrophe as separator", "1'234", "1'234"),
    put("with a decimal comma", "12,5", "'12,5'"),
    put("with an underscore", "1_000", "'1_000'"),
    put("in hexadecimal", "0x1F", "'0x1F'"),
    put("in full-width digits", "\uff11\uff12", "text"),
    put("in Arabic digits", "\u0661\u0662", "text"),
    put("as a word", "NaN", "missing"),
    put("as NA", "NA", "missing"),
    put("as #N/A", "#N/A", "missing"),
    put("as #REF!", "#REF!", "'#REF!'"),
    put("as TRUE", "TRUE", "'TRUE'"),
    put("minus infinity", "-inf", "-inf"),
    put("beyond doubles", "1e309", "'1e309'"),
    put("at the end of doubles", "1e308", "1e+308"),
    put("above 2^53", str(2**53 + 2), "2^53"),
    put("beyond 64 bits", str(2**64), "2^53"),
    put("beyond all bits", "9" * 400, "text"),
    put("of ten thousand digits", "1" * 10_000, "text"),
    put("minus zero", "-0"),
    put("in scientific notation", "1e3"),
    put("with leading zeros", "007"),
    put("with blanks around", "  12 "),
    put("of three billion", "3000000000"),
    put("a little below a whole number", "11.9999", "11.9999"),
    put("as a formula", f"=cmd|' /C touch {CANARY}'!A0", "text"),
    put("of a megabyte", "1x" * (1 << 19), "text"),
    Case("every count a billion",
         rows(lambda lines: [lines[0], *("\t".join([line.split("\t")[0], *["1000000000"] * 12])
                                         for line in lines[1:])]), ("no gene varies",)),
    Case("every count zero",
         rows(lambda lines: [lines[0], *("\t".join([line.split("\t")[0], *["0"] * 12])
                                         for line in lines[1:])]), (COUNTS, "without a single count")),
]  # fmt: skip

GENES = [
    gene("with a tab", '"GENE\t2"', COUNTS, "control character", "GENE\\t2"),
    gene("with a line end", '"GENE\n2"', COUNTS, "control character", "GENE\\n2"),
    gene("with an escape sequence", "GENE\x1b[2J", COUNTS, "control character"),
    gene("with a quotation mark left open", '"GENE2', COUNTS, "quotation mark"),
    gene("of a megabyte", "G" * (1 << 20), COUNTS, "first column", "500"),
    gene("called NA", "NA", COUNTS, "'NA'"),
    gene("of one no-break space", "\u00a0", COUNTS, "no gene identifier"),
    gene("named twice but for blanks", " GENE7 ", COUNTS, "'GENE7'"),
    gene("as Excel's error", "#NAME?"),
    gene("as a date", "2-Sep"),
    gene("as a number", "1e5"),
    gene("as a path", "../../x"),
    gene("as a format field", "{wildcards.contrast}"),
    gene("with two blanks", "GENE  2"),
    gene("with a no-break space", "GENE\u00a02"),
]  # fmt: skip

SHAPES = [
    Case("matrix with Windows line endings", recoded(COUNTS, lambda t: t.replace("\n", "\r\n").encode())),
    Case("matrix with old Mac line endings", recoded(COUNTS, lambda t: t.replace("\n", "\r").encode())),
    Case("matrix with a byte-order mark", recoded(COUNTS, lambda t: t.encode("utf-8-sig"))),
    Case("matrix with quotes everywhere", recoded(COUNTS, lambda t: "\n".join(
        "\t".join(f'"{c}"' for c in line.split("\t")) for line in t.splitlines()).encode())),
    Case("matrix gzipped twice", both(gzipped(COUNTS), gzipped(COUNTS)), (COUNTS,)),
    Case("matrix in a workbook", both(as_xlsx("c.xlsx", COUNTS), setting("counts.path", "c.xlsx"))),
    Case("matrix with Excel's dates", both(
        as_xlsx("c.xlsx", COUNTS, lambda book: book.active.cell(
            5, 1, __import__("datetime").datetime(2024, 9, 2))), setting("counts.path", "c.xlsx")),
        ("c.xlsx", "dates", "2024-09-02")),
    Case("matrix with formulas", both(
        as_xlsx("c.xlsx", COUNTS, lambda book: book.active.cell(5, 3, "=1+1")),
        setting("counts.path", "c.xlsx")), ("GENE3", "2-T.1", "missing")),
    Case("matrix with a header only", rows(lambda lines: lines[:1]), (COUNTS,)),
    Case("matrix of one column", rows(lambda lines: [line.split("\t")[0] for line in lines]),
         (COUNTS, "only one column")),
    Case("matrix without a header", rows(lambda lines: lines[1:]), (COUNTS, "is the header row missing?")),
    Case("matrix with a header too short", header("", lambda h: h).build, ()),
    header("matrix with two headers too few", lambda h: "\t".join(h.split("\t")[2:]), COUNTS),
    header("matrix with a sample twice", lambda h: h.replace("2-T.1", "1-T.0"), "'1-T.0'", "same name"),
    header("matrix with an unnamed column", lambda h: h.replace("2-T.1", ""), COUNTS),
    header("matrix with a header of a megabyte", lambda h: h.replace("2-T.1", "x" * (2 << 20)),
           "'2-T.1'", "not in the counts"),
    Case("matrix with a longer row", added_line(COUNTS, "MORE\t" + "\t".join("1" * 20)), (COUNTS, "row")),
    Case("matrix with a shorter row", added_line(COUNTS, "LESS\t1\t2"), ("'LESS'", "missing")),
    Case("matrix with rows of any length", rows(lambda lines: [
        "\t".join(line.split("\t")[: 3 + i % 11]) for i, line in enumerate(lines)]), (COUNTS,)),
    Case("matrix with semicolons and decimal commas", recoded(COUNTS, lambda t: "\n".join(
        ";".join(c if i == 0 or n == 0 else f"{c},0" for i, c in enumerate(line.split("\t")))
        for n, line in enumerate(t.splitlines())).encode()), (COUNTS, "text")),
    Case("matrix is a web page", content(COUNTS, "<!DOCTYPE html>\n<html><body>404</body></html>\n"),
         (COUNTS,)),
    Case("matrix is an error message", content(COUNTS, "Access denied\n"), (COUNTS,)),
    Case("matrix is XML", content(COUNTS, '<?xml version="1.0"?>\n<a b="c">\n<d/>\n</a>\n'), (COUNTS,)),
    Case("matrix is JSON", content(COUNTS, '{"GENE1": [1, 2, 3],\n "GENE2": [4, 5, 6]}\n'), (COUNTS,)),
    Case("matrix is a git pointer", content(COUNTS, "version https://git-lfs.github.com/spec/v1\n"
         "oid sha256:4d7a2146\nsize 12345\n"), (COUNTS,)),
    Case("one line without an end", content(COUNTS, b"x" * (8 << 20)), (COUNTS,)),
    Case("eight million separators", content(COUNTS, b"\t" * (8 << 20) + b"1\n"), (COUNTS,)),
    Case("matrix with row numbers", cells(COUNTS, lambda t: t.__setitem__(
        0, ["", *map(str, range(len(t) - 1))])), (COUNTS, "row numbers")),
    Case("sample name of a megabyte in the matrix", in_text(COUNTS, "2-T.1", "y" * (1 << 20)),
         ("'2-T.1'", "not in the counts")),
    Case("sample called as a table's column", renamed_sample("2-T.1", "gene_id")),
    Case("sample called sample_id", renamed_sample("2-T.1", "sample_id")),
    Case("sample called group", renamed_sample("2-T.1", "group")),
]  # fmt: skip
SHAPES = [case for case in SHAPES if case.name != "matrix with a header too short"]

FOLDERS = [
    Case("folder of files", per_sample(plainly)),
    Case("folder with a pipe", then(plainly, lambda f: __import__("os").mkfifo(f / "pipe.txt"))),
    Case("folder with a link to itself", then(plainly, lambda f: (f / "loop").symlink_to(f)),
         ("each", "several files fit")),
    Case("folder with files of wild names", then(plainly, lambda f: [
        (f / name).write_text("x") for name in (
            "{wildcards}.txt", f"$(touch {CANARY}).txt", "a\nb.txt", "\u202egpj.exe", "=cmd()")])),
    Case("folder with a broken link", then(plainly, lambda f: (f / "1-T.0.txt").symlink_to("gone"))),
    Case("folder that is empty", then(lambda *_: None, lambda f: None), ("each",)),
    Case("folder with two files a sample", then(plainly, lambda f: [
        (f / f"{n}-T.{(n - 1) % 3}.count.tsv").write_text("GENE1\t1\nGENE2\t2\n")
        for n in range(1, 13)]), ("each", "several files")),
    Case("folder with other genes", then(plainly, lambda f: (f / "3-T.2.counts.txt").write_text(
        "A\t1\nB\t2\nC\t3\n")), ("3-T.2.counts.txt", "'A'")),
    Case("folder with an empty file", then(plainly, lambda f: (f / "3-T.2.counts.txt").write_text("")),
         ("3-T.2.counts.txt", "empty")),
    Case("folder with a gene twice", then(plainly, lambda f: (f / "3-T.2.counts.txt").write_text(
        "GENE1\t1\nGENE1\t2\nGENE3\t3\n")), ("3-T.2.counts.txt", "'GENE1'")),
    Case("folder with negative counts", per_sample(
        lambda f, s, t: plainly(f, s, t.replace("GENE2\t", "GENE2\t-"))), ("'GENE2'", "negative")),
    Case("folder with a file in Latin-1", then(plainly, lambda f: (f / "3-T.2.counts.txt").write_bytes(
        "GENE1\tfünf\n".encode("latin-1"))), ("3-T.2.counts.txt, line 1", "UTF-8")),
    Case("folder with a file cut short", then(plainly, lambda f: (f / "3-T.2.counts.txt").write_text(
        (f / "3-T.2.counts.txt").read_text()[:500])), ("3-T.2.counts.txt", "genes")),
    Case("folder with a device behind a link", then(plainly, lambda f: (
        (f / "3-T.2.counts.txt").unlink(), (f / "3-T.2.counts.txt").symlink_to("/dev/zero"))),
        ("'3-T.2'",)),
    Case("folder outside through a link", both(
        per_sample(plainly), lambda g: (g.path / "each").rename(g.path / "real"),
        lambda g: (g.path / "each").symlink_to("real"))),
]  # fmt: skip


def hdf5(fill):
    """Replace the matrix by an HDF5 file."""

    def edit(ground):
        with __import__("h5py").File(ground.path / COUNTS, "w") as file:
            fill(file)

    return edit


LINKED = Case(
    "matrix through a link",
    both(
        lambda g: (g.path / COUNTS).rename(g.path / "real"),
        lambda g: (g.path / COUNTS).symlink_to("real"),
    ),
)
BINARY = [
    Case("Parquet of nothing", content(COUNTS, b"PAR1" + b"\x00" * 200), (COUNTS,)),
    Case("Parquet cut short", content(COUNTS, b"PAR1\x15\x04PAR"), (COUNTS,)),
    Case("HDF5 of nothing", content(COUNTS, b"\x89HDF\r\n\x1a\n" + b"\xff" * 200), (COUNTS,)),
    Case("HDF5 that is no h5ad", hdf5(lambda file: file.create_dataset("x", data=[1, 2])), (COUNTS,)),
    Case("h5ad with a matrix of texts", hdf5(lambda file: file.create_dataset("X", data=["a"])), (COUNTS,)),
    Case("h5ad that links to another file", hdf5(lambda file: file.__setitem__(
        "X", __import__("h5py").ExternalLink("/etc/passwd", "/X"))), (COUNTS,)),
]  # fmt: skip
CASES = [*VALUES, *FOLDERS, *GENES, *SHAPES, LINKED, *BINARY]
