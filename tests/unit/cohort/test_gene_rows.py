"""Rows that are no plain genes: composites, repeated rows, dates of Excel, spike-ins."""

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.checks import matrix_problems
from recurseq.cohort.genes.annotation import annotate, load_annotation
from recurseq.cohort.genes.composite import split_composites
from recurseq.cohort.genes.rows import settled
from recurseq.cohort.genes.spike_ins import spike_ins
from recurseq.cohort.lengths import matrix_of_lengths_problems, read_lengths
from recurseq.cohort.readers.count_table import CountTable
from recurseq.study.model import GeneRules

ENSEMBL = ["ENSG00000205364", "ENSG00000169715", "ENSG00000187193", "ENSG00000141510"]
SYMBOLS = ["MT1M", "MT1E", "MT1X", "TP53"]
BUILTIN = load_annotation("builtin")
HYPHENS = ["HLA-A", "A_B", "HLA-DQB1", "NKX2-1"]


def rules(duplicates="error", excel_dates="error", spike_ins="exclude"):
    return GeneRules(duplicates, excel_dates, spike_ins)


def table_of(genes, values=None, names=None, lengths=None):
    index = pd.Index(list(genes), dtype=object)
    values = np.arange(1, 2 * len(genes) + 1).reshape(-1, 2) if values is None else values
    counts = pd.DataFrame(values, index=index, columns=["S1", "S2"])
    given = None if names is None else pd.Series(list(names), index=index, dtype=object)
    return CountTable(counts, given, None, "matrix", (), lengths)


