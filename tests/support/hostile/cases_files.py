"""The same damage to each kind of file, and what only panel, gene sets, annotation have."""

import gzip

from support.hostile.edits import (
    added_line,
    both,
    cell,
    content,
    folder,
    gzipped,
    in_text,
    link,
    pipe,
    recoded,
    setting,
)  # fmt: skip
from support.hostile.ground import CANARY, Case


def with_annotation(ground):
    lines = [f"GENE{i}\tSYMBOL{i}\tprotein_coding\tchr1" for i in range(400)]
    ground.write(
        "genes.tsv", "gene_id\tgene_name\tgene_type\tchromosome\n" + "\n".join(lines) + "\n"
    )
    ground.set("genes.annotation", "genes.tsv")


def with_gtf(ground):
    lines = [
        f'chr1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "GENE{i}"; gene_name "S{i}";' for i in range(400)
    ]
    ground.write("genes.gtf", "\n".join(lines) + "\n")
    ground.set("genes.annotation", "genes.gtf")


def with_lengths(ground):
    lines = [line.split("\t") for line in ground.text("counts.tsv").rstrip("\n").split("\n")]
    rows = ["\t".join([row[0], *["1000.5"] * 12]) for row in lines[1:]]
    ground.write("lengths.tsv", "\n".join(["\t".join(lines[0]), *rows]) + "\n")
    ground.set("normalization.lengths", "lengths.tsv")


def nothing(ground):
    pass


