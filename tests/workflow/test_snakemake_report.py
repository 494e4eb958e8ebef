"""Snakemake's own report shows the figures of the registry, sorted and explained as on the page."""

import json
import re
import zipfile

import pytest

from recurseq.base.tables import study_tables
from recurseq.figures.registry import study_figures
from recurseq.study import load_study

pytestmark = pytest.mark.workflow


def value(page, name):
    """Return an object that the page assigns to a variable."""
    decoder = json.JSONDecoder()
    places = [found.end() - 1 for found in re.finditer(rf"var {name} = \{{", page)]
    return max((decoder.raw_decode(page[place:])[0] for place in places), key=len)


@pytest.fixture(scope="module")
def shown(finished_demo, tmp_path_factory):
    """The study, and what its report holds: files by category, and each file with its caption."""
    folder = tmp_path_factory.mktemp("snakemake_report")
    study = finished_demo.copied(folder / "demo")
    ended = study.run("--report", str(folder / "report.zip"))
    assert ended.returncode == 0, ended.stderr
    with zipfile.ZipFile(folder / "report.zip") as archive:
        page = archive.read("report/report.html").decode("utf-8")
    return load_study(study.config), value(page, "categories"), value(page, "results")


def test_every_figure_stands_in_its_category_with_title_and_caption(shown):
    study, categories, results = shown
    figures = study_figures(study.parts, study.wildcards)
    assert len(figures) > 40
    for figure in figures:
        file = f"results/{figure.path}.svg"
        category = figure.entry.category.format(**figure.wildcards)
        listed = [one for files in categories[category].values() for one in files]
        assert file in listed, (file, category)
        assert results[file]["labels"]["figure"] == figure.entry.title
        caption = re.sub(r"<[^>]+>|\s+", " ", results[file]["caption"])
        assert len(caption) > 200 and "simulated" in caption and "{{" not in caption
    assert sum(file.endswith(".svg") for file in results) == len(figures)


def test_no_table_of_single_patients_is_in_it(shown):
    study, _, results = shown
    tables = study_tables(study.parts, study.wildcards)
    own = {f"results/{file.path}" for file in tables if file.table.patients}
    assert len(own) > 5 and not own & set(results)
    assert {"results/report/report.html", "results/markers/markers.tsv"} <= set(results)