@pytest.mark.parametrize(
    "form",
    [
        "{e}_{s}", "{e}.12_{s}", "{e}|{s}", "{e}.3|{s}|protein_coding", "{e}:{s}", "{e};{s}",
        "{e}__{s}", "{e}-{s}", "{e} {s}", "{e} ({s})", "{e}.12.{s}", "gene:{e}_{s}",
        "{s}_{e}", "{s}|{e}.7", "{s} ({e}.7)", "{s}-{e}", "{s};{e}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("symbols", [SYMBOLS, HYPHENS])
def test_composites_of_identifier_and_symbol_are_taken_apart(form, symbols, record_property):
    if symbols is SYMBOLS:
        record_property("format", f"names of genes: {form.format(e=ENSEMBL[0], s=SYMBOLS[0])}")
        record_property("result", "taken apart into identifier and symbol, and said")
    genes = [form.format(e=e, s=s) for e, s in zip(ENSEMBL, symbols, strict=True)]
    split = split_composites(genes)
    assert split.names == symbols
    found = [gene.removeprefix("gene:").split(".")[0] for gene in split.ids]
    assert found == ENSEMBL
    named = annotate(split.ids, None, BUILTIN)
    assert list(named["gene_name"]) == SYMBOLS


@pytest.mark.parametrize(
    ("genes", "ids", "names"),
    [
        (["A1BG|1", "A2M|2", "NAT1|9", "?|100130426"], ["1", "2", "9", "100130426"],
         ["A1BG", "A2M", "NAT1", ""]),
        (["A1bg|117586", "A2m|232345", "Nat1|17960"], ["117586", "232345", "17960"],
         ["A1bg", "A2m", "Nat1"]),
        (["1_A1BG", "2_A2M", "9_NAT1"], ["1", "2", "9"], ["A1BG", "A2M", "NAT1"]),
        (["MSTRG.1|DDX11L1", "MSTRG.2", "MSTRG.3|WASH7P"], ["MSTRG.1", "MSTRG.2", "MSTRG.3"],
         ["DDX11L1", "", "WASH7P"]),
        (["FBgn0000003_7SL", "FBgn0000008_a"], ["FBgn0000003", "FBgn0000008"], ["7SL", "a"]),
        (["b0001_thrL", "b0002_thrA"], ["b0001", "b0002"], ["thrL", "thrA"]),
        (["ENSG00000002586.18_PAR_Y_CD99", "ENSG00000141510.1_TP53"],
         ["ENSG00000002586.18_PAR_Y", "ENSG00000141510.1"], ["CD99", "TP53"]),
        ([*(f"{e}_{s}" for e, s in zip(ENSEMBL, SYMBOLS, strict=True)), "ERCC-00002_x"],
         [*ENSEMBL, "ERCC-00002_x"], [*SYMBOLS, ""]),
    ],
)  # fmt: skip
def test_other_kinds_of_composites(genes, ids, names):
    split = split_composites(genes)
    assert (split.ids, split.names) == (ids, names)


@pytest.mark.parametrize(
    "genes",
    [
        HYPHENS,
        ["A_B", "C_D", "E_F"],
        [f"Gene|{number}" for number in range(1, 40)],
        [f"Gene{number}|{number}" for number in range(1, 40)],
        ["ENSG00000002586.18_PAR_Y", "ENSG00000182378.15_PAR_Y", "ENSG00000141510.1"],
        [*SYMBOLS, "ENSG00000141510_TP53"],
        ["MT-CO1", "7SK", "Y_RNA", "5S_rRNA", "RP11-34P13.7", "AC012.1", "H2-K1"],
        ["ERCC-00002", "ERCC-00003"],
        ["YAL001C", "YAL002W", "YAL003W-A"],
        ["AT1G01010.1", "AT1G01020.2"],
        ["1", "2", "9"],
        ["LOC100_a", "b1_x", ""],
        [],
    ],
)
def test_names_that_hold_such_characters_stay(genes):
    assert split_composites(genes) is None


def test_splitting_is_said_and_keeps_the_names_of_the_file():
    genes = [f"{e}_{s}" for e, s in zip(ENSEMBL, SYMBOLS, strict=True)]
    given = settled(table_of(genes, names=["own", "", "", ""]), rules(), "counts.tsv")
    assert list(given.counts.index) == ENSEMBL
    assert list(given.gene_names) == ["own", *SYMBOLS[1:]]
    (message,) = given.messages
    assert "in 4 of 4 rows" in message
    assert repr(genes[0]) in message and repr(ENSEMBL[0]) in message


def test_composites_that_share_an_identifier_are_refused_by_name_or_added_up():
    genes = ["MSTRG.1|A", "MSTRG.1|B", "MSTRG.2|C"]
    with pytest.raises(InputError) as caught:
        settled(table_of(genes), rules(), "counts.tsv")
    assert "'MSTRG.1'" in str(caught.value) and "genes.duplicates: sum" in str(caught.value)
    added = settled(table_of(genes), rules(duplicates="sum"), "counts.tsv")
    assert added.counts.to_numpy().tolist() == [[1 + 3, 2 + 4], [5, 6]]


def test_exons_of_one_gene_are_no_composites_of_a_name():
    genes = [f"{gene}:E00{exon}" for gene in ENSEMBL for exon in (1, 2)]
    with pytest.raises(InputError, match="share an identifier"):
        settled(table_of(genes), rules(), "counts.tsv")


def test_repeated_rows_are_added_up_and_said():
    table = table_of(["A", "B", "A", "C", "A"])
    added = settled(table, rules(duplicates="sum"), "counts.tsv")
    assert list(added.counts.index) == ["A", "B", "C"]
    assert added.counts.to_numpy().tolist() == [[1 + 5 + 9, 2 + 6 + 10], [3, 4], [7, 8]]
    assert added.counts.to_numpy().sum() == table.counts.to_numpy().sum()
    (message,) = added.messages
    assert "3 rows of 1 identifiers" in message and "'A'" in message
    assert settled(table, rules(), "counts.tsv").counts is table.counts


def test_a_cell_that_is_no_count_is_not_lost_in_a_sum():
    samples = pd.DataFrame(index=["S1", "S2"])
    for odd in ("low", np.nan):
        values = pd.DataFrame({0: [1, 2, 3], 1: pd.Series([4, 5, odd], dtype=object)}).to_numpy()
        added = settled(table_of(["A", "B", "A"], values), rules(duplicates="sum"), "c.tsv")
        found = " ".join(problem.found for problem in matrix_problems(added, samples, "c.tsv"))
        assert "gene 'A', sample 'S2'" in found


def test_dates_are_left_out_and_never_added_up():
    genes = ["1-Mar", "TP53", "2-Sep", "1-Mar", "2.31E+13"]
    dropped = settled(table_of(genes), rules("sum", "drop"), "counts.tsv")
    assert list(dropped.counts.index) == ["TP53"]
    (message,) = dropped.messages
    assert "4 rows were left out" in message and "'1-Mar', '2-Sep', '2.31E+13'" in message
    kept = settled(table_of(genes), rules("sum"), "counts.tsv")
    assert list(kept.counts.index) == genes
    (problem,) = matrix_problems(kept, pd.DataFrame(index=["S1", "S2"]), "counts.tsv")
    assert "'1-Mar'" in problem.found and "genes.excel_dates: drop" in problem.fix


def test_a_name_that_is_a_date_gives_way_to_that_of_the_identifier():
    table = table_of(ENSEMBL, names=["1-Mar", *SYMBOLS[1:]])
    mended = settled(table, rules(excel_dates="drop"), "counts.tsv")
    named = annotate(ENSEMBL, mended.gene_names, BUILTIN)
    assert list(named["gene_name"]) == SYMBOLS
    assert len(mended.counts) == len(ENSEMBL)


@pytest.mark.parametrize(
    "gene",
    [
        "ERCC-00002", "ERCC_00171", "ERCC.00130", "ercc-00046", "ERCC-00002.1", "gene:ERCC-00003",
        "ERCC-00002_ERCC-00002", "ERCC-00002|DQ459430", "DQ459430|ERCC-00002", "spike_ERCC-00004",
        "SIRV1", "SIRV502", "SIRV4001.1", "SIRVomeERCC",
    ],
)  # fmt: skip
def test_spike_ins_by_name(gene):
    assert spike_ins([gene]).tolist() == [True]
    assert spike_ins(["x"], [gene]).tolist() == [True]


@pytest.mark.parametrize(
    "gene",
    ["ERCC1", "ERCC6L2", "ERCC8", "ERCC-1", "ERCC2_ENSG00000104884", "SIRT1", "R1_11", "SIRPA", ""],
)
def test_genes_that_are_no_spike_ins(gene):
    assert not spike_ins([gene]).any()


def test_sequins_are_known_by_their_number():
    sequins = [f"R{half}_{number}" for half in (1, 2) for number in range(11, 31)]
    assert spike_ins(sequins + [f"G{number}" for number in range(60)]).sum() == 40
    assert not spike_ins(sequins).any()  # a study whose genes are called so


def test_a_table_of_spike_ins_alone_is_refused():
    with pytest.raises(InputError, match="all 2 rows are spike-ins"):
        settled(table_of(["ERCC-00002", "ERCC-00003"]), rules(), "c.tsv")
    settled(table_of(["ERCC-00002", "ERCC-00003"]), rules(spike_ins="include"), "c.tsv")


def test_spike_ins_are_said():
    table = table_of(["TP53", "ERCC-00002"])
    said = settled(table, rules(), "c.tsv").messages[0]
    assert "1 row is a spike-in" in said and "genes.spike_ins: include" in said
    said = settled(table, rules(spike_ins="include"), "c.tsv").messages[0]
    assert "taken for genes" in said


def test_transcript_lengths_are_matched_by_the_same_identifiers(tmp_path):
    genes = [f"{e}_{s}" for e, s in zip(ENSEMBL, SYMBOLS, strict=True)]
    rows = "".join(f"{gene}\t{100 + at}\t{200 + at}\n" for at, gene in enumerate(genes))
    (tmp_path / "lengths.tsv").write_text(f"gene\tS1\tS2\n{rows}")
    assert matrix_of_lengths_problems(str(tmp_path / "lengths.tsv"), ["S1", "S2"], ENSEMBL) == []
    samples, variables = pd.DataFrame(index=["S1", "S2"]), pd.DataFrame(index=ENSEMBL)
    cohort = anndata.AnnData(np.zeros((2, 4)), samples, variables)
    lengths = read_lengths(str(tmp_path / "lengths.tsv"), cohort)
    assert lengths.loc["S2", ENSEMBL[3]] == 203
