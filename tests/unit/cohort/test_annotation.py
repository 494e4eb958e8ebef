"""Names are joined to genes; no identifier is lost, changed or merged."""

import gzip

import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.genes.annotation import (
    BUILTIN,
    COLUMNS,
    annotate,
    identifier_type,
    load_annotation,
    strip_version,
)
from recurseq.cohort.genes.build_annotation import derive, main
from recurseq.cohort.genes.symbols import resolve_symbols


@pytest.fixture(scope="module")
def human():
    return load_annotation("builtin")


@pytest.fixture
def small():
    rows = [
        ("ENSG00000000001", "11", "NEW1", "1", "protein_coding", "OLD1|SHARED"),
        ("ENSG00000000002", "12", "NEW2", "2", "ncRNA", "OLD2|SHARED"),
        ("ENSG00000000003", "13", "TWIN", "X|Y", "protein_coding", ""),
        ("ENSG00000000004", "14", "TWIN", "4", "protein_coding", ""),
    ]
    return pd.DataFrame(rows, columns=["gene_id", "entrez_id", "gene_name", *COLUMNS[3:]])


@pytest.mark.parametrize(
    ("written", "stripped"),
    [
        ("ENSG00000000003.13", "ENSG00000000003"),
        ("ENSG00000000003", "ENSG00000000003"),
        ("ENSMUSG00000102693.2", "ENSMUSG00000102693"),
        ("ENSG00000002586.18_PAR_Y", "ENSG00000002586_PAR_Y"),
        ("ENSGR0000002586.16", "ENSGR0000002586"),
        ("CU104787.1", "CU104787.1"),
        ("HLA-A.2", "HLA-A.2"),
        ("FBgn0000003", "FBgn0000003"),
        ("ENSG123.4", "ENSG123.4"),
    ],
)
def test_strip_version(written, stripped):
    assert strip_version(written) == stripped


def test_versions_are_stripped_for_matching_and_kept(small):
    genes = annotate(["ENSG00000000002.9", "ENSG00000000001"], None, small)
    assert list(genes.index) == ["ENSG00000000002.9", "ENSG00000000001"]
    assert list(genes["gene_name"]) == ["NEW2", "NEW1"]
    assert list(genes["gene_type"]) == ["ncRNA", "protein_coding"]


def test_nothing_is_lost_or_merged(small):
    ids = ["ENSG00000000004.1", "unknown", "ENSG00000000003.1", "ENSG00000000003.2"]
    genes = annotate(ids, None, small)
    assert list(genes.index) == ids
    assert list(genes["gene_name"]) == ["TWIN", "unknown", "TWIN", "TWIN"]
    assert genes.loc["unknown", ["gene_type", "chromosome"]].tolist() == ["", ""]


def test_first_row_of_an_identifier_names_the_gene(small):
    twice = pd.concat([small, small.assign(gene_name="SECOND")])
    assert list(annotate(["ENSG00000000001"], None, twice)["gene_name"]) == ["NEW1"]


def test_copies_on_y_stay_distinct(small):
    ids = ["ENSG00000000003.5", "ENSG00000000003.5_PAR_Y", "ENSGR0000000003.5"]
    genes = annotate(ids, None, small)
    assert list(genes.index) == ids
    assert list(genes["chromosome"]) == ["X|Y", "Y", "Y"]
    assert set(genes["gene_name"]) == {"TWIN"}


def test_names_of_the_file_win_and_gaps_are_filled(small):
    ids = ["ENSG00000000001", "ENSG00000000002", "none"]
    genes = annotate(ids, ["MINE", "", ""], small, ["lncRNA", "", ""])
    assert list(genes["gene_name"]) == ["MINE", "NEW2", "none"]
    assert list(genes["gene_type"]) == ["lncRNA", "ncRNA", ""]
    assert list(genes["chromosome"]) == ["1", "2", ""]


@pytest.mark.parametrize(
    ("ids", "kind", "name"),
    [
        (["ENSG00000000001.3", "x"], "gene_id", "NEW1"),
        (["NEW1", "ENSGx"], "gene_name", "NEW1"),
        (["11", "99"], "entrez_id", "NEW1"),
    ],
)
def test_kind_of_identifier(small, ids, kind, name):
    assert identifier_type(ids, small) == kind
    genes = annotate(ids, None, small)
    assert list(genes["gene_name"]) == [name, ids[1]]
    assert list(genes["chromosome"]) == ["1", ""]


