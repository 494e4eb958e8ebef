"""Captions exist for every figure, render, and say "simulated" only where it is true."""

import re
from html import unescape
from types import SimpleNamespace

import jinja2
import pytest
from docutils.core import publish_parts

from recurseq.figures.registry import all_figures
from recurseq.report.page import caption


def job(demo):
    """Give what Snakemake hands to a caption."""
    config = {"study": {"title": "T <b>"}, "design": {"formula": "~ a + b"}}
    return SimpleNamespace(
        config={**config, "demo": {"truth": "x"}} if demo else config,
        wildcards=SimpleNamespace(contrast="k", collection="c"),
        params=SimpleNamespace(
            contrast={"name": "early_vs_none", "min_abs_lfc": 1.0},
            testing={"alpha": 0.05},
            alpha=0.05,
            rank_by="stat",
            min_size=5,
            max_size=500,
        ),
    )


def test_every_caption_exists_and_belongs_to_something(repository):
    rules = "".join(path.read_text() for path in (repository / "workflow/rules").glob("*.smk"))
    named = set(re.findall(r"report/([a-z_]+)\.rst", rules)) | set(all_figures()) | {"workflow"}
    assert {path.stem for path in (repository / "workflow/report").glob("*.rst")} == named


@pytest.mark.parametrize("entry", all_figures().values(), ids=lambda entry: entry.name)
def test_the_page_shows_the_whole_caption_as_text(entry):
    shown = caption(entry)
    said = re.sub(r"{%.*?-%}", "", entry.caption_file.read_text(encoding="utf-8"), flags=re.S)
    said = said.replace("**The data of this study are simulated.**", "")
    assert re.sub(r"<.*?>", "", unescape(shown)) == " ".join(said.replace("``", "").split())
    assert "`" not in shown and "{" not in shown
    assert not re.search(r"padj|[<≥]|0\.05", unescape(re.sub(r"<.*?>", "", shown))) or (
        entry.name == "associations"  # whose star is no call
    )


@pytest.mark.parametrize("demo", [True, False])
def test_captions_render_as_text_for_people(repository, demo):
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    for path in sorted((repository / "workflow/report").glob("*.rst")):
        text = environment.from_string(path.read_text(encoding="utf-8")).render(snakemake=job(demo))
        # Level 2 makes a warning of the markup an error.
        publish_parts(text, writer="html", settings_overrides={"halt_level": 2})
        assert ("simulated" in text) == demo, path.name
        assert len(re.findall(r"[.:;?](\s|$)", text)) >= 4, path.name
