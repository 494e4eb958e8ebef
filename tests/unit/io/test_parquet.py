"""Parquet files, as pandas, pyarrow and other tools write them."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from recurseq.base.errors import InputError
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.readers.read import read_counts

FRAME = pd.DataFrame({"S1": [5, 7], "S2": [0, 12]}, index=["ENSG1", "ENSG2"])


def read(path):
    table = read_counts(path)
    assert table.format == "matrix"
    return table.counts


def expect_plain(counts):
    assert list(counts.index) == ["ENSG1", "ENSG2"]
    assert list(counts.columns) == ["S1", "S2"]
    assert counts.to_numpy().tolist() == [[5, 0], [7, 12]]


@pytest.mark.parametrize("name", ["gene_id", None, "anything"])
def test_index_of_pandas(tmp_path, name):
    path = tmp_path / "counts.tsv"  # the name says nothing
    FRAME.rename_axis(name).to_parquet(path)
    expect_plain(read(path))


def test_identifiers_in_a_column_that_is_not_the_first(tmp_path):
    path = tmp_path / "x.parquet"
    table = pa.table({"S1": [5, 7], "gene_id": ["ENSG1", "ENSG2"], "S2": [0.0, 12.0]})
    parquet.write_table(table, path)
    expect_plain(read(path))


def test_row_numbers_beside_identifiers_are_left_out(tmp_path):
    path = tmp_path / "x.parquet"
    frame = FRAME.rename_axis("gene_id").reset_index()
    frame.index = [10, 30]  # rows were taken out, pandas stores what is left of their numbers
    frame.to_parquet(path)
    expect_plain(read(path))


def test_other_types_of_cells(tmp_path):
    path = tmp_path / "x.parquet"
    columns = {
        "gene": pa.array(["A", "NA", "1-Mar"]).dictionary_encode(),
        "gap": pa.array([1, None, 3]),
        "text": ["4", "low", "6"],
        "digits": ["4", "5", ""],
        "logical": [True, False, True],
        "large": pa.array([2**53 + 1, 0, 1]),
    }
    parquet.write_table(pa.table(columns), path)
    counts = read(path)
    assert list(counts.index) == ["A", "NA", "1-Mar"]
    assert np.isnan(counts["gap"].iloc[1])
    assert counts["text"].tolist() == ["4", "low", "6"]
    assert counts["digits"].iloc[:2].tolist() == [4, 5]
    assert np.isnan(counts["digits"].iloc[2])
    assert counts["logical"].tolist() == ["True", "False", "True"]
    assert counts["large"].iloc[0] == 2**53 + 1


def test_entrez_numbers_as_index(tmp_path):
    path = tmp_path / "x.parquet"
    FRAME.set_axis([7157, 4609]).rename_axis("entrez").to_parquet(path)
    assert list(read(path).index) == ["7157", "4609"]


def test_names_and_types_of_genes(tmp_path):
    path = tmp_path / "x.parquet"
    names = {"symbol": ["TP53", None], "gene_type": ["protein_coding", ""]}
    FRAME.assign(**names).rename_axis("gene_id").to_parquet(path)
    table = read_counts(path)
    assert list(table.gene_names) == ["TP53", ""]
    assert list(table.gene_types) == ["protein_coding", ""]
    expect_plain(table.counts)


def test_annotation_table(tmp_path):
    path = tmp_path / "genes.parquet"
    rows = {"gene_name": ["A", None], "gene_id": ["ENSG00000000001.3", "x"]}
    pd.DataFrame(rows).to_parquet(path)
    found = load_annotation(path)[["gene_id", "gene_name"]].to_numpy().tolist()
    assert found == [["ENSG00000000001", "A"], ["x", ""]]


def test_what_cannot_be_read(tmp_path):
    path = tmp_path / "x.parquet"
    FRAME.to_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a readable Parquet file"):
        read_counts(path)
    parquet.write_table(pa.table({"gene": ["A"], "S1": [[1, 2]]}), path)
    with pytest.raises(InputError, match="'S1' holds list"):
        read_counts(path)
    parquet.write_table(pa.table({"gene": pa.array([], pa.string()), "S1": []}), path)
    with pytest.raises(InputError, match="there is no gene in the file"):
        read_counts(path)


def test_more_rows_than_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("recurseq.io.parquet.LARGEST_MATRIX", 2**20)
    path = tmp_path / "x.parquet"
    rows = 100_000
    parquet.write_table(pa.table({"gene": ["A"] * rows, "S1": [0] * rows}), path)
    assert path.stat().st_size < 10_000  # what repeats takes no room
    with pytest.raises(InputError, match="100,000 rows, more than are read"):
        read_counts(path)


def test_real_file(shared_data):
    path = shared_data / "data/formats/spreadsheet/mouse_hcc_cleaned_cnt_with_sym.parquet"
    counts, expected = read(path), pd.read_parquet(path)
    assert counts.shape == (9603, 28)
    pd.testing.assert_frame_equal(counts, expected, check_names=False)