FILES = {
    "sheet": ("samples.tsv", nothing),
    "matrix": ("counts.tsv", nothing),
    "panel": ("markers.tsv", nothing),
    "gene sets": ("sets.gmt", nothing),
    "annotation": ("genes.tsv", with_annotation),
    "GTF": ("genes.gtf", with_gtf),
    "lengths": ("lengths.tsv", with_lengths),
}
DAMAGE = {
    "in Latin-1": (lambda n: added_line(n, "Müller\tx\ty".encode("latin-1")), ("line", "0xfc", "UTF-8")),
    "in UTF-16": (lambda n: recoded(n, lambda t: t.encode("utf-16")), ("UTF-16",)),
    "in UTF-16 without mark": (lambda n: recoded(n, lambda t: t.encode("utf-16-be")), ("NUL",)),
    "with a NUL at its end": (lambda n: added_line(n, b"x\x00\ty\tz"), ("line", "NUL")),
    "empty": (lambda n: content(n, b""), ("empty",)),
    "of blanks": (lambda n: content(n, b" \n\t\n \r\n"), ("empty",)),
    "missing": (lambda n: lambda g: (g.path / n).unlink(), ("does not exist",)),
    "a pipe": (pipe, ("named pipe",)),
    "a folder": (folder, ("folder",)),
    "a device": (lambda n: link(n, "/dev/zero"), ("device",)),
    "a link to itself": (lambda n: link(n, n), ("cannot be read",)),
    "cut in the gzip": (lambda n: gzipped(n, keep=0.6), ("gzip",)),
    "gzip with a broken sum": (
        lambda n: both(gzipped(n), lambda g: g.write(n, (g.path / n).read_bytes()[:-8] + b"12345678")),
        ("gzip",)),
    "bzip2 by content": (lambda n: content(n, b"BZh91AY&SY" + bytes(range(256))), ()),
    "random bytes": (lambda n: content(n, bytes((i * 7919 + i // 3) % 256 for i in range(5000))), ()),
}  # fmt: skip
BOMB = gzip.compress(b"a\t1\t2\n" * 1000 + b"\x20" * (80 << 20))
assert len(BOMB) * 200 < 80 << 20

# Lines of a GTF that are no genes are passed over, whatever stands in them.
PASSED_OVER = {("GTF", "in Latin-1"), ("GTF", "with a NUL at its end")}
EVERY_FILE = [
    Case(
        f"{kind} {damage}",
        both(prepare, edit(name)),
        () if (kind, damage) in PASSED_OVER else (name, *words),
    )
    for kind, (name, prepare) in FILES.items()
    for damage, (edit, words) in DAMAGE.items()
] + [
    Case(f"{kind} is a bomb", both(prepare, content(name, BOMB)), (name, "decompress to more than"))
    for kind, (name, prepare) in FILES.items()
]
GMT = "sets.gmt"
PANEL = "markers.tsv"

GENE_SETS = [
    Case("gene sets with Windows line endings", recoded(GMT, lambda t: t.replace("\n", "\r\n").encode())),
    Case("gene sets with a byte-order mark", recoded(GMT, lambda t: t.encode("utf-8-sig"))),
    Case("gene sets gzipped", gzipped(GMT)),
    Case("set without genes", added_line(GMT, "EMPTY\tnone\t\t\t")),
    Case("set listed twice with the same genes", recoded(GMT, lambda t: (t + t.split("\n")[0] + "\n").encode())),
    Case("genes in place of descriptions", added_line(GMT, "S\tGENE1\tGENE2\tGENE3")),
    Case("set without a name", added_line(GMT, "\tnone\tGENE1"), ("sets.gmt, line 4", "without a name")),
    Case("set with a name only", added_line(GMT, "LONELY"), ("sets.gmt, line 4", "three cells")),
    Case("set listed twice", added_line(GMT, "NULL\tagain\tGENE1\tGENE2"), ("'NULL'", "2 times")),
    Case("ten thousand broken lines", content(GMT, "x\n" * 10_000), ("sets.gmt", "9995 more")),
    Case("set name of a megabyte", added_line(GMT, "N" * (1 << 20) + "\tx\tGENE1"), ("line 4", "500")),
    Case("set name with an escape sequence", added_line(GMT, "A\x1b[2J\tx\tGENE1"), ("line 4", "control")),
    Case("one set of a million genes", added_line(GMT, "ALL\tx\t" + "\t".join(
        f"GENE{i}" for i in range(1_000_000)))),
    Case("one gene a million times", added_line(GMT, "SAME\tx\t" + "GENE1\t" * 1_000_000)),
    Case("gene sets of another species", recoded(GMT, lambda t: t.replace("GENE", "Gene").encode()),
         (GMT, "upper and lower case")),
    Case("set names that are formulas and pages", added_line(GMT, f"=cmd|'/C touch {CANARY}'!A0\t"
         "<script>alert(1)</script>\tGENE1\tGENE2\tGENE3\tGENE4\tGENE5")),
    Case("gene sets separated by commas", recoded(GMT, lambda t: t.replace("\t", ",").encode()),
         (GMT, "tabs")),
    Case("gene sets are the matrix", lambda g: g.write(GMT, g.text("counts.tsv")), (GMT,)),
]  # fmt: skip

PANELS = [
    Case("panel with an unknown column", cell(PANEL, 0, 3, "sourse"), ("'sourse'", "did you mean 'source'?")),
    Case("panel with an unknown role", cell(PANEL, 1, 2, "+"), ("line 2", "'+'", "up, down, or nothing")),
    Case("panel with a role in code", cell(PANEL, 1, 2, "__import__('os')"), ("line 2", "up, down")),
    Case("panel with a header only", content(PANEL, "gene\tset\n"), (PANEL, "no gene")),
    Case("panel without a header", recoded(PANEL, lambda t: t.split("\n", 1)[1].encode()), ("'gene'",)),
    Case("panel with a gene twice", added_line(PANEL, "GENE1\ta\tup\tx"), ("'GENE1'", "2 times")),
    Case("panel with an empty set", cell(PANEL, 1, 1, " "), ("column 'set'", "no value")),
    Case("panel gene of a megabyte", cell(PANEL, 1, 0, "g" * (1 << 20)), ("line 2", "500")),
    Case("panel with a control character", cell(PANEL, 1, 1, "a\x07b"), ("line 2", "control")),
    Case("panel with a contrast's name misspelt", cell(PANEL, 0, 2, "expected_Early_vs_none"),
         ("did you mean 'expected_early_vs_none'?",)),
    Case("panel with a quotation mark left open", cell(PANEL, 3, 0, '"GENE200'), ("quotation mark",)),
    Case("panel with wild names", both(cell(PANEL, 1, 1, "<script>alert(1)</script>"),
                                       cell(PANEL, 2, 1, "=1+1"), cell(PANEL, 3, 3, "{config}"))),
    Case("panel is the sheet", lambda g: g.write(PANEL, g.text("samples.tsv")), ("'gene'", "'set'")),
]  # fmt: skip

ANNOTATIONS = [
    Case("annotation with Windows line endings",
         both(with_annotation, recoded("genes.tsv", lambda t: t.replace("\n", "\r\n").encode()))),
    Case("annotation with shorter rows",
         both(with_annotation, in_text("genes.tsv", "GENE5\tSYMBOL5\tprotein_coding\tchr1", "GENE5"))),
    Case("annotation with longer rows",
         both(with_annotation, added_line("genes.tsv", "a\tb\tc\td\te\tf\tg")), ("genes.tsv", "row")),
    Case("annotation of one column", both(with_annotation, content("genes.tsv", "gene_id\nGENE1\n")),
         ("genes.tsv", "column")),
    Case("annotation with unknown columns",
         both(with_annotation, in_text("genes.tsv", "gene_name\tgene_type\tchromosome", "a\tb\tc")),
         ("genes.tsv", "gene_name")),
    Case("annotation with a header only", both(with_annotation, content("genes.tsv", "gene_id\tgene_name\n")),
         ("genes.tsv", "0 of 400 genes are in it")),
    Case("annotation with wild names",
         both(with_annotation, in_text("genes.tsv", "SYMBOL1", "<script>alert(1)</script>"),
              in_text("genes.tsv", "SYMBOL2", "=cmd()"), in_text("genes.tsv", "SYMBOL3", "../../x"))),
    Case("annotation with a name of a megabyte",
         both(with_annotation, in_text("genes.tsv", "SYMBOL5", "S" * (1 << 20))), ("genes.tsv", "500")),
    Case("annotation with an escape sequence",
         both(with_annotation, in_text("genes.tsv", "SYMBOL5", "S\x1b[2J")), ("genes.tsv", "control")),
    Case("annotation is builtin in other case", setting("genes.annotation", "Builtin"), ("Builtin",)),
    Case("annotation is the matrix", setting("genes.annotation", "counts.tsv"), ("counts.tsv", "columns")),
    Case("GTF without identifiers", both(with_gtf, recoded("genes.gtf", lambda t: t.replace(
        'gene_id "', 'gene "').encode())), ("genes.gtf",)),
    Case("GTF with open quotes", both(with_gtf, in_text("genes.gtf", 'gene_name "S5"', 'gene_name "S5'))),
    Case("GTF with cells missing", both(with_gtf, recoded("genes.gtf", lambda t: t.replace(
        "\t.\t+", "").encode())), ("genes.gtf",)),
    Case("GTF of one line", both(with_gtf, recoded("genes.gtf", lambda t: t.replace("\n", " ").encode())),
         ("genes.gtf",)),
    Case("GTF with a name of a megabyte", both(with_gtf, in_text("genes.gtf", '"S5"', f'"{"S" * (1 << 20)}"')),
         ("genes.gtf", "500")),
    Case("annotation is a GFF3 of other genes", both(with_gtf, content("genes.gtf", "##gff-version 3\nchr1\tx\tgene\t1\t9\t.\t+\t.\tID=a\n")),
         ("genes.gtf", "0 of 400 genes are in it")),
]  # fmt: skip


def length(name, value, *words):
    return Case(f"length {name}", both(with_lengths, cell("lengths.tsv", 3, 2, value)),
                ("lengths.tsv", *words))  # fmt: skip


LENGTHS = [
    length("of zero", "0", "GENE2"),
    length("below zero", "-5", "GENE2"),
    length("without end", "inf", "GENE2"),
    length("as text", "long", "GENE2", "long"),
    length("beyond all numbers", "1e308", "GENE2"),
    Case("lengths without a sample", both(with_lengths, in_text("lengths.tsv", "2-T.1", "other")),
         ("lengths.tsv", "'2-T.1'")),
    Case("lengths with a gene twice", both(with_lengths, cell("lengths.tsv", 3, 0, "GENE7")),
         ("lengths.tsv", "'GENE7'")),
    Case("lengths of other genes", both(with_lengths, recoded(
        "lengths.tsv", lambda t: t.replace("GENE", "OTHER").encode())), ("lengths.tsv",)),
]  # fmt: skip

CASES = [*EVERY_FILE, *GENE_SETS, *PANELS, *ANNOTATIONS, *LENGTHS]
