"""Human names in a study of mice: what is one to one, what is not, and what is said of it."""

import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.build_orthologues import derive
from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets, name_genes, read_gene_sets
from recurseq.cohort.genes.orthologues import load_orthologues, panel_note, translated
from recurseq.cohort.genes.species import refuse_human_files
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.markers.panel import panel_genes, read_panel

NONE = load_annotation("none")
# Genes as Ensembl names them; G6pc is called G6pc1 today.
MOUSE = pd.DataFrame(
    [
        ("ENSMUSG00000037169.16", "Mycn"),
        ("ENSMUSG00000031004.18", "Mki67"),
        ("ENSMUSG00000029368.11", "Alb"),
        ("ENSMUSG00000025479.10", "Cyp2e1"),
        ("ENSMUSG00000059552.14", "Trp53"),
        ("ENSMUSG00000031765.9", "Mt1"),
        ("ENSMUSG00000031762.8", "Mt2"),
        ("ENSMUSG00000031760.7", "Mt3"),
        ("ENSMUSG00000078650.9", "G6pc"),
    ],
    columns=["gene_id", "gene_name"],
)


def collection(**sets):
    entries = tuple(GeneSet(name, "words", tuple(genes)) for name, genes in sets.items())
    return GeneSets("sets.gmt", entries)


def resolved(*queries, genes=MOUSE):
    rows = resolve_symbols(queries, genes["gene_id"], genes["gene_name"], NONE, "mouse")
    return rows.set_index("query")


@pytest.mark.parametrize(
    ("human", "mouse"),
    [
        *(("MYCN", "Mycn"), ("HMGA2", "Hmga2"), ("ALB", "Alb"), ("MKI67", "Mki67")),
        *(("CYP2E1", "Cyp2e1"), ("TP53", "Trp53"), ("GAPDH", "Gapdh"), ("C5", "Hc")),
        *(("TF", "Trf"), ("FGF19", "Fgf15"), ("CA9", "Car9"), ("GPI", "Gpi1"), ("MT3", "Mt3")),
    ],
)
def test_known_pairs_are_one_to_one(human, mouse):
    assert load_orthologues("mouse").one[human][0] == mouse


@pytest.mark.parametrize(
    ("human", "words"),
    [
        ("MT1M", "Mt1 of the mouse is that of other human genes"),
        ("MT2A", "Mt2 of the mouse is that of other human genes"),
        ("CYP3A4", "several mouse orthologues (Cyp3a11"),
        ("ADH1B", "Adh1 of the mouse is that of other human genes"),
        ("CXCL8", "no mouse orthologue"),  # the mouse has lost it
        ("GNLY", "no mouse orthologue"),
    ],
)
def test_genes_without_one_orthologue_say_why(human, words):
    known = load_orthologues("mouse")
    assert human not in known.one
    assert words in known.reason(human)


def test_no_mouse_gene_stands_for_two_human_genes():
    symbols = [names[0] for names in load_orthologues("mouse").one.values()]
    assert len(symbols) == len(set(symbols)) > 16_000


def test_no_mouse_gene_is_taken_for_another_human_gene():
    known = load_orthologues("mouse")
    taken = {
        name: known.symbol(name)
        for symbol, names in known.one.items()
        for name in names
        if name and known.symbol(name) not in ("", symbol)
    }
    assert not taken  # Alb, once a name of human FBF1, is no other gene than ALB's orthologue


def test_orthologues_of_the_panel_are_found_by_identifier_symbol_and_older_symbol():
    rows = resolved("MKI67", "TP53", "G6PC1", "ENSG00000163631.17", "MT1M", "HMGA2")
    assert rows.loc["MKI67", ["gene_id", "matched_by"]].tolist() == [
        "ENSMUSG00000031004.18",
        "orthologue",
    ]
    assert rows.loc["MKI67", "note"] == "MKI67 is 'Mki67' in the counts"
    assert rows.loc["TP53", "gene_id"] == "ENSMUSG00000059552.14"
    assert rows.loc["G6PC1", "gene_id"] == "ENSMUSG00000078650.9"
    assert rows.loc["ENSG00000163631.17", "gene_id"] == "ENSMUSG00000029368.11"
    assert rows.loc["MT1M", "gene_id"] is None and "Mt1" in rows.loc["MT1M", "note"]
    assert rows.loc["HMGA2", "note"] == "its mouse orthologue Hmga2 is not in the counts"


def test_symbols_alone_are_enough_and_mouse_names_stay():
    symbols = MOUSE.assign(gene_id=MOUSE["gene_name"])
    rows = resolved("MKI67", "Mt1", "G6PC1", "mki67", genes=symbols)
    assert rows["gene_id"].tolist()[:3] == ["Mki67", "Mt1", "G6pc"]
    assert rows["matched_by"].tolist()[:3] == ["orthologue", "identifier", "orthologue"]
    assert rows.loc["mki67", "gene_id"] is None  # case counts: MT2A is not Mt2, HP is not Hp


def test_case_does_not_stand_in_for_an_orthologue():
    genes = pd.DataFrame({"gene_id": ["Hp", "Mt2", "Eno1"], "gene_name": ["Hp", "Mt2", "Eno1"]})
    assert resolved("HP", "MT2A", "ENO1", genes=genes)["gene_id"].isna().all()
    human = resolve_symbols(["HP"], genes["gene_id"], genes["gene_name"], NONE)
    assert human["gene_id"].tolist() == ["Hp"]  # what the key prevents


