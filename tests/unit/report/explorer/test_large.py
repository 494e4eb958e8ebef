"""A study too large for every cell: quartiles, evidence of called genes only, both said."""

import time

import numpy as np
import pytest

from recurseq.report.explorer import expression, packed
from support.browser import BROWSERS, Browser, program
from support.explorer import asked, explored_study, explorer_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study():
    return explored_study(300, 40, contrasts=2)


@pytest.fixture(scope="module")
def browser(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expression, "NUMBERS", 300 * 15 + 100 * (40 - 15))
        patch.setattr(packed, "EVIDENCE", 500)
        (folder / "page.html").write_text(explorer_page(study), encoding="utf-8")
    opened = Browser(program(*BROWSERS), folder / "profile")
    opened.open(folder / "page.html")
    while not opened.run("performance.getEntriesByName('explorer-ready').length"):
        time.sleep(0.02)
    yield opened
    assert opened.of("Log.entryAdded") == [] and opened.of("Runtime.exceptionThrown") == []
    opened.close()


def search(browser, name):
    return asked(browser, """(name) => {
      const part = (one) => document.querySelector(`[data-part="${one}"]`);
      part("search").value = name;
      part("search").form.requestSubmit();
      return { kept: part("kept").textContent, name: part("name").textContent,
        samples: part("samples").getAttribute("aria-label"), told: part("told").textContent };
    }""", name)  # fmt: skip


def test_a_called_gene_has_its_samples_and_another_its_quartiles(browser, study):
    genes = study.contrasts[0].genes
    wanted = genes["significant"] | study.contrasts[1].genes["significant"] | study.genes["panel"]
    first = study.genes.index[wanted & genes["significant"]][0]
    last = study.genes.index[~wanted][-1]
    found = search(browser, first)
    assert "Each point is a sample" in found["kept"] and " samples, median " in found["samples"]
    found = search(browser, last)
    assert "quartiles" in found["kept"] and "keeps single samples of 100 genes" in found["kept"]
    place = list(study.expressed).index(last)
    for group in study.groups.cat.categories:
        inside = (study.groups == group).to_numpy()
        middle = np.median(study.vst[inside, place])
        told = found["samples"].split(f"{group}: median ")[1].split(";")[0].rstrip(".")
        assert float(told) == pytest.approx(middle, abs=0.08)


def test_evidence_is_kept_for_called_genes_and_the_page_says_so(browser, study):
    genes, evidence = study.contrasts[0].genes, study.contrasts[0].evidence
    assert browser.run(
        "document.querySelector('#gene-explorer').textContent"
        ".includes('Evidence is kept for called genes only')"
    )
    confirmed = genes.index[genes["significant"] & (evidence["support"] == "confirmed")][0]
    assert "Confirmed: limma-voom calls it too" in search(browser, confirmed)["told"]
    neither = ~genes["significant"] & ~study.contrasts[1].genes["significant"]
    told = search(browser, genes.index[neither][0])["told"]
    assert "limma-voom" not in told and "Not called: " in told
