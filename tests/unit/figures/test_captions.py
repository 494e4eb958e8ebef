"""Captions exist for every figure, render, and say "simulated" only where it is true."""

import re
from types import SimpleNamespace

import jinja2
import pytest
from docutils.core import publish_parts


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


def test_every_caption_of_the_rules_exists(repository):
    rules = "".join(path.read_text() for path in (repository / "workflow/rules").glob("*.smk"))
    named = set(re.findall(r"report/([a-z_]+)\.rst", rules))
    named |= set(re.findall(r'figure\(\s*"[^"]*/([a-z_]+)"', rules))
    named |= set(re.findall(r'caption="([a-z_]+)"', rules))
    assert {"pca", "volcano", "dotplot", "forest"} <= named
    assert {
        name for name in named if not (repository / f"workflow/report/{name}.rst").is_file()
    } == set()


@pytest.mark.parametrize("demo", [True, False])
def test_captions_render_as_text_for_people(repository, demo):
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    for path in sorted((repository / "workflow/report").glob("*.rst")):
        text = environment.from_string(path.read_text(encoding="utf-8")).render(snakemake=job(demo))
        # Level 2 makes a warning of the markup an error.
        publish_parts(text, writer="html", settings_overrides={"halt_level": 2})
        assert ("simulated" in text) == demo, path.name
        assert len(re.findall(r"[.:;?](\s|$)", text)) >= 4, path.name
