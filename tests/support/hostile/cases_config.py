"""Configurations: their text, names, formulas, contrasts and values."""

from support.hostile.edits import (
    added_line,
    both,
    cell,
    content,
    extra_column,
    in_text,
    recoded,
    setting,
)
from support.hostile.ground import CANARY, Case

LEVELS = ["normal", "no_recurrence", "early_recurrence"]
CONFIG = "config.yaml"
ALPHABET = [chr(ord("a") + i) for i in range(26)]
CALL = f"__import__('os').system('touch {CANARY}')"
LATIN = "study: {title: Rückfälle früh}\n".encode("latin-1")


def bomb(first: str, joined: str, levels: int) -> str:
    """Aliases of aliases: a few lines that stand for more values than any memory holds."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{i}: &a{i} {joined.replace('*', f'*a{i - 1}')}" for i in range(1, levels)]
    return "\n".join(lines) + "\n"


def text(name, line, *words):
    """Add a line to the configuration's text."""
    return Case(name, added_line(CONFIG, line), words)


def value(name, place, what, *words):
    return Case(name, setting(place, what), words)


TEXT = [
    Case("config in Latin-1", content(CONFIG, LATIN), ("config.yaml, line 1", "0xfc", "UTF-8")),
    Case("config in UTF-16", recoded(CONFIG, lambda t: t.encode("utf-16")), ("UTF-16", "UTF-8")),
    Case("config in UTF-16 without mark", recoded(CONFIG, lambda t: t.encode("utf-16-le")),
         ("config.yaml, line 1", "NUL")),
    Case("config with a byte-order mark", recoded(CONFIG, lambda t: t.encode("utf-8-sig"))),
    Case("config with Windows line endings", recoded(CONFIG, lambda t: t.replace("\n", "\r\n").encode())),
    Case("config with a NUL", added_line(CONFIG, b"seed: 1\x00"), ("config.yaml, line", "NUL")),
    text("escape sequence in the config", b"# \x1b[2J", "config.yaml", "special characters"),
    text("tab as indentation", "filter:\n\tmin_count: 1", "config.yaml, line", "tab"),
    text("key given twice", "counts: {path: other.tsv}", "'counts' is given 2 times", "lines"),
    text("YAML tag that makes an object",
         f"seed: !!python/object/apply:os.system ['touch {CANARY}']", "tag", "python/object"),
    text("YAML tag that names a function", "seed: !!python/name:os.system", "tag", "python/name"),
    text("YAML tag of another program", "seed: !include /etc/passwd", "'!include'"),
    text("Snakemake template in the config",
         f"__use_yte__: true\n__definitions__: [\"{CALL}\"]", "__use_yte__", "run the code"),
    Case("bomb of lists", content(CONFIG, bomb("[x, x]", "[*, *, *, *, *, *, *, *]", 12)),
         ("aliases", "50,000")),
    Case("bomb of sections", content(CONFIG, bomb("{p: x}", "{p: *, q: *}", 60)),
         ("aliases", "50,000")),
    Case("alias inside itself", content(CONFIG, "study: &s {title: *s}\n"), ("alias", "line 1")),
    Case("sections in sections in sections", content(CONFIG, "{a: " * 5000), ("levels deep",)),
    Case("hundred thousand brackets", content(CONFIG, "[" * 100_000), ("levels deep",)),
    Case("empty config", content(CONFIG, b""), ("config.yaml", "holds no keys")),
    Case("config of blanks", content(CONFIG, b" \n\n  \n"), ("config.yaml", "holds no keys")),
    Case("config is a list", content(CONFIG, "- study\n- counts\n"), ("holds no keys",)),
    Case("config is a sentence", content(CONFIG, "please compare my samples"), ("holds no keys",)),
    text("two documents in a config", "---\nseed: 1", "not YAML", "another document"),
    text("date that does not exist", "seed: 2024-13-45", "config.yaml", "month"),
    text("number of five thousand digits", "seed: " + "9" * 5000, "5,000 digits"),
    text("hexadecimal number of nine thousand digits", "seed: 0x" + "f" * 9000, "9,002 digits"),
    text("two megabytes of comment", "# " + "x" * (2 << 20), "config.yaml", "at most 1 MB"),
    text("half a surrogate", 'seed: "\\ud800"', "config: seed", "control character"),
    text("list as a key", "? [a, b]\n: 1", "config.yaml, line", "unhashable"),
    text("number as a key", "1: 2", "unknown key"),
    text("nothing as a key", "~: 2", "unknown key"),
    Case("quotation mark not closed", in_text(CONFIG, "A small study", "'A small study"),
         ("config.yaml, line", "quot")),
    Case("config cut in the middle", recoded(CONFIG, lambda t: t[: len(t) // 2].encode()),
         ("config: contrasts.early_vs_none",)),
    Case("config in JSON", content(CONFIG, '{"study": {"title": "\\u0022<b>\\u0022"}}'),
         ("'counts' is missing", "'design' is missing")),
]  # fmt: skip

NAMES_AND_NUMBERS = [
    text("octal levels", "batches: 1", "unknown key"),
    value("true and false as levels", "design.levels.group", [False, True, "normal"],
          "config: design.levels", "put the word in quotes"),
    Case("no and off as levels", in_text(CONFIG, "    - no_recurrence", "    - no"),
         ("config: design.levels.group", "YAML reads yes, no, on and off")),
    Case("contrast called no", in_text(CONFIG, "  early_vs_none:", "  no:"),
         ("config: contrasts", "put the name in quotes")),
    Case("contrast called by a number", in_text(CONFIG, "  early_vs_none:", "  010:"),
         ("config: contrasts", "put the name in quotes")),
    Case("level with a leading zero", in_text(CONFIG, "    - no_recurrence", "    - 01"),
         ("design.levels.group", "YAML reads 01 as the number 1", '"01"')),
    Case("level in base sixty", in_text(CONFIG, "    - no_recurrence", "    - 1:30"),
         ("YAML reads 1:30 as the number 90",)),
    Case("level in hexadecimal", in_text(CONFIG, "    - no_recurrence", "    - 0x1F"),
         ("YAML reads 0x1F as the number 31",)),
    Case("level is a date", in_text(CONFIG, "    - no_recurrence", "    - 2024-01-31"),
         ("config: design.levels.group", "YAML reads it as a date")),
    Case("numerator in base sixty", in_text(CONFIG, "numerator: early_recurrence", "numerator: 1:30"),
         ("contrasts.early_vs_none.numerator", "the number 90")),
    value("level that is a list", "design.levels.group", [["normal"], "no_recurrence"],
          "config: design.levels"),
    value("levels that are a text", "design.levels.group", "normal", "config: design.levels.group"),
    value("nothing in a section", "contrasts", None, "config: contrasts"),
    value("number in place of a section", "counts", 7, "config: counts"),
    value("list in place of a section", "contrasts", ["a", "b"], "config: contrasts"),
    value("alpha is no number", "testing.alpha", float("nan"), "config: testing.alpha"),
    value("alpha as text", "testing.alpha", "0,05", "config: testing.alpha"),
    value("infinite threshold", "testing.lfc_threshold", float("inf"), "testing.lfc_threshold"),
    value("threshold that is no number", "testing.min_abs_lfc", float("nan"), "testing.min_abs_lfc"),
    value("negative count limit", "filter.min_count", -1, "config: filter.min_count"),
    value("more samples than there are", "filter.min_samples", 10**9, "filter.min_samples"),
    value("too few shuffles", "evidence", {"permutations": 18}, "evidence.permutations", "19"),
    value("negative shuffles", "evidence", {"permutations": -1}, "evidence.permutations"),
    value("endless shuffles", "evidence", {"permutations": 10**12}, "evidence.permutations"),
    value("half a shuffle", "evidence", {"permutations": 25.5}, "evidence.permutations"),
    value("shuffles: yes", "evidence", {"permutations": True}, "evidence.permutations"),
    value("evidence as a list", "evidence", [25], "config: evidence"),
    value("negative seed", "seed", -1, "config: seed"),
    value("seed as a decimal", "seed", 7.0),
    value("sizes of sets as decimals", "enrichment.min_size", 5.0),
    value("patterns of one step", "patterns", {"contrasts": ["early_vs_none"]},
          "config: patterns.contrasts", "at least 2 items"),
    value("patterns of one contrast twice", "patterns",
          {"contrasts": ["early_vs_none", "early_vs_none"]}, "config: patterns.contrasts",
          "each item once"),
    value("patterns of an unknown contrast", "patterns",
          {"contrasts": ["early_vs_none", "tumour_vs_norm"]}, "config: patterns.contrasts",
          "did you mean 'tumour_vs_normal'"),
    value("patterns of another factor", "patterns",
          {"factor": "batch", "contrasts": ["early_vs_none", "tumour_vs_normal"]},
          "config: patterns.contrasts", "levels of 'batch'"),
    value("no pair and no set", "coexpression", {}, "config: coexpression"),
    value("a pair of three", "coexpression", {"pairs": [["GENE1", "GENE2", "GENE3"]]},
          "config: coexpression.pairs.0"),
    value("an unknown set", "coexpression", {"sets": ["planned"]}, "config: coexpression.sets.0",
          "is no set of"),
    value("high above everything", "coexpression", {"pairs": [["GENE1", "GENE2"]], "high": 1},
          "config: coexpression.high"),
    value("signatures by an unknown method", "signatures", {"method": "plage"},
          "config: signatures.method", "ssgsea"),
    value("signatures without a collection", "signatures", {"collections": {}},
          "config: signatures.collections"),
    value("signatures of sets of one gene", "signatures", {"min_size": 1},
          "config: signatures.min_size"),
    value("signatures from a file that is not there", "signatures",
          {"collections": {"mine": "none.gmt"}}, "none.gmt"),
    value("signatures with a name that recurseq takes", "signatures",
          {"collections": {"composition": "sets.gmt"}}, "config: signatures.collections",
          "the name 'composition'"),
    value("a study without its folder", "replication",
          {"studies": {"other": {"results": "../nowhere"}}},
          "config: replication.studies.other.results", "no folder"),
    value("its own results as another study", "replication",
          {"studies": {"other": {"results": "results"}}}, "replication.studies.other.results"),
    value("a table that is not there", "replication",
          {"studies": {"other": {"table": "no.tsv", "contrast": "early_vs_none"}}}, "no.tsv"),
    value("a table of an unknown contrast", "replication",
          {"studies": {"other": {"table": "counts.tsv", "contrast": "early_vs_nome"}}},
          "did you mean 'early_vs_none'", "no column log2FoldChange"),
    value("a study that is folder and table", "replication",
          {"studies": {"other": {"table": "a.tsv", "results": "b", "contrast": "early_vs_none"}}},
          "config: replication.studies.other"),
    value("a contrast there that is a path", "replication",
          {"studies": {"other": {"results": "b", "contrasts": {"early_vs_none": "../../etc"}}}},
          "config: replication.studies.other.contrasts"),
    value("a second cohort of no study", "demo", {"truth": "demo/truth.tsv", "second": "other"},
          "config: demo.second"),
    value("a second cohort without a truth", "demo",
          {"clinical": {"cohort": "lee", "truth": "demo/t.tsv"}, "second": "other"}, "demo"),
    value("claims that are a section", "claims", {"gene": "GENE1"}, "config: claims", "a list"),
    value("no claim", "claims", [], "config: claims", "at least 1 items"),
    value("claim about nothing", "claims", [{"contrast": "early_vs_none", "direction": "up"}],
          "config: claims.0", "gene, or set and collection"),
    value("claim about a gene and a set", "claims",
          [{"gene": "GENE1", "set": "NULL", "collection": "planted", "contrast": "early_vs_none",
            "direction": "up"}], "config: claims.0", "gene, or set and collection"),
    value("claim of an infinite size", "claims",
          [{"gene": "GENE1", "contrast": "early_vs_none", "direction": "up",
            "log2FoldChange": float("inf")}], "config: claims", "a finite number"),
    value("claim against its own sign", "claims",
          [{"gene": "GENE1", "contrast": "early_vs_none", "direction": "up", "log2FoldChange": -1}],
          "config: claims.0.log2FoldChange", "a number above 0"),
    value("claim about an unknown contrast", "claims",
          [{"gene": "GENE1", "contrast": "early_v_none", "direction": "up"}],
          "config: claims.0.contrast", "did you mean 'early_vs_none'"),
    value("claim with an escape sequence", "claims",
          [{"gene": "\x1b[2J", "contrast": "early_vs_none", "direction": "up"}],
          "config: claims", "control character"),
    value("infinite weight", "contrasts.early_vs_none",
          {"coefficients": {"group[early_recurrence]": float("inf")}}, "early_vs_none"),
    value("weight that is no number", "contrasts.early_vs_none",
          {"coefficients": {"group[early_recurrence]": float("nan")}}, "early_vs_none"),
]  # fmt: skip


def named(name):
    """Rename the first contrast."""

    def edit(ground):
        contrasts = ground.study.config["contrasts"]
        first, *rest = contrasts.items()
        ground.set("contrasts", {name: first[1], **dict(rest)})

    return edit


def contrast_named(name, *words):
    shown = f"{name[:12]!r}, {len(name)} characters" if len(name) > 30 else repr(name)
    return Case(f"contrast called {shown}", named(name), words or ("config: contrasts", "name"))


CONTRASTS = [
    *map(contrast_named, ["../../x", "/etc/passwd", "", ".", "..", "a b", "a/b", "a\\b", "früh",
                          "a" * 65, "a" * 100_000, "abc\n", "=cmd()", "+1", "-rf", "@SUM(A1)",
                          "{contrast}", "{config}", f"$(touch {CANARY})", f"; touch {CANARY}",
                          "<script>alert(1)</script>", "\u202etxt.exe", "a\x00b", "~root"]),
    contrast_named("CON", "config: contrasts", "Windows"),
    contrast_named("lpt1", "config: contrasts", "Windows"),
    contrast_named("Tumour_vs_Normal", "differ in case only"),
    contrast_named("sums"),
    contrast_named("figures"),
]  # fmt: skip
CONTRASTS[-2:] = [Case(case.name, case.build) for case in CONTRASTS[-2:]]  # these two are legal

COLLECTIONS = [
    value("collection called as a path", "enrichment.collections", {"../x": "sets.gmt"},
          "config: enrichment.collections", "'../x'"),
    value("collections that differ in case", "enrichment.collections",
          {"Sets": "sets.gmt", "sets": "sets.gmt"}, "differ in case only"),
    value("collection called NUL", "enrichment.collections", {"NUL": "sets.gmt"}, "Windows"),
]  # fmt: skip


def formula(name, what, *words):
    return value(name, "design.formula", what, "config: design.formula", *words)


def with_columns(ground):
    for name in ALPHABET:
        extra_column(name, ["x", "y"] * 6)(ground)


FORMULAS = [
    formula("formula with a call", f"~ {CALL}"),
    formula("formula with I()", "~ I(age)", "'('"),
    formula("formula with a lambda", "~ (lambda: 0)()"),
    formula("formula with an attribute", "~ group.__class__.__mro__", "not a column"),
    formula("formula with an assignment", "~ group := 1"),
    formula("formula with backticks not closed", "~ `group", "'`'"),
    formula("formula with an empty name", "~ ``"),
    formula("formula of a call in backticks", f"~ `{CALL}`", "not a column"),
    formula("formula with a power", "~ (group + batch)^2"),
    formula("formula with a random effect", "~ group + (1|batch)"),
    formula("formula that subtracts", "~ group - 1", "'-'"),
    formula("formula that ends too early", "~ group +"),
    formula("formula without a term", "~"),
    formula("formula of a hundred thousand characters", "~ " + "a+" * 50_000 + "a", "2,000"),
    Case("product of twenty-six columns",
         both(with_columns, setting("design.formula", "~ " + "*".join(ALPHABET))),
         ("config: design.formula", "6")),
    formula("product of a column with itself, thirty times", "~ " + "*".join(["group"] * 30), "6"),
    Case("interaction of columns with a level a sample",
         both(*(extra_column(name, map(str, range(12))) for name in ("p", "q", "r", "s")),
              *(setting(f"design.levels.{name}", list(map(str, range(12)))) for name in "pqrs"),
              setting("design.formula", "~ p:q:r:s")),
         ("config: design.formula", "coefficients")),
    formula("formula with a look-alike letter", "~ gr\u043eup", "did you mean 'group'?", "look alike"),
    Case("formula with a decomposed letter",
         both(extra_column("früh", ["a", "b"] * 6), setting("design.formula", "~ fru\u0308h + group")),
         ("look alike", "'fr\\xfch'")),
    formula("formula with a zero-width space", "~ gro\u200bup"),
    formula("formula with full-width digits", "~ group + \uff11", "only 0 and 1"),
    formula("formula with a format field", "~ {config}", "'{'"),
    formula("formula as a list", ["~ group"]),
    formula("formula as a number", 1),
    value("reduced formula with a call", "omnibus.reduced", f"~ {CALL}", "config: omnibus.reduced"),
    value("formula on several lines", "design.formula", "~\n  group\n"),
    Case("two columns of the design with one name",
         both(extra_column("group[early_recurrence]", map(str, [*range(12)])),
              setting("design.formula", "~ `group[early_recurrence]` + group")),
         ("config: design.formula", "'group[early_recurrence]'", "name")),
    Case("column called Intercept",
         both(extra_column("Intercept", map(str, [3, 1, 2] * 4)),
              setting("design.formula", "~ Intercept + group")),
         ("config: design.formula", "'Intercept'", "name")),
]  # fmt: skip


def path(name, where, what, *words):
    return value(name, where, what, *words)


PATHS = [
    path("counts are /etc/passwd", "counts.path", "/etc/passwd", "/etc/passwd"),
    path("counts are endless", "counts.path", "/dev/zero", "/dev/zero", "a device"),
    path("sheet is endless", "samples.path", "/dev/zero", "/dev/zero", "a device"),
    path("counts are the terminal", "counts.path", "/dev/stdin", "/dev/stdin"),
    path("counts are random", "counts.path", "/dev/urandom", "a device"),
    path("counts are the study", "counts.path", ".", "a folder"),
    path("counts above the study", "counts.path", "../counts.tsv", "../counts.tsv"),
    path("counts below a file", "counts.path", "counts.tsv/x", "counts.tsv/x"),
    path("path of five thousand characters", "counts.path", "a" * 5000, "aaa"),
    path("path with a command", "counts.path", f"$(touch {CANARY})", "does not exist"),
    path("path that ends a command", "samples.path", f"x.tsv; touch {CANARY}", "does not exist"),
    path("path with a pipe character", "counts.path", f"|touch {CANARY}", "does not exist"),
    path("path with a wildcard", "counts.path", "{sample}.tsv", "config: counts.path", "braces"),
    path("gene sets with a wildcard", "enrichment.collections", {"a": "{x}.gmt"}, "braces"),
    path("path with a NUL", "counts.path", "counts.tsv\x00.txt", "config: counts.path", "control"),
    path("path with a line end", "samples.path", "a\nb.tsv", "config: samples.path", "control"),
    path("path with an escape sequence", "counts.path", "\x1b[31mred", "config: counts.path"),
    path("path is a web address", "counts.path", "https://example.org/c.tsv", "does not exist"),
    path("path in the home of root", "counts.path", "~root/counts.tsv", "does not exist"),
    path("empty path", "counts.path", "", "config: counts.path"),
    path("path is a list", "counts.path", ["a", "b"], "config: counts.path"),
    path("folder of counts is /dev", "counts", {"directory": "/dev"}, "/dev"),
    path("folder of counts is everything", "counts", {"directory": "/"}, "/"),
    path("folder of counts is a file", "counts", {"directory": "counts.tsv"}, "not a folder"),
    path("demo written outside", "demo", {"truth": "../neighbour/notes.txt"},
         "config: demo.truth", "inside the study"),
    path("demo written anywhere", "demo", {"truth": f"/tmp/{CANARY}"},
         "config: demo.truth", "inside the study"),
    Case("demo written over counts of another",
         both(setting("demo", {"truth": "truth.tsv"}), setting("counts.path", "../counts.tsv")),
         ("config: counts.path", "inside the study")),
    Case("demo written over the sheet",
         both(setting("demo", {"truth": "truth.tsv"}), setting("counts.path", "samples.tsv")),
         ("config: counts.path", "samples.tsv")),
    path("demo in place of counts that exist", "demo", {"truth": "demo/truth.tsv"},
         "config: counts.path", "'counts.tsv'"),
    Case("demo through a link to the outside",
         both(lambda g: (g.path / "demo").symlink_to("../neighbour"),
              setting("demo", {"truth": "demo/notes.txt"}), setting("counts.path", "demo/c.tsv")),
         ("config: counts.path", "config: demo.truth")),
]  # fmt: skip

TITLES = [
    value("title with format fields", "study.title", "{config} {wildcards.x} {0} %s {{x}}"),
    value("title with a template", "study.title", "{{ 7 * 7 }} {% for a in b %}"),
    value("title with a command", "study.title", f"$(touch {CANARY}) `touch {CANARY}`"),
    value("title that begins a script", "study.title", "<script>alert(1)"),
    value("title that ends a script", "study.title", "x</SCRIPT><script>alert(1)",
          "config: study.title", "'</SCRIPT'"),
    value("title in two directions", "study.title", "\u202egnp.exe \u05d0\u05d1"),
    value("title too long", "study.title", "x" * 301, "config: study.title", "300"),
    value("title with a bell", "study.title", "ding\x07", "config: study.title", "control"),
    value("title that is a date", "study.title", __import__("datetime").date(2024, 1, 31),
          "config: study.title", "YAML reads it as a date"),
]  # fmt: skip

# Found where the counts are read; `recurseq check` does not filter.
IN_A_JOB = [value("count limit above all counts", "filter.min_count", 10**30, "config: filter")]
CASES = [
    *(*TEXT, *PATHS, *NAMES_AND_NUMBERS, *CONTRASTS, *COLLECTIONS, *FORMULAS, *TITLES),
    Case(
        "level that nobody has, spelt alike",
        cell("samples.tsv", 5, 1, "no_recurrenc\u0435"),
        ("column 'group'", "look alike"),
    ),
]
