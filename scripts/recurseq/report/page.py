"""Render the report: one HTML file that needs no network and no other file.

A section may have a script of its own (``SCRIPT``). It stands in the page, and the page's policy
names it by its hash: the browser runs this text and no other, and fetches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from recurseq.base.places import read_shipped
from recurseq.base.tables import describe
from recurseq.base.text import listed, setting
from recurseq.base.whole_file import whole_file
from recurseq.figures.registry import FigureEntry
from recurseq.report import words
from recurseq.report.explorer.bundle import bundle
from recurseq.report.provenance import portable
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph, Section, gather
from recurseq.report.sections import (
    assays,
    associations,
    benefit,
    cautions,
    claims,
    coexpression,
    confounding,
    contrasts,
    cutoffs,
    demo_check,
    descriptions,
    evidence,
    files,
    genes,
    glance,
    markers,
    models,
    omnibus,
    panel,
    pathways,
    patients,
    patterns,
    provenance,
    quality,
    reading,
    replication,
    risk,
    signatures,
    study,
    survival,
)
from recurseq.study import load_study

HERE = Path(__file__).parent
# The order of the page. Limits and methods gather what the sections say of themselves.
SECTIONS: tuple[Section, ...] = (
    *(glance, genes, study, reading, quality, confounding, contrasts, evidence, omnibus),
    *(patterns, markers, coexpression, pathways, signatures),
    *(patients, assays, cutoffs, associations, panel, descriptions, survival, models, risk),
    *(benefit, cautions),
    *(claims, replication, demo_check),
    *(files, provenance),
)
CLOSING = files  # limits and methods stand before this section
STYLES = ("style.css", "explorer/explorer.css")
MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
# Characters of embedded figures and of the explorer's data, which come first: leaves room for the
# tables below the promised 5 MB.
FIGURE_BUDGET = 3_900_000
# Figures a reader misses most come first where not all can be embedded.
EMBEDDED_FIRST = (
    *("quality", "survival", "models", "risk", "benefit", "patients", "descriptions", "cutoffs"),
    *("markers", "contrasts", "patterns", "coexpression", "signatures", "replication", "pathways"),
)


@dataclass(frozen=True)
class Shown:
    """A section as the page shows it."""

    name: str
    title: str
    body: Markup
    entries: Sequence[tuple[str, str]] = ()
    script: Script | None = None


@dataclass(frozen=True)
class Script:
    """A script of a section, and the hash by which the page's policy allows it."""

    text: Markup
    hash: str

    @classmethod
    def read(cls, section: Section) -> Script:
        """Read the script of a section, with the modules that it imports."""
        text = bundle(HERE / "sections" / section.SCRIPT)
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        return cls(Markup(text), f"sha256-{digest}")


def build_page(results: str | Path, config: Mapping, root: str | Path = ".") -> str:
    """Build the report of a study from its result files.

    Parameters
    ----------
    results
        The results folder; sections whose files are absent are left out.
    config
        The configuration, checked.
    root
        Folder of the study; absolute paths of the configuration are not shown.

    Returns
    -------
    str
        The whole page as HTML.
    """
    return render(Results(Path(results), load_study(config)), portable(config, root))


def write_page(page: str, path: str | Path) -> None:
    """Write the page as UTF-8 with unix line endings; it appears only when complete."""
    with whole_file(path) as partial:
        partial.write_text(page, encoding="utf-8", newline="\n")


def render(results: Results, config: Mapping) -> str:
    """Turn the facts into HTML; every text from outside is escaped by the template engine."""
    facts = {section: gather(section, results) for section in SECTIONS}
    present = {section: found for section, found in facts.items() if found is not None}
    environment = _environment(results, config)
    shown = []
    for section, found in present.items():
        if section is CLOSING:
            shown += _closing(environment, present)
        name = section.__name__.rpartition(".")[2]
        entries = section.entries(found) if hasattr(section, "entries") else ()
        script = Script.read(section) if hasattr(section, "SCRIPT") else None
        shown.append(_shown(environment, name, section.TITLE, found, entries, script))
    return environment.get_template("page.html").render(
        sections=shown,
        study=results.study,
        lead=[one.lead(found) for one, found in present.items() if hasattr(one, "lead")],
        version=results.provenance.get("recurseq", ""),
        scripts=[section.script for section in shown if section.script],
        style=Markup("".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)),
    )


