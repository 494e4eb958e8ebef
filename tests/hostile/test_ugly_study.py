"""All that is ugly and legal at once, from the config to the report: nothing of it acts."""

import json
import xml.etree.ElementTree as ElementTree
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from recurseq.base.places import LIBRARY
from recurseq.base.tables import read_table
from recurseq.report.explorer.bundle import bundle
from support.hostile.ground import CANARY, Ground

pytestmark = pytest.mark.workflow
SCRIPT = "<script>alert(1)</script>"
COMMAND = f"$(touch {CANARY})"
SAMPLES = [
    "=cmd()", "+1", "-2", "@SUM(A1)", "../../x", "/etc/passwd", SCRIPT, COMMAND,
    f"; touch {CANARY}", "{wildcards.x}", "M\u00fc\u00dfe\u00a0 \u202e\u05d0\U0001f600",
    "O'Brien \"x\", CON",
]  # fmt: skip
TITLE = (
    "<script>alert(1) {config} {{ 7*7 }} `x <javascript:x>`_\n\n.. raw:: html\n\n   <img src=x>\n"
)
LEVELS = ["=normal/liver", 'no "recurrence" <b onload=x>', "fr\u00fch; {config} 'x'"]
FACTOR = "Gruppe/Art {x} <i>"
IDENTIFIERS = [
    "=1+1", "+A1", "-A1", "@A1", "1-Sep", "0x1F", "../../y", SCRIPT, COMMAND, "{params.contrast}",
    "\u202egene", "\U0001f600", "a  b", "a\u00a0b", "%s%n", "x;y|z", "nan", "inf", "1e5", "TRUE",
    '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "A&B", "`id`", "CON", "x" * 200,
]  # fmt: skip


def ugly(ground):
    """Rename samples, groups and genes of the small study; sets and panel follow."""
    counts = pd.read_csv(ground.path / "counts.tsv", sep="\t", index_col=0)
    sheet = pd.read_csv(ground.path / "samples.tsv", sep="\t", dtype=str)
    genes = [*IDENTIFIERS, *counts.index[len(IDENTIFIERS) :]]
    counts.columns = SAMPLES
    counts.iloc[30, :] = [1_000_000_000 - 10_000_000 * sample for sample in range(len(SAMPLES))]
    counts.insert(0, "gene_name", [*IDENTIFIERS[::-1], *counts.index[len(IDENTIFIERS) :]])
    counts.index = pd.Index(genes, name="gene_id")
    lines = ["\t".join(map(str, row)) for row in counts.reset_index().itertuples(index=False)]
    quoted = [line.replace('"', '""') for line in lines]
    quoted = [
        "\t".join(f'"{cell}"' for cell in line.split("\t")[:2]) + "\t" + line.split("\t", 2)[2]
        for line in quoted
    ]
    header = "\t".join(f'"{name}"' for name in [
        "gene_id", "gene_name", *(s.replace('"', '""') for s in SAMPLES)])  # fmt: skip
    ground.write("counts.tsv", "\n".join([header, *quoted]) + "\n")
    old = ["normal", "no_recurrence", "early_recurrence"]
    sheet["sample_id"] = SAMPLES
    sheet["group"] = sheet["group"].map(dict(zip(old, LEVELS, strict=True)))
    sheet = sheet.rename(columns={"group": FACTOR, "batch": "TNM/stage"})
    sheet["note"] = [SCRIPT, "=HYPERLINK(1)", "", "NA", *["\U0001f600"] * 8]
    sheet.to_csv(ground.path / "samples.tsv", sep="\t", index=False)
    names = [cell.replace('"', '""') for cell in IDENTIFIERS]
    panel = [
        f'"{name}"\t"{SCRIPT if i % 2 else "=set"}"\tup\t"@source"' for i, name in enumerate(names)
    ]
    ground.write(
        "markers.tsv", "\n".join(["gene\tset\texpected_early_vs_none\tsource", *panel]) + "\n"
    )
    sets = {
        "=SET()": IDENTIFIERS,
        SCRIPT: IDENTIFIERS[:15],
        COMMAND: genes[10:60],
        "../../z": genes[20:90],
    }
    ground.write("sets.gmt", "".join(f"{name}\t{SCRIPT}\t" + "\t".join(members) + "\n"
                                     for name, members in sets.items()))  # fmt: skip
    config = ground.study.config
    config["study"]["title"] = TITLE
    config["design"] = {"formula": f"~ sex + `{FACTOR}`", "levels": {FACTOR: LEVELS}}
    for name, sides in {"early_vs_none": (2, 1), "early_vs_normal": (2, 0)}.items():
        config["contrasts"][name] = {
            "factor": FACTOR, "numerator": LEVELS[sides[0]], "denominator": LEVELS[sides[1]],
        }  # fmt: skip
    del config["contrasts"]["tumour_vs_normal"]
    config["omnibus"] = {"reduced": "~ sex"}
    config["genes"] = {"annotation": "none"}
    config["evidence"], config["confounding"] = {}, {}
    ground.study.write()


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    ground = Ground(tmp_path_factory.mktemp("ugly"))
    ugly(ground)
    ended = ground.snakemake(cores=2)
    assert ended.code == 0, ended.text
    return ground


