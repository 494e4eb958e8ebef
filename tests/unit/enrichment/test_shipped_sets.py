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