def _shown(
    environment: Environment, name: str, title: str, facts: object, entries=(), script=None
) -> Shown:
    body = environment.get_template(f"sections/{name}.html").render(facts=facts)
    return Shown(name, title, Markup(body), entries, script)


def _closing(environment: Environment, present: Mapping[Section, object]) -> list[Shown]:
    """Gather limits and methods from all sections."""
    limits = [text for one, facts in present.items() for text in _said(one, "limits", facts)]
    paragraphs = [text for one, facts in present.items() for text in _said(one, "methods", facts)]
    methods = {"paragraphs": paragraphs, "citations": cited(paragraphs)}
    return [
        _shown(environment, "limits", "Limits", limits),
        _shown(environment, "methods", "Methods", methods),
    ]


def _said(section: Section, what: str, facts: object) -> list:
    return getattr(section, what)(facts) if hasattr(section, what) else []


def _environment(results: Results, config: Mapping) -> Environment:
    """Return the template engine with what every template may use."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": words.count,
        "number": words.number,
        "level": words.level,
        "measure": words.measure,
        "pvalue": words.pvalue,
        "percent": words.percent,
        "plain": words.plain,
        "spaced": words.spaced,
        "setting": setting,
    }
    environment.tests["missing"] = words.is_missing
    explored = gather(genes, results)
    budget = FIGURE_BUDGET - (len(explored.data) if explored else 0)
    embedded = embed(_by_importance(results.all_figures), budget)
    environment.globals |= {
        "embedded": lambda figure: embedded.get(figure.smallest, ""),
        "link": lambda figure: results.link(figure.smallest),
        "caption": caption,
        "meaning": _meanings,
        "many": words.many,
        "listed": listed,
        "called_in_words": contrasts.called_in_words,
        "references": references(),
        "checksums_shown": provenance.CHECKSUMS_SHOWN,
        "config_text": yaml.safe_dump(
            config, sort_keys=False, allow_unicode=True, default_flow_style=False
        ),
    }
    return environment


def cited(paragraphs: Sequence[Paragraph]) -> dict[str, int]:
    """Give each reference its number, in the order of first citation."""
    keys = dict.fromkeys(key for part in paragraphs for key in part.cites)
    return {key: number for number, key in enumerate(keys, start=1)}


@cache
def references() -> dict[str, dict[str, str]]:
    """Return what the methods may cite: key to ``text`` and ``doi``."""
    return read_shipped(HERE / "references.yaml")


def _by_importance(figures: Sequence[DrawnFigure]) -> list[DrawnFigure]:
    """Order the figures, those a reader misses most first; of pathways, one kind after another."""
    figures = [figure for figure in figures if figure.entry.name not in contrasts.EXPLORED]
    names = list(dict.fromkeys(figure.entry.name for figure in figures))

    def place(figure: DrawnFigure) -> tuple[int, int]:
        section = EMBEDDED_FIRST.index(figure.entry.section)
        return section, names.index(figure.entry.name) if section == len(EMBEDDED_FIRST) - 1 else 0

    return sorted(figures, key=place)


def embed(figures: Sequence[DrawnFigure], budget: int = FIGURE_BUDGET) -> dict[Path, str]:
    """Return figures as data URIs, as many as the budget of characters allows.

    Parameters
    ----------
    figures
        The most important first. The smaller of a figure's files is taken.
    budget
        Characters in all; a figure that does not fit is left out (the page links to it).
    """
    uris = {}
    for figure in figures:
        path = figure.smallest
        text = base64.b64encode(path.read_bytes()).decode("ascii")
        uri = f"data:{MEDIA[path.suffix]};base64,{text}"
        if len(uri) <= budget:
            budget -= len(uri)
            uris[path] = uri
    return uris


@cache
def caption(entry: FigureEntry) -> Markup:
    """Return the text that teaches how to read a figure, the same as in Snakemake's report.

    The page says on top whether data are simulated; the caption's own word on it is for Snakemake.
    """
    template = Environment(autoescape=False).from_string(
        entry.caption_file.read_text(encoding="utf-8")
    )
    text = str(escape(" ".join(template.render(snakemake={"config": {}}).split())))
    return Markup(re.sub(r"``(.+?)``", r"<code>\1</code>", text))


@cache
def _meanings(table: str) -> dict[str, str]:
    """Return column name to description, for the tooltips of table headers."""
    return {column.name: column.description for column in describe(table).columns}
