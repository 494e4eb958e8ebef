"""Which matrix of an h5ad file holds the counts, and when none does."""

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recurseq.cohort.checks import matrix_problems
from recurseq.cohort.readers import h5ad
from recurseq.cohort.readers.read import read_counts
from support.count_files import problem_of

COUNTS = np.random.default_rng(4).negative_binomial(1, 0.01, size=(4, 60))
SAMPLES = ["a", "b", "c", "d"]
GENES = [f"G{number}" for number in range(60)]
LOGS = np.log2(COUNTS + 1.0)


def study(values=COUNTS, **changed):
    names = {"obs": pd.DataFrame(index=SAMPLES), "var": pd.DataFrame(index=GENES)}
    return anndata.AnnData(np.array(values), **{**names, **changed})


def saved(study, folder):
    path = folder / "counts.tsv"  # the name says nothing
    study.write_h5ad(path)
    return path


def counts_of(table):
    assert list(table.counts.columns) == SAMPLES
    return table.counts.to_numpy().T.tolist()


def test_layer_before_raw_before_x(tmp_path):
    data = study(COUNTS + 2)
    data.raw = study(COUNTS + 1)
    table = read_counts(saved(data, tmp_path))
    assert counts_of(table) == (COUNTS + 1).tolist()
    assert table.messages[0].endswith("counts were taken from raw")
    data.layers["counts"] = COUNTS
    table = read_counts(saved(data, tmp_path))
    assert counts_of(table) == COUNTS.tolist()
    assert table.messages[0].endswith("counts were taken from layers['counts']")


def test_a_layer_of_that_name_without_whole_numbers_is_passed_over(tmp_path):
    data = study(COUNTS.astype(np.float32))
    data.layers["counts"] = LOGS
    table = read_counts(saved(data, tmp_path))
    assert counts_of(table) == COUNTS.tolist()
    assert "taken from X; layers['counts'] holds logarithms" in table.messages[0]


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        (LOGS, "X holds logarithms (94 %"),
        (LOGS - LOGS.mean(axis=0), "X holds logarithms or centred values"),
        (COUNTS / COUNTS.sum(axis=1, keepdims=True) * 1e6, "X holds TPM or CPM"),
        (-COUNTS, "X holds no whole numbers from 0 (0 % of the non-zero values are fractional"),
        (np.where(COUNTS < 500, COUNTS, np.nan), "X holds no whole numbers from 0 (missing values"),
        (sparse.csr_matrix(LOGS), "X holds logarithms"),
    ],
)
def test_values_that_are_no_counts(tmp_path, values, evidence):
    data = study()
    data.X = values
    problem = problem_of(saved(data, tmp_path))
    assert f"there are no counts in it: {evidence}" in problem.found
    assert problem.allowed == "whole numbers in layers['counts'], raw or X"


@pytest.mark.parametrize(("value", "words"), [(np.inf, "infinite count"), (1e19, "above 2^53")])
def test_numbers_too_large_for_counts_are_named_as_they_are(tmp_path, value, words):
    values = COUNTS.astype(float)
    values[0, 0] = value
    table = read_counts(saved(study(values), tmp_path))
    found = [p.found for p in matrix_problems(table, pd.DataFrame(index=SAMPLES), "x")]
    assert len(found) == 1
    assert words in found[0]


def test_what_scanpy_notes_is_evidence(tmp_path):
    data = study(LOGS)
    data.uns["log1p"] = {"base": None}
    data.layers["counts"] = LOGS * 2
    found = problem_of(saved(data, tmp_path)).found
    for expected in ("layers['counts'] holds", "X holds", "uns['log1p'] says"):
        assert expected in found


def test_names_and_types_of_genes(tmp_path):
    names = pd.Categorical([*["TP53", "NA", None], *["x"] * 57])
    genes = pd.DataFrame({"Gene_Symbol": names, "biotype": "lncRNA"}, index=GENES)
    table = read_counts(saved(study(var=genes), tmp_path))
    assert list(table.gene_names[:3]) == ["TP53", "NA", ""]
    assert set(table.gene_types) == {"lncRNA"}
    assert list(table.counts.index) == GENES


def test_samples_named_by_a_column_of_obs(tmp_path):
    rows = pd.DataFrame({"group": ["x", "x", "y", "y"], "sample_id": SAMPLES}, index=list("1234"))
    path = saved(study(obs=rows), tmp_path)
    table = read_counts(path, sample_ids=["c", "a"])
    assert counts_of(table) == COUNTS.tolist()
    assert table.messages[1].endswith("samples are named by the column 'sample_id' of obs")
    assert list(read_counts(path, sample_ids=["1", "2"]).counts.columns) == list("1234")
    assert list(read_counts(path, sample_ids=["x", "y"]).counts.columns) == list("1234")


def test_genes_in_the_rows(tmp_path):
    table = read_counts(saved(study().T.copy(), tmp_path), sample_ids=SAMPLES)
    assert counts_of(table) == COUNTS.tolist()
    assert "with samples in rows" in table.messages[-1]


def test_numbers_of_cells(tmp_path, monkeypatch):
    monkeypatch.setattr(h5ad, "LARGEST", 100)
    assert (
        "4 rows and 60 genes: these seem to be cells" in problem_of(saved(study(), tmp_path)).found
    )


def test_files_that_are_no_h5ad(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["matrix/data"] = [1, 2]
    assert "an HDF5 file with 'matrix', not h5ad" in problem_of(path).found
    path = saved(study(), tmp_path)
    path.write_bytes(path.read_bytes()[:900])
    assert "not a readable h5ad file" in problem_of(path).found


@pytest.mark.parametrize("damage", ["shape", "positions", "no matrix", "index", "kind"])
def test_damaged_parts(tmp_path, damage):
    path = tmp_path / "x"
    data = study()
    data.X = sparse.csr_matrix(COUNTS)
    data.write_h5ad(path)
    with h5py.File(path, "a") as file:
        if damage == "shape":
            file["X"].attrs["shape"] = [4, 70]
        elif damage == "positions":  # beyond the matrix: a reader that trusts them leaves memory
            file["X/indices"][0] = 10_000_000
        elif damage == "kind":
            file["var"].attrs["encoding-type"] = "datafrome"
        elif damage == "index":
            del file["obs/_index"]
        else:
            del file["X"]
    expected = "it has no matrix" if damage == "no matrix" else "not a readable h5ad file"
    assert expected in problem_of(path).found


def test_format_by_name(tmp_path):
    path = saved(study(), tmp_path)
    assert read_counts(path, file_format="h5ad").format == "h5ad"
    assert "looks like an h5ad" in problem_of(path, file_format="matrix").found
    plain = tmp_path / "a.tsv"
    plain.write_text("gene\ta\nA\t5\nB\t6\n")
    assert "the configuration says h5ad" in problem_of(plain, file_format="h5ad").found


def test_a_folder_of_them_is_refused(tmp_path):
    saved(study(), tmp_path).rename(tmp_path / "a.h5ad")
    problem = problem_of(directory=tmp_path, sample_ids=["a"])
    assert "an h5ad file holds all samples" in problem.found
    assert problem.fix == "name it as counts.path"


def test_real_logarithms_are_refused(shared_data):
    path = shared_data / "data/formats/h5ad/hcc_cirrhosis_B_Cells_pseudobulk.h5ad"
    found = problem_of(path).found
    assert (
        "X holds logarithms (100 % of the non-zero values are fractional, the largest is" in found
    )
    assert "uns['log1p']" in found
