"""References as text, BibTeX and citation file; the methods cite only what is known."""

import re

import yaml

from recurseq.report.citation import citation
from recurseq.report.page import build_report
from recurseq.report.references import references
from recurseq.report.results import Results
from recurseq.study import load_study
from support.report_study import EVIL, config, write_study

DOI = re.compile(r"10\.\d{4,}/\S+")


def test_text_is_that_of_the_journal():
    assert references()["deseq2"].text == (
        "Love MI, Huber W, Anders S. Moderated estimation of fold change and dispersion for "
        "RNA-seq data with DESeq2. Genome Biology 2014;15:550."
    )
    assert references()["rubin"].text == (
        "Rubin DB. Multiple Imputation for Nonresponse in Surveys. Wiley; 1987."
    )


def test_every_reference_is_whole():
    for key, one in references().items():
        assert DOI.fullmatch(one.doi), key
        assert one.publisher or (one.journal and one.pages), key
        assert all(re.fullmatch(r"[^\d,;]+ [A-Z]{1,4}|et al", who) for who in one.authors), key
        assert 1900 < one.year < 2030 and not one.title.endswith("."), key


def test_bibtex_has_names_and_pages_as_it_wants_them():
    entry = references()["mice"].bibtex
    assert entry.startswith("@article{mice,\n")
    assert "author = {van Buuren, S. and Groothuis-Oudshoorn, K.}" in entry
    assert "pages = {1--67}" in entry and "doi = {10.18637/jss.v045.i03}" in entry
    assert " and others}" in references()["gsea"].bibtex
    assert r"Statistics \& Data" in references()["hothorn"].bibtex
    assert references()["rms"].bibtex.startswith("@book{rms,")
    for one in references().values():
        assert one.bibtex.count("{") == one.bibtex.count("}")


def test_files_hold_what_the_methods_cite(tmp_path):
    write_study(tmp_path)
    made = build_report(tmp_path, config(study={"title": f"Liver: {EVIL} #1"}))
    numbered = re.findall(r'<li id="reference-(\d+)">(.*?) doi:', made.page)
    keys = re.findall(r"@\w+\{(\w+),", made.bibtex)
    assert [int(number) for number, _ in numbered] == list(range(1, len(keys) + 1))
    for key, (_, text) in zip(keys, numbered, strict=True):
        assert text.replace("&#39;", "'").replace("&amp;", "&") == references()[key].text
    cited = set(map(int, re.findall(r'class="cite" href="#reference-(\d+)"', made.page)))
    assert cited == set(range(1, len(keys) + 1))
    run = yaml.safe_load(made.citation)
    assert run["cff-version"] == "1.2.0" and run["title"] == f"Liver: {EVIL} #1"
    assert {"message", "authors", "type"} <= set(run)
    assert run["references"][0]["title"] == "recurseq"
    assert [one["doi"] for one in run["references"][1:]] == [references()[k].doi for k in keys]
    assert run["references"][1]["authors"][0] == {"family-names": "Love", "given-names": "M. I."}


def test_a_doi_that_the_citation_file_format_refuses_is_an_address():
    old = references()["optimism"].cff
    assert "doi" not in old and old["url"].startswith("https://doi.org/10.1002/%28SICI%29")
    assert all(("doi" in one.cff) != ("url" in one.cff) for one in references().values())


def test_a_run_without_provenance_names_no_version_and_no_date(tmp_path):
    write_study(tmp_path)
    run = yaml.safe_load(citation(Results(tmp_path, load_study(config())), []))
    assert "date-released" not in run and "version" not in run["references"][0]
