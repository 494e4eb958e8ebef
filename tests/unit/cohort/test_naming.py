"""How many genes are named, by which annotation, and of which species they are."""

import pandas as pd
import pytest

from recurseq.base.places import SHIPPED
from recurseq.cohort.genes.annotation import COLUMNS, load_annotation
from recurseq.cohort.genes.naming import naming, naming_note, naming_problems
from recurseq.cohort.genes.species import human_file_problems, species_of
from recurseq.cohort.readers.count_table import CountTable

BUILTIN = load_annotation("builtin")
NONE = load_annotation("none")
HUMAN_IDS = list(BUILTIN["gene_id"][BUILTIN["gene_id"] != ""].drop_duplicates()[:400])
SYMBOLS = list(BUILTIN["gene_name"][BUILTIN["gene_type"] == "protein_coding"][:400])
MOUSE_IDS = [f"ENSMUSG{number:011d}.4" for number in range(400)]


def table_of(genes, names=None):
    counts = pd.DataFrame({"S1": range(len(genes))}, index=pd.Index(genes, dtype=object))
    given = None if names is None else pd.Series(names, index=counts.index, dtype=object)
    return CountTable(counts, given, None, "matrix", ())


def annotation_of(genes, names):
    table = pd.DataFrame("", index=range(len(genes)), columns=COLUMNS)
    return table.assign(gene_id=genes, gene_name=names)


def told(genes, annotation, source, names=None):
    found = naming(table_of(genes, names), annotation, source)
    return naming_note(found), naming_problems(found)


def test_the_share_is_always_said():
    note, problems = told(HUMAN_IDS, BUILTIN, "builtin")
    assert note.startswith("symbols: 4") and "of 400 genes named" in note and problems == []
    note, problems = told(HUMAN_IDS, NONE, "none")
    assert note.startswith("symbols: 0 of 400 genes named")
    assert "genes.annotation: builtin" in note and problems == []
    note, problems = told(SYMBOLS, NONE, "none")
    assert note.startswith("symbols: 400 of 400 genes named") and problems == []
    note, problems = told(MOUSE_IDS, NONE, "none", [f"Gene{i}" for i in range(400)])
    assert note.startswith("symbols: 400 of 400 genes named") and problems == []


def test_genes_of_mouse_without_names_are_told_where_names_come_from():
    note, problems = told(MOUSE_IDS, NONE, "none")
    assert problems == []
    for words in ("0 of 400", "no names of mouse genes", "BioMart", "GFF3", "'Gene stable ID'"):
        assert words in note


@pytest.mark.parametrize("share", [0, 0.05, 0.06, 1])
def test_an_annotation_that_hardly_has_a_gene_is_a_problem(share):
    known = int(share * 400)
    genes = MOUSE_IDS[:known] + [f"ENSDARG{number:011d}" for number in range(400 - known)]
    annotation = annotation_of(
        [gene[:18] for gene in MOUSE_IDS], [f"Gene{number}" for number in range(400)]
    )
    note, problems = told(genes, annotation, "mouse.tsv")
    assert f"symbols: {known} of 400 genes named" in note
    assert len(problems) == (share <= 0.05)
    for problem in problems:
        assert f"annotation: {known} of 400 genes are in it" in problem.found
        assert "(mouse)" in problem.found and "'ENSMUSG" in problem.found


def test_human_names_for_mouse_symbols_are_a_problem():
    genes = [symbol.capitalize() for symbol in SYMBOLS]
    _, (problem,) = told(genes, BUILTIN, "builtin")
    assert "mouse or rat" in problem.found and "has human genes" in problem.found
    assert "none" in problem.fix


def test_names_of_the_file_are_enough_where_the_annotation_is_of_another_species():
    note, problems = told(MOUSE_IDS, BUILTIN, "builtin", [f"Gene{i}" for i in range(400)])
    assert problems == []
    assert "400 of 400 genes named (0 are in the annotation builtin, of human genes)" in note


def test_spike_ins_are_not_counted():
    note, _ = told([*SYMBOLS, "ERCC-00002", "ERCC-00003"], NONE, "none")
    assert "400 of 400" in note


def test_an_empty_annotation_is_a_problem():
    _, (problem,) = told(SYMBOLS, annotation_of([], []), "genes.tsv")
    assert "0 of 400 genes" in problem.found and "the annotation has no gene" in problem.found


SPECIES = {
    "human": (HUMAN_IDS, SYMBOLS, [f"{gene}.7" for gene in HUMAN_IDS]),
    "mouse": (MOUSE_IDS, [f"gene:{gene}" for gene in MOUSE_IDS]),
    "rat": (["ENSRNOG00000000001", "ENSRNOG00000000007.5"],),
    "zebrafish": (["ENSDARG00000063344", "ENSDARG00000097685"],),
    "pig": (["ENSSSCG00000000001", "ENSSSCG00000000002"],),
    "another vertebrate": (["ENSAMEG00000000001", "ENSAMEG00000000002"],),
    "fruit fly": (["FBgn0000003", "FBgn0000008"],),
    "worm": (["WBGene00000001", "WBGene00000002"],),
    "thale cress": (["AT1G01010", "AT5G67640", "ATMG00010"], ["at1g01010", "At2g01008"]),
    "yeast": (["YAL001C", "YBR020W", "YAL064W-B", "Q0010"],),
    "mouse or rat": ([symbol.capitalize() for symbol in SYMBOLS],),
    "fish or frog": ([symbol.lower() for symbol in SYMBOLS],),
    "": (["thrA", "thrB", "thrC"], ["GENE1", "GENE2"], [""], []),
}


@pytest.mark.parametrize("species", SPECIES)
def test_species(species):
    for genes in SPECIES[species]:
        assert species_of(genes) == species, genes[:3]


@pytest.mark.parametrize(
    ("genes", "number"), [(MOUSE_IDS, 2), (HUMAN_IDS, 0), (SYMBOLS, 0), (["thrA", "thrB"], 0)]
)
def test_shipped_files_are_of_human_genes(genes, number):
    files = {
        "markers.panel": str(SHIPPED / "markers.tsv"),
        "enrichment.collections.liver": str(SHIPPED / "gene_sets" / "liver_cancer.gmt"),
        "enrichment.collections.mine": "/somewhere/sets.gmt",
    }
    table = pd.DataFrame({"gene_id": genes, "gene_name": genes})
    problems = human_file_problems(files, table)
    assert len(problems) == number
    assert all("mouse genes" in problem.found for problem in problems)


def test_symbols_of_mouse_beside_their_own_identifiers():
    table = pd.DataFrame(
        {"gene_id": ["x1", "x2"] * 200, "gene_name": [s.capitalize() for s in SYMBOLS]}
    )
    assert len(human_file_problems({"markers.panel": str(SHIPPED / "markers.tsv")}, table)) == 1
