"""The gene sets and the marker panel that come with the project."""

import pandas as pd
import pytest
import yaml

from recurseq.cohort.genes.annotation import load_annotation


@pytest.fixture(scope="module")
def symbols() -> set[str]:
    annotation = load_annotation("builtin")
    return set(annotation["gene_name"]) - {""}


@pytest.fixture(scope="module")
def gene_sets(repository) -> list[list[str]]:
    text = (repository / "config/gene_sets/liver_cancer.gmt").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


@pytest.fixture(scope="module")
def panel(repository) -> pd.DataFrame:
    return pd.read_csv(
        repository / "config/markers.tsv", sep="\t", dtype=str, keep_default_na=False
    )


def test_sets_hold_current_symbols_each_once(gene_sets, symbols):
    for name, _, *genes in gene_sets:
        assert set(genes) <= symbols, (name, set(genes) - symbols)
        assert len(genes) == len(set(genes)), name


def test_sets_have_names_sources_and_sensible_sizes(gene_sets):
    names = [row[0] for row in gene_sets]
    assert len(set(names)) == len(names)
    assert 25 <= len(names) <= 60
    for name, description, *genes in gene_sets:
        assert name.replace("_", "").isalnum() and name.isupper()
        assert "Read for it: " in description or "General knowledge" in description, name
        assert 10 <= len(genes) <= 60, name


def test_no_two_sets_are_nearly_the_same(gene_sets):
    for place, (name, _, *genes) in enumerate(gene_sets):
        for other, _, *others in gene_sets[place + 1 :]:
            shared = len(set(genes) & set(others))
            assert shared / min(len(genes), len(others)) < 0.8, (name, other)


def test_readme_lists_every_set_with_its_size(gene_sets, repository):
    text = (repository / "config/gene_sets/README.md").read_text(encoding="utf-8")
    for name, _, *genes in gene_sets:
        assert f"| {name} | {len(genes)} |" in text
    assert f"holds {len(gene_sets)} sets" in text


def rows_of(text, columns):
    """Rows of the tables in a page that have so many columns, without their heads."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if len(row) == columns and row[0] not in ("set", "literature")]


@pytest.fixture(scope="module")
def page(repository) -> str:
    return (repository / "config/gene_sets/README.md").read_text(encoding="utf-8")


def test_descriptions_are_those_of_the_page(gene_sets, page):
    listed = {row[0]: row for row in rows_of(page, 5)}
    assert list(listed) == [name for name, *_ in gene_sets]
    for name, description, *genes in gene_sets:
        _, size, meaning, read, support = listed[name]
        general = read.startswith("general knowledge")
        source = f"{read[0].upper()}{read[1:]}" if general else f"Read for it: {read}"
        assert description == f"{meaning}. {source}"
        assert size == str(len(genes)) and f" of {size} (" in support
        assert int(support.split(" of ")[0]) <= len(genes)


def test_every_citation_was_looked_up_and_says_how_far(gene_sets, panel, page):
    checked = {row[0]: row for row in rows_of(page, 4)}
    reads = [row[3] for row in rows_of(page, 5) if not row[3].startswith("general")]
    cited = {one for text in reads for one in text.split("; PMID")[0].split(", ")}
    assert cited <= set(checked)
    sources = "; ".join(panel["source"])
    assert set(checked) - cited <= {name for name in checked if name.split(",")[0][:9] in sources}
    for name, pmid, doi, status in checked.values():
        assert status.startswith(("confirmed: ", "partly: ", "not confirmed: ")), name
        assert pmid == "-" or (pmid.isdigit() and 7 <= len(pmid) <= 8), name
        assert doi == "-" or doi.startswith("10."), name
        if status.startswith("confirmed"):
            assert (pmid, doi) != ("-", "-"), name


def test_identifiers_in_the_panel_are_those_of_the_page(panel, page):
    known = " ".join(f"{pmid} {doi}" for _, pmid, doi, _ in rows_of(page, 4))
    for source in panel["source"]:
        for word in source.replace(";", " ").replace(",", " ").replace(")", " ").split():
            if word.startswith("10.") or (word.isdigit() and len(word) == 8):
                assert word in known, word


def test_panel_holds_current_symbols_each_once_with_a_source(panel, symbols):
    assert list(panel)[:2] == ["gene", "set"] and list(panel)[-1] == "source"
    assert set(panel["gene"]) <= symbols
    assert panel["gene"].is_unique
    assert (panel[["set", "source"]] != "").all(axis=None)
    assert 60 <= len(panel) <= 90


def test_panel_expectations_belong_to_contrasts_of_the_demo(panel, repository):
    config = yaml.safe_load((repository / "config/config.yaml").read_text(encoding="utf-8"))
    columns = [name for name in panel if name.startswith("expected_")]
    assert {name.removeprefix("expected_") for name in columns} == set(config["contrasts"])
    assert set(panel[columns].to_numpy().ravel()) == {"up", "down", ""}


def test_panel_expects_what_the_studies_report(panel):
    early = panel.set_index("gene")["expected_early_vs_none"]
    assert early[["MT1M", "MYCN", "HMGA2", "PDCD1", "MKI67"]].tolist() == ["down"] + ["up"] * 4
    # Exhaustion genes do not move together between tumour and normal liver.
    exhaustion = panel[panel["set"] == "T-cell exhaustion"]
    assert set(exhaustion["expected_tumour_vs_normal"]) == {""}
    assert set(panel.loc[panel["set"] == "stable reference", "expected_early_vs_none"]) == {""}
