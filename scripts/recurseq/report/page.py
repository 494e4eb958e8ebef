"""Render the report: one HTML file that needs no network, no scripts and no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from recurseq.base.tables import describe
from recurseq.base.whole_file import whole_file
from recurseq.report import words
from recurseq.report.content import Content, collect
from recurseq.report.contrast_facts import called_in_words
from recurseq.report.layout import Figure, Layout, study_layout
from recurseq.report.methods import REFERENCES, cited, limits, methods
from recurseq.report.provenance import portable
from recurseq.study import load_study

HERE = Path(__file__).parent
MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
# Characters of embedded figures: leaves room for the tables below the promised 5 MB.
FIGURE_BUDGET = 3_900_000
CHECKSUMS_SHOWN = 60


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
    settings = load_study(config)
    layout = study_layout(results, settings)
    return render(collect(layout, settings), layout, portable(config, root))


def write_page(page: str, path: str | Path) -> None:
    """Write the page as UTF-8 with unix line ends; it appears only when complete."""
    with whole_file(path) as partial:
        partial.write_text(page, encoding="utf-8", newline="\n")


def render(content: Content, layout: Layout, config: Mapping) -> str:
    """Turn the facts into HTML; every text from outside is escaped by the template engine."""
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
        "setting": words.setting,
    }
    environment.tests["missing"] = words.is_missing
    embedded = embed(_all_figures(content))
    paragraphs = methods(content)
    return environment.get_template("template.html").render(
        content=content,
        study=content.study,
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
        captions=caption,
        embedded=lambda figure: embedded.get(figure.smallest, ""),
        link=lambda figure: layout.link(figure.smallest),
        meaning=_meanings,
        many=words.many,
        listed=words.listed,
        called_in_words=called_in_words,
        methods=paragraphs,
        citations=cited(paragraphs),
        references=REFERENCES,
        limits=limits(content),
        config_text=yaml.safe_dump(
            config, sort_keys=False, allow_unicode=True, default_flow_style=False
        ),
        checksums_shown=CHECKSUMS_SHOWN,
    )


def embed(figures: Sequence[Figure], budget: int = FIGURE_BUDGET) -> dict[Path, str]:
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


def _all_figures(content: Content) -> list[Figure]:
    """List the figures, those a reader misses most first."""
    figures = list(content.quality.figures)
    figures += content.markers.figures if content.markers else []
    figures += [figure for contrast in content.contrasts for figure in contrast.figures]
    figures += content.model_figures
    pathways = [one for contrast in content.contrasts for one in contrast.pathways]
    shown = [figure for one in pathways for figure in one.figures]
    return figures + sorted(shown, key=lambda figure: figure.kind)


def caption(area: str, kind: str, **facts: str) -> dict[str, str | bool]:
    """Return title, alternative text, reading help and width of a figure.

    Parameters
    ----------
    area
        quality, model, contrast, marker or pathway.
    kind
        Name of the figure within its area; an unknown one is described by its name.
    facts
        Texts for the places in braces: origin, collection.
    """
    texts = _captions()[area].get(kind, _captions()["other"])
    places = {"name": words.spaced(kind).capitalize(), "origin": "", "collection": "", **facts}
    shown = {key: texts[key].format_map(places).strip() for key in ("title", "alt", "read")}
    return {**shown, "wide": texts.get("wide", False)}


@cache
def _captions() -> dict:
    return yaml.safe_load((HERE / "captions.yaml").read_text(encoding="utf-8"))


@cache
def _meanings(table: str) -> dict[str, str]:
    """Return column name to description, for the tooltips of table headers."""
    return {column.name: column.description for column in describe(table).columns}
