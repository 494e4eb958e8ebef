"""GMT files: what is read, what is refused and how it is said, and how genes are matched."""

import gzip
import subprocess
import sys

import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.genes.gene_sets import (
    GeneSet,
    GeneSets,
    description_note,
    gene_set_problems,
    name_genes,
    read_gene_sets,
)


def write(tmp_path, content, name="sets.gmt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(ids, names):
    return pd.DataFrame({"gene_id": ids, "gene_name": names})


def collection(*genes):
    return GeneSets("sets.gmt", (GeneSet("S", "", genes),))


def test_sets_are_read_with_name_description_and_genes(tmp_path):
    read = read_gene_sets(write(tmp_path, "A\tfirst\tTP53\tMYC\nB\t\tMYC\tAFP\n"))
    assert read.sets == (GeneSet("A", "first", ("TP53", "MYC")), GeneSet("B", "", ("MYC", "AFP")))
    assert read.genes == {"TP53", "MYC", "AFP"}


def test_gzip_bom_windows_line_ends_blanks_and_repeats_read_alike(tmp_path):
    plain = read_gene_sets(write(tmp_path, "A\td\tTP53\tMYC\nB\td\tAFP\n"))
    untidy = "\ufeffA\td\t TP53\t\tMYC\tTP53\t\r\n\r\nB\td\tAFP\t \r\n".encode()
    zipped = write(tmp_path, gzip.compress(untidy), "sets.gmt.gz")
    assert read_gene_sets(write(tmp_path, untidy, "untidy.gmt")).sets == plain.sets
    assert read_gene_sets(zipped).sets == plain.sets


def test_every_fault_is_named_with_its_line(tmp_path):
    path = write(tmp_path, "A\td\tTP53\nnonsense\n\td\tMYC\nA\td\tAFP\nalso bad\n")
    texts = [str(problem) for problem in gene_set_problems(path)]
    assert len(texts) == 3
    assert "lines 2, 5: fewer than three cells" in texts[0]
    assert "line 3: a set without a name" in texts[1]
    assert "lines 1, 4: the set name 'A' is used 2 times, for different genes" in texts[2]
    with pytest.raises(InputError) as caught:
        read_gene_sets(path)
    assert len(caught.value.problems) == 3


def test_sets_without_genes_are_left_out_and_said(tmp_path):
    read = read_gene_sets(write(tmp_path, "A\td\tTP53\nB\td\t \t\nC\td\n"))
    assert [entry.name for entry in read.sets] == ["A"]
    (note,) = read.notes
    assert "without a gene were left out: 'B (line 2)', 'C (line 3)'" in note


def test_a_file_of_sets_without_genes_holds_no_set(tmp_path):
    (problem,) = gene_set_problems(write(tmp_path, "A\td\nB\td\n"))
    assert "holds no gene set" in str(problem)


def test_a_set_that_stands_twice_with_the_same_genes_is_read_once(tmp_path):
    read = read_gene_sets(write(tmp_path, "A\td\tX\tY\nB\td\tZ\nA\tother\tY\tX\tY\n"))
    assert [entry.name for entry in read.sets] == ["A", "B"]
    assert read.sets[0] == GeneSet("A", "d", ("X", "Y"))
    (note,) = read.notes
    assert "read once" in note and "A (lines 1, 3)" in note


@pytest.mark.parametrize("identifiers", [["A1", "A2", "A3"], ["E1.4", "E2.1", "E3.7"]])
def test_genes_in_place_of_descriptions_are_said(tmp_path, identifiers):
    genes = table(identifiers, ["SYM1", "SYM2", "SYM3"])
    for first in ("SYM1", identifiers[0]):
        read = read_gene_sets(write(tmp_path, f"S\t{first}\tSYM2\nT\thttp://x\tSYM3\n"))
        note = description_note(genes, read)
        assert "the second column of 1 of 2 sets holds a gene of the study" in note
        assert repr(first) in note


@pytest.mark.parametrize("description", ["na", "", "http://x.org/S", "SYM9", "S"])
def test_descriptions_are_no_genes(tmp_path, description):
    genes = table(["A1", "A2"], ["SYM1", "S"])  # a factor named as the set of its targets
    read = read_gene_sets(write(tmp_path, f"S\t{description}\tSYM1\n"))
    assert description_note(genes, read) == ""


def test_a_file_of_another_kind_gives_one_problem_not_a_thousand(tmp_path):
    (problem,) = gene_set_problems(write(tmp_path, "not a gmt\n" * 2000))
    assert "and 1995 more" in problem.where


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"A\td\tTP53\nB\tM\xfcller\tMYC\n", "line 2: byte 0xfc is not UTF-8"),
        (b"", "holds no gene set"),
        (b"\n\n", "holds no gene set"),
        (b"\x1f\x8b broken", "broken gzip"),
    ],
)
def test_unreadable_files_are_explained(tmp_path, content, words):
    (problem,) = gene_set_problems(write(tmp_path, content))
    assert words in str(problem)