def test_no_annotation():
    genes = annotate(["a", "b"], None, load_annotation("none"))
    assert list(genes["gene_name"]) == ["a", "b"]
    assert set(genes["gene_type"]) == {""}
    assert annotate([], None, load_annotation("none")).empty


GTF = (
    "#!genome-build x\n"
    'chr1\tH\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000000001.7"; gene_type "lncRNA"; '
    'gene_name "A";\n'
    'chr1\tH\texon\t1\t9\t.\t+\t.\tgene_id "ENSG00000000009.7"; gene_name "no gene line";\n'
    'X\tE\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000000002"; gene_biotype "miRNA";\n'
)


@pytest.mark.parametrize("packed", [False, True])
def test_gtf(tmp_path, packed):
    path = tmp_path / "genes.txt"
    path.write_bytes(gzip.compress(GTF.encode()) if packed else GTF.encode())
    table = load_annotation(path)
    assert list(table.columns) == COLUMNS
    assert table.to_numpy().tolist() == [
        ["ENSG00000000001", "", "A", "1", "lncRNA", ""],
        ["ENSG00000000002", "", "", "X", "miRNA", ""],
    ]


def test_gtf_without_gene_lines(tmp_path):
    path = tmp_path / "x.gtf"
    path.write_text(GTF.replace("\tgene\t", "\ttranscript\t"))
    assert list(load_annotation(path)["gene_id"])[-1] == "ENSG00000000002"
    assert len(load_annotation(path)) == 3


def test_table(tmp_path):
    path = tmp_path / "genes.csv"
    path.write_text("symbol,chr,Ensembl_Gene_ID,extra\nNA,1,FBgn1,x\n1-Mar,,ENSG00000000001.4,y\n")
    table = load_annotation(path)
    assert table[["gene_id", "gene_name", "chromosome"]].to_numpy().tolist() == [
        ["FBgn1", "NA", "1"],
        ["ENSG00000000001", "1-Mar", ""],
    ]


def test_table_without_names_or_file_missing(tmp_path):
    path = tmp_path / "genes.tsv"
    path.write_text("gene_id\tlength\nA\t5\n")
    with pytest.raises(InputError) as caught:
        load_annotation(path)
    assert caught.value.problems[0].where == f"{path}, header"
    path.write_text("gene_id\tsymbol\nA\tB\nC\tD\tE\n")
    with pytest.raises(InputError, match="rows differ in shape"):
        load_annotation(path)
    with pytest.raises(InputError, match="does not exist"):
        load_annotation(tmp_path / "no.gtf")


def test_builtin_table(human):
    assert BUILTIN.stat().st_size < 1_000_000
    assert list(human.columns) == COLUMNS
    # facts from NCBI Gene and Ensembl
    genes = annotate(
        ["ENSG00000205364.3", "ENSG00000229807", "ENSG00000129824", "ENSG00000134323"], None, human
    )
    assert list(genes["gene_name"]) == ["MT1M", "XIST", "RPS4Y1", "MYCN"]
    assert list(genes["chromosome"]) == ["16", "X", "Y", "2"]
    assert list(genes["gene_type"]) == [
        "protein_coding",
        "ncRNA",
        "protein_coding",
        "protein_coding",
    ]


def source_rows():
    columns = ["entrez_id", "symbol", "ensembl_gene_id", "chromosome", "aliases", "gene_type"]
    rows = [
        ("100", "LATER", "ENSG2", "1", "", "protein-coding"),
        ("20", "RNA", "ENSG2", "1", "", "ncRNA"),
        ("3", "FIRST", "ENSG2", "1", "", "protein-coding"),
        ("4", "NAN", "", "1", "a|b", "protein-coding"),
        ("5", "GONE", "", "1", "", "pseudo"),
    ]
    return pd.DataFrame(rows, columns=columns)


