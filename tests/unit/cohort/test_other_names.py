"""Names that lead to a gene although the counts do not have them."""

import pandas as pd

from recurseq.cohort.genes.annotation import COLUMNS, load_annotation
from recurseq.cohort.genes.symbols import other_names, resolve_symbols

ROWS = [
    ("ENSG00000000001", "", "NEW", "1", "protein_coding", "OLD|OLDER"),
    ("ENSG00000000002", "", "TWO", "1", "protein_coding", "SHARED|MT"),
    ("ENSG00000000003", "", "THREE", "1", "protein_coding", "SHARED|NEW"),
    ("ENSG00000000004", "", "RENAMED", "1", "protein_coding", ""),
    ("ENSG00000000009", "", "ABSENT", "1", "protein_coding", "GONE"),
]
IDS = [f"ENSG0000000000{k}.1" for k in (1, 2, 3, 4)]
NAMES = ["NEW", "TWO", "THREE", "FORMER"]


def test_each_name_leads_where_resolving_it_leads():
    annotation = pd.DataFrame(ROWS, columns=COLUMNS)
    found = other_names(IDS, NAMES, annotation)
    assert found == {IDS[0]: ["OLD", "OLDER"], IDS[1]: ["MT"], IDS[3]: ["RENAMED"]}
    for gene, names in found.items():
        resolved = resolve_symbols(names, IDS, NAMES, annotation)
        assert set(resolved["gene_id"]) == {gene}


def test_human_symbols_lead_to_genes_of_mice():
    ids, names = ["ENSMUSG00000031765", "ENSMUSG00000064351"], ["Mt1", "mt-Co1"]
    found = other_names(ids, names, load_annotation("none"), "mouse")
    for gene, others in found.items():
        resolved = resolve_symbols(others, ids, names, load_annotation("none"), "mouse")
        assert set(resolved["gene_id"]) == {gene} and set(resolved["matched_by"]) == {"orthologue"}
    assert found


def test_without_an_annotation_there_are_none():
    assert other_names(IDS, NAMES, load_annotation("none")) == {}
