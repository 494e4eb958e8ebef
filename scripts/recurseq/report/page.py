"""Render the report: one HTML file that needs no network and no other file.

The page has a script, and a section may have one of its own (``SCRIPT``). They stand in the page,
and its policy names each by its hash: the browser runs these texts, no other, and fetches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from recurseq.base.tables import describe
from recurseq.base.text import capital, listed, setting
from recurseq.figures.registry import FigureEntry
from recurseq.report import words
from recurseq.report.citation import bibtex, citation
from recurseq.report.explorer.bundle import bundle
from recurseq.report.glossary import Glossary
from recurseq.report.pictures import data_uri, shown_size
from recurseq.report.provenance import portable
from recurseq.report.references import Reference, references
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph, Section, gather
from recurseq.report.sections import (
    across,
    answer,
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
    markers,
    models,
    omnibus,
    panel,
    pathways,
    patients,
    patterns,
    provenance,
    quality,
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
    *(answer, genes),
    *(contrasts, evidence, omnibus),
    *(across, patterns, markers, claims, pathways, signatures, coexpression),
    *(patients, assays, cutoffs, associations, panel, descriptions, survival, models, risk),
    *(benefit, cautions, replication),
    *(study, quality, confounding, demo_check),
    *(files, provenance),
)
# Limits and methods tell in the order of the work: samples and their quality before any test.
TOLD_FIRST = (study, quality, confounding)
CLOSING = files  # limits and methods stand before this section
STYLES = ("style.css", "explorer/explorer.css")
# Characters of embedded figures and of the explorer's data, which come first: leaves room for the
# tables below the promised 5 MB.
FIGURE_BUDGET = 3_900_000
# Figures a reader misses most come first where not all can be embedded.
EMBEDDED_FIRST = (
    *("quality", "survival", "models", "risk", "benefit", "patients", "descriptions", "cutoffs"),
    *(
        "markers",
        "across",
        "patterns",
        "coexpression",
        "signatures",
        "replication",
        "contrasts",
        "pathways",
    ),
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
    def read(cls, path: Path) -> Script:
        """Read a script, with the modules that it imports."""
        text = bundle(path)
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        return cls(Markup(text), f"sha256-{digest}")


class Report(NamedTuple):
    """The page, and the files beside it that help to cite the run."""

    page: str
    bibtex: str
    citation: str


def build_report(results: str | Path, config: Mapping, root: str | Path = ".") -> Report:
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
    Report
        Whole texts: HTML, BibTeX and a citation file.
    """
    found = Results(Path(results), load_study(config))
    cited = [references()[key] for key in citations(_methods(_present(found)))]
    page = render(found, portable(config, root))
    return Report(page, bibtex(cited), citation(found, cited))


def build_page(results: str | Path, config: Mapping, root: str | Path = ".") -> str:
    """Build the page alone; arguments as for `build_report`."""
    return build_report(results, config, root).page


def render(results: Results, config: Mapping) -> str:
    """Turn the facts into HTML; every text from outside is escaped by the template engine."""
    present = _present(results)
    environment = _environment(results, config)
    shown = []
    for section, found in present.items():
        if section is CLOSING:
            shown += _closing(environment, present)
        name = section.__name__.rpartition(".")[2]
        entries = section.entries(found) if hasattr(section, "entries") else ()
        script = None
        if hasattr(section, "SCRIPT"):
            script = Script.read(HERE / "sections" / section.SCRIPT)
        shown.append(_shown(environment, name, section.TITLE, found, entries, script))
    closing = Script.read(HERE / "page.js")
    return environment.get_template("page.html").render(
        sections=shown,
        study=results.study,
        lead=_told(present, "lead"),
        version=results.provenance.get("recurseq", ""),
        date=results.run_date,
        glossary=environment.globals["glossary"].entries,
        closing=closing,
        scripts=[*(section.script for section in shown if section.script), closing],
        style=Markup("".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)),
    )


def _present(results: Results) -> dict[Section, object]:
    """Gather the sections that have something to show, with their facts."""
    facts = {section: gather(section, results) for section in SECTIONS}
    return {section: found for section, found in facts.items() if found is not None}


def _shown(
    environment: Environment, name: str, title: str, facts: object, entries=(), script=None
) -> Shown:
    body = environment.get_template(f"sections/{name}.html").render(facts=facts)
    return Shown(name, title, Markup(body), entries, script)


def _closing(environment: Environment, present: Mapping[Section, object]) -> list[Shown]:
    """Gather limits and methods from all sections, and what the methods cite."""
    limits = list(chain(*_told(present, "limits")))
    paragraphs = _methods(present)
    numbers = citations(paragraphs)
    cited: dict[int, Reference] = {number: references()[key] for key, number in numbers.items()}
    return [
        _shown(environment, "limits", "Limits", limits),
        _shown(environment, "methods", "Methods", {"paragraphs": paragraphs, "numbers": numbers}),
        _shown(environment, "references", "References", cited),
    ]


def _methods(present: Mapping[Section, object]) -> list[Paragraph]:
    return list(chain(*_told(present, "methods")))


def _told(present: Mapping[Section, object], what: str) -> list:
    """Ask each section what it says of itself, in the order of the work."""
    ordered = sorted(present, key=lambda section: section not in TOLD_FIRST)
    return [getattr(one, what)(present[one]) for one in ordered if hasattr(one, what)]


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
        "capital": capital,
        "count": words.count,
        "number": words.number,
        "level": words.level,
        "measure": words.measure,
        "pvalue": words.pvalue,
        "percent": words.percent,
        "shade": words.shade,
        "plain": words.plain,
        "spaced": words.spaced,
        "setting": setting,
        "address": address,
    }
    environment.tests["missing"] = words.is_missing
    glossary = Glossary()
    explored = gather(genes, results)
    budget = FIGURE_BUDGET - (len(explored.data) if explored else 0)
    embedded = embed(_by_importance(results.all_figures), budget)
    environment.globals |= {
        "embedded": lambda figure: embedded.get(figure.smallest, ""),
        "link": lambda figure: results.link(figure.smallest),
        "shown_size": lambda figure: shown_size(figure.smallest),
        "caption": caption,
        "meaning": _meanings,
        "glossary": glossary,
        "term": glossary.term,
        "many": words.many,
        "scores": words.SCORES,
        "listed": listed,
        "called_in_words": contrasts.called_in_words,
        "checksums_shown": provenance.CHECKSUMS_SHOWN,
        "config_text": yaml.safe_dump(
            config, sort_keys=False, allow_unicode=True, default_flow_style=False
        ),
    }
    return environment


def citations(paragraphs: Sequence[Paragraph]) -> dict[str, int]:
    """Give each reference its number, in the order of first citation."""
    keys = dict.fromkeys(key for part in paragraphs for key in part.cites)
    return {key: number for number, key in enumerate(keys, start=1)}


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
        uri = data_uri(path)
        if len(uri) <= budget:
            budget -= len(uri)
            uris[path] = uri
    return uris


def address(parts: Sequence[str]) -> str:
    """Return the address by which the explorer shows a gene or a set (``explorer/links.js``)."""
    return "#" + "/".join(quote(part, safe="!'()*~") for part in parts)


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