def test_builtin_table_is_derived_by_the_stated_rule(tmp_path):
    assert list(derive(source_rows())["gene_name"]) == ["NAN", "FIRST", "LATER", "RNA"]
    source_rows().to_csv(tmp_path / "source.tsv", sep="\t", index=False)
    for name in ("a.gz", "b.gz"):
        main(str(tmp_path / "source.tsv"), str(tmp_path / name))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_builtin_table_is_what_its_source_gives(shared_data, tmp_path):
    main(str(shared_data / "data/annotation/human_genes.tsv.gz"), str(tmp_path / "again.gz"))
    made = gzip.decompress((tmp_path / "again.gz").read_bytes())
    assert made == gzip.decompress(BUILTIN.read_bytes())


def test_names_of_protein_coding_genes_agree_with_gencode(shared_data, human):
    gencode = pd.read_csv(
        shared_data / "data/tcga_lihc/genes.tsv.gz", sep="\t", dtype=str, keep_default_na=False
    )
    gencode = gencode[gencode["gene_type"] == "protein_coding"]
    genes = annotate(list(gencode["gene_id"]), None, human)
    agree = genes["gene_name"].to_numpy() == gencode["gene_name"].to_numpy()
    assert agree.mean() > 0.9  # GENCODE v22 is seven years older: the rest was renamed


def resolved(queries, ids, names, annotation):
    frame = resolve_symbols(queries, ids, names, annotation)
    return [tuple(row) for row in frame[["query", "gene_id", "matched_by"]].to_numpy()]


IDS = ["ENSG00000000001.5", "ENSG00000000002.5", "ENSG00000000003.1", "ENSG00000000004.1"]
NAMES = ["NEW1", "NEW2", "TWIN", "TWIN"]


@pytest.mark.parametrize(
    ("query", "gene", "matched_by"),
    [
        ("ENSG00000000001.5", IDS[0], "identifier"),
        ("ENSG00000000001", IDS[0], "identifier"),
        ("ENSG00000000001.99", IDS[0], "identifier"),
        ("NEW2", IDS[1], "symbol"),
        (" new2 ", IDS[1], "symbol in other case"),
        ("12", IDS[1], "annotation"),
        ("OLD1", IDS[0], "alias"),
        ("old2", IDS[1], "alias"),
        ("SHARED", None, ""),
        ("nothing", None, ""),
    ],
)
def test_one_name(small, query, gene, matched_by):
    assert resolved([query], IDS, NAMES, small) == [(query, gene, matched_by)]


def test_notes(small):
    frame = resolve_symbols(["NEW1", "SHARED", "nothing", "OLD1"], IDS, NAMES, small)
    notes = list(frame["note"])
    assert notes[0] == ""
    assert notes[1] == "alias of several genes in the counts, not resolved: 'NEW1', 'NEW2'"
    assert notes[2].startswith("not in the counts")
    assert notes[3] == "OLD1 is 'NEW1' in the counts"


def test_alias_of_two_genes_is_clear_when_the_counts_have_one(small):
    assert resolved(["SHARED"], IDS[:1], NAMES[:1], small) == [("SHARED", IDS[0], "alias")]


def test_two_genes_with_one_symbol_are_two_rows(small):
    frame = resolve_symbols(["TWIN"], IDS, NAMES, small)
    assert list(frame["gene_id"]) == IDS[2:]
    assert "2 genes carry this name" in frame["note"].iloc[0]


def test_counts_with_older_symbols_than_the_panel(small):
    assert resolved(["NEW1"], ["OLD1", "B"], ["OLD1", "B"], small) == [
        ("NEW1", "OLD1", "annotation")
    ]


def test_identifier_in_the_panel_symbols_in_the_counts(small):
    assert resolved(["ENSG00000000001.2"], ["NEW1"], ["NEW1"], small) == [
        ("ENSG00000000001.2", "NEW1", "annotation")
    ]


def test_old_symbols_of_real_genes(human):
    symbols = ["MYCN", "HMGA2", "MARCHF1", "SEPTIN9", "CIP2A", "MT1G", "MT1M"]
    queries = ["N-myc", "HMGI-C", "MARCH1", "SEPT9", "KIAA1524", "MT1K"]
    frame = resolve_symbols(queries, symbols, symbols, human)
    assert list(frame["gene_id"]) == ["MYCN", "HMGA2", "MARCHF1", "SEPTIN9", "CIP2A", None]
    assert "'MT1G', 'MT1M'" in frame["note"].iloc[-1]