def test_a_missing_file_is_a_problem(tmp_path):
    (problem,) = gene_set_problems(tmp_path / "none.gmt")
    assert "does not exist" in str(problem)


def test_hostile_names_are_kept_as_data(tmp_path):
    names = ["../../etc/passwd", "<script>alert(1)</script>", "__import__('os')", "=1+1", "a;b"]
    path = write(tmp_path, "".join(f"{name}\t{name}\t{name}\tTP53\n" for name in names))
    assert [entry.name for entry in read_gene_sets(path).sets] == names
    assert read_gene_sets(path).sets[1].genes == (names[1], "TP53")


def test_genes_are_matched_by_the_kind_that_finds_most(caplog):
    genes = table(["ENSG00000141510.18", "ENSG00000136997.21", "7157"], ["TP53", "MYC", None])
    with caplog.at_level("INFO"):
        assert name_genes(genes, collection("TP53", "MYC")).tolist() == ["TP53", "MYC", "7157"]
    assert "matched by gene symbols, 2 of its 2 genes" in caplog.text
    by_id = name_genes(genes, collection("ENSG00000141510", "ENSG00000136997"))
    assert by_id.tolist() == ["ENSG00000141510", "ENSG00000136997", "7157"]
    assert name_genes(genes, collection("7157"))[2] == "7157"


def test_case_is_not_changed_and_no_overlap_is_an_error_with_both_sides():
    mouse = table(["ENSMUSG1", "ENSMUSG2"], ["Trp53", "Myc"])
    with pytest.raises(InputError, match="none of its 2 genes is in the study") as caught:
        name_genes(mouse, collection("TP53", "MYC"))
    assert "'MYC'" in str(caught.value)
    assert "'Trp53'" in str(caught.value)
    assert "species" in str(caught.value)


def test_a_few_symbols_that_two_species_share_are_no_match():
    human = [f"GENE{i}" for i in range(30)] + ["C3"]
    mouse = table([f"ENSMUSG{i}" for i in range(31)], [name.capitalize() for name in human])
    with pytest.raises(InputError, match="1 of its 31 genes is in the study"):
        name_genes(mouse, collection(*human))
    part = table([f"E{i}" for i in range(4)], human[:4])
    assert name_genes(part, collection(*human)).tolist() == human[:4]


def test_importing_enrichment_loads_neither_gseapy_nor_scipy_stats(repository):
    code = (
        "import sys, recurseq.enrichment as e; "
        "print([m for m in ('gseapy', 'scipy.stats', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository / "scripts", capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_public_collections_are_read(shared_data):
    folder = shared_data / "data" / "gene_sets"
    sizes = {
        "h.all.v7.0.symbols.gmt": 50,
        "immune_exhaustion_cellcycle.gmt": 6,
        "enrichr.GO_Biological_Process_2021.gmt.gz": 6036,
        "ReactomePathways_2021.gmt.gz": 2504,
    }
    for name, size in sizes.items():
        assert len(read_gene_sets(folder / name).sets) == size