@pytest.fixture
def results(done) -> Path:
    return done.path / "results"


class Page(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.scripts = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        (self.scripts if self.tags[-1:] == ["script"] else self.texts).append(data)

    def handle_endtag(self, tag):
        self.tags.append(f"/{tag}")


def acting(tags, attributes):
    """What could run: elements, event attributes, addresses that are code."""
    elements = {"script", "iframe", "object", "embed", "form", "base", "foreignobject"} & {
        tag.lower() for tag in tags
    }
    events = [name for name, _ in attributes if name.lower().startswith("on")]
    addresses = [v for _, v in attributes if (v or "").strip().lower().startswith("javascript:")]
    return sorted(elements) + events + addresses


def test_study_runs_and_nothing_of_it_acts(done, record_property):
    record_property("input", "names: everything ugly and legal at once")
    record_property("result", "runs")
    assert done.look() == done.before
    assert not list(done.folder.rglob(CANARY))


def test_identifiers_are_in_the_tables_as_they_were_written(results):
    genes = read_table(results / "contrasts/early_vs_none/genes.tsv", "contrast_genes")
    assert set(IDENTIFIERS) <= set(genes["gene_id"])
    sizes = read_table(results / "qc/library_sizes.tsv", "qc_library_sizes")
    assert set(sizes["sample_id"]) == set(SAMPLES)


def test_no_cell_of_the_workbook_is_a_formula(results):
    book = load_workbook(results / "report/tables.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    risky = [c for c in cells if isinstance(c.value, str) and c.value[:1] in set("=+-@\t\r")]
    assert len(risky) > 50
    assert {cell.data_type for cell in risky} == {"s"}
    assert not [cell for cell in cells if cell.data_type == "f"]
    links = [link for sheet in book for link in sheet._hyperlinks]
    assert all(link.target is None for link in links), "only links within the workbook"
    with zipfile.ZipFile(results / "report/tables.xlsx") as parts:
        assert not [n for n in parts.namelist() if "external" in n.lower() or "vba" in n.lower()]


def test_the_page_shows_names_and_runs_none(results):
    page = Page((results / "report/report.html").read_text(encoding="utf-8"))
    own = {bundle(path) for path in LIBRARY.rglob("*.js")}
    assert page.scripts and set(filter(str.strip, page.scripts)) <= own
    # The search of the explorer is a form, which the policy lets send nothing.
    assert acting(page.tags, page.attributes) == ["form", "script"]
    policy = next(v for name, v in page.attributes if name == "content" and "default-src" in v)
    assert "form-action 'none'" in policy
    assert SCRIPT in "".join(page.texts)


def test_figures_are_xml_without_scripts(results):
    figures = sorted(results.rglob("*.svg"))
    assert len(figures) > 10
    for path in figures:
        elements = list(ElementTree.parse(path).iter())
        tags = [str(element.tag).rpartition("}")[2] for element in elements]
        attributes = [pair for element in elements for pair in element.attrib.items()]
        assert not acting(tags, attributes), path


def test_provenance_is_json_with_the_names(results):
    json.loads((results / "provenance.json").read_text(encoding="utf-8"))


def test_the_report_of_snakemake_takes_the_title_as_text(done):
    ended = done.snakemake("--report", "report.zip")
    assert ended.code == 0, ended.text
    with zipfile.ZipFile(done.path / "report.zip") as archive:
        pages = [name for name in archive.namelist() if name.endswith("html")]
        text = "".join(archive.read(name).decode("utf-8") for name in pages)
    assert "alert(1)" in text
    assert "system-message" not in text, "the title was read as reStructuredText"
    assert "\\n<img src=x>" not in text
    assert '"javascript:x' not in text.replace("\\", ""), "the title became a link"