def test_sets_are_translated_to_the_names_of_the_study():
    sets = collection(UP=["MKI67", "MYCN", "TP53"], MT=["MT1M", "MT1E", "MT2A", "MT3"])
    found = translated(sets, "mouse", MOUSE)
    assert [entry.genes for entry in found.sets] == [("Mki67", "Mycn", "Trp53"), ("Mt3",)]
    assert found.sets[0].description == "words [3 of 3 genes have one mouse orthologue]"
    assert found.notes[0].startswith("sets.gmt: 4 of its 7 human genes have one mouse orthologue")
    assert "MT (1 of 4)" in found.notes[1]
    assert set(name_genes(MOUSE, found)) >= {"Mki67", "Mt3"}


def test_genes_without_names_are_found_by_identifier():
    bare = MOUSE.assign(gene_name=MOUSE["gene_id"])
    found = translated(collection(UP=["MKI67", "ALB"]), "mouse", bare)
    assert found.sets[0].genes == ("ENSMUSG00000031004.18", "ENSMUSG00000029368.11")


def test_without_the_key_and_for_sets_of_mouse_genes_nothing_changes():
    sets = collection(UP=["Mki67", "Mycn"], OTHER=["Mt1"])
    assert translated(sets, "mouse", MOUSE) is sets
    human = collection(UP=["MKI67"])
    assert translated(human, "", MOUSE) is human


def test_a_set_without_any_orthologue_is_left_out():
    found = translated(collection(A=["MKI67"], B=["CXCL8", "GNLY"]), "mouse", MOUSE)
    assert [entry.name for entry in found.sets] == ["A"]
    assert "B (0 of 2)" in found.notes[1]


def test_shipped_sets_and_panel_keep_most_of_their_genes(repository):
    shipped = read_gene_sets(repository / "config/gene_sets/liver_cancer.gmt")
    found = {entry.name: entry for entry in translated(shipped, "mouse", MOUSE).sets}
    size = {entry.name: len(entry.genes) for entry in shipped.sets}
    shares = {name: len(entry.genes) / size[name] for name, entry in found.items()}
    assert shares["PROLIFERATION_CORE"] > 0.9 and shares["HEPATOCYTE_IDENTITY"] > 0.85
    assert found["METALLOTHIONEINS"].genes == ("Mt3", "Mt4")
    note = panel_note(list(read_panel(repository / "config/markers.tsv")["gene"]), "mouse")
    assert "of its 88 human genes have one mouse orthologue" in note and "'MT1M'" in note
    assert panel_note(["Mki67"], "mouse") == panel_note(["MKI67"], "") == ""


def test_figures_name_the_genes_that_the_panel_means(tmp_path):
    (tmp_path / "panel.tsv").write_text("gene\tset\nMKI67\ta\nHP\ta\nMT2A\ta\n")
    found = panel_genes(tmp_path / "panel.tsv", MOUSE, "mouse")
    assert found == ["ENSMUSG00000031004.18"]
    assert panel_genes(tmp_path / "panel.tsv", MOUSE, "") == ["MKI67", "HP", "MT2A"]


def test_the_key_must_fit_the_species_of_the_counts(repository):
    panel = {"markers.panel": str(repository / "config/markers.tsv")}
    with pytest.raises(InputError, match="orthologues: mouse"):
        refuse_human_files(panel, MOUSE)
    refuse_human_files(panel, MOUSE, "mouse")
    for species in ("G", "RNOG"):
        other = pd.DataFrame({"gene_id": [f"ENS{species}{n:011d}" for n in range(9)]})
        with pytest.raises(InputError, match="orthologues") as raised:
            refuse_human_files({}, other.assign(gene_name=other["gene_id"]), "mouse")
        assert "remove the key" in raised.value.problems[0].fix


def pairs(*rows):
    columns = ["Gene stable ID", "Gene name", "Mouse gene stable ID", "Mouse gene name"]
    table = pd.DataFrame(
        [(f"H{h}", h, f"M{m}", m, ",".join("abcdefghijkl"[:n])) for h, m, n in rows],
        columns=[*columns, "supporting_source"],
    )
    return derive(table, pd.DataFrame({"Gene stable ID": ["Ma"], "Gene name": ["old"]}))


def test_the_rule_of_half_and_of_three_sources():
    table = pairs(
        *(("A", "a", 10), ("A", "b", 5)),  # half as many do not compete
        *(("B", "c", 10), ("B", "d", 6)),  # more than half do
        *(("C", "e", 4), ("D", "e", 3)),  # two human genes, one mouse gene
        *(("E", "f", 2),),  # too few sources
        *(("F", "g", 3), ("F", "h", 2)),  # too few to compete
    ).set_index("human_symbol")
    assert table["relation"].to_dict() == {
        **{"A": "one_to_one", "B": "one_to_many", "C": "shared", "D": "shared"},
        **{"F": "one_to_one"},
    }
    assert table.loc[
        "A", ["mouse_symbol", "mouse_id", "older_mouse_symbol", "sources"]
    ].tolist() == [*("a", "Ma", "old", "10")]
    assert table.loc["B", "mouse_symbol"] == "c|d" and table.loc["B", "mouse_id"] == ""


def test_older_names_of_human_genes_are_known():
    known = load_orthologues("mouse")
    names = {"C1orf112": "FIRRM", "CTGF": "CCN2", "H2AFZ": "H2AZ1", "ENSG00000148773.14": "MKI67"}
    assert {name: known.symbol(name) for name in names} == names
    assert all(symbol in known.one for symbol in names.values())
