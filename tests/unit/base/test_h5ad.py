"""h5ad files are read in parts, and hold what AnnData itself reads from them."""

import tracemalloc
import warnings

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recurseq.base.h5ad import gene_columns, open_h5ad, write_h5ad

SAMPLES, GENES = 64, 5000  # 1024 genes of four bytes in a chunk
NAMES = [f"g{number:04d}" for number in range(GENES)]


def data():
    rng = np.random.default_rng(3)
    group = pd.Categorical(rng.choice(["b", "a", "c"], SAMPLES), ["b", "a", "c"], ordered=True)
    samples = pd.DataFrame(
        {
            "group": group,
            "stage": pd.Categorical(rng.choice(["I", "II", None], SAMPLES)),
            "plate": rng.choice(["p/1", "π", ""], SAMPLES).astype(object),
            "age": np.where(rng.random(SAMPLES) < 0.2, np.nan, rng.normal(60, 9, SAMPLES)),
            "tumour/size": rng.integers(0, 9, SAMPLES),
            "treated": rng.random(SAMPLES) < 0.5,
        },
        index=[f"s{number:02d}" for number in range(SAMPLES)],
    ).rename_axis("sample_id")
    genes = pd.DataFrame({"kept": rng.random(GENES) < 0.6, "gene_name": NAMES}, index=NAMES)
    counts = rng.negative_binomial(2, 0.01, (SAMPLES, GENES)).astype(np.int32)
    return anndata.AnnData(
        obs=samples,
        var=genes,
        uns={
            "title": "A study",
            "simulated": True,
            "variance": 0.25,
            "messages": np.array([], dtype=object),
            "curve": np.zeros((0, 2)),
            "nested": {"one": 1, "texts": np.array(["a", "ü"], dtype=object)},
            "replacements": pd.DataFrame({"gene_id": ["g1"], "count": [3]}, index=["0"]),
        },
        layers={"counts": counts, "vst": np.log2(counts + 1).astype(np.float32)},
        varm={"covariance": rng.normal(size=(GENES, 6))},
        obsm={"design_matrix": pd.DataFrame({"a/b": np.ones(SAMPLES)}, samples.index)},
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("h5ad") / "model.h5ad"
    write_h5ad(data(), path)
    return path


def equal(one, other):
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one:
            equal(one[name], other[name])
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other)
    else:
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_array_equal(one, other)


def given_names(read):
    """What anndata read, with the slashes for which a file has a look-alike."""
    for frame in (read.obs, read.obsm["design_matrix"]):
        frame.columns = [name.replace("\N{DIVISION SLASH}", "/") for name in frame]
    return read


def test_anndata_reads_the_same(path):
    stored, expected = open_h5ad(path), given_names(anndata.read_h5ad(path))
    for part in ("obs", "var", "uns"):
        equal(dict(getattr(expected, part)) if part == "uns" else getattr(expected, part),
              getattr(stored, part))  # fmt: skip
    equal(data().obs, stored.obs)
    equal(data().var, stored.var)
    for part in ("varm", "obsm"):
        elements = getattr(stored, part)
        assert list(elements) == list(getattr(expected, part))
        for name in elements:
            equal(getattr(expected, part)[name], elements[name])
    assert sorted(stored.layers) == ["counts", "vst"] and len(stored.layers) == 2
    for name, layer in stored.layers.items():
        equal(expected.layers[name], layer[:])
        assert (layer.shape, layer.dtype) == ((SAMPLES, GENES), expected.layers[name].dtype)


def test_what_is_not_read_here_is_read_by_anndata(tmp_path):
    written = data()
    written.obs["visits"] = pd.array([1, None] * (SAMPLES // 2), dtype="Int64")
    written.uns["matrix"] = sparse.csr_matrix(np.eye(3))
    written.write_h5ad(tmp_path / "other.h5ad")
    stored = open_h5ad(tmp_path / "other.h5ad")
    pd.testing.assert_series_equal(stored.obs["visits"], written.obs["visits"])
    assert (stored.uns["matrix"].toarray() == np.eye(3)).all()
    np.testing.assert_array_equal(stored.layers["counts"][:], written.layers["counts"])


def test_counts_are_stored_once_and_genes_lie_together(path):
    with h5py.File(path) as file:
        assert not {"X", "raw"} & set(file)  # anndata 0.11 cannot read an empty one
        layers = dict(file["layers"])
        assert {name: layer.dtype.name for name, layer in layers.items()} == {
            "counts": "int32",
            "vst": "float32",
        }
        assert all(layer.chunks == (SAMPLES, 1024) for layer in layers.values())
        assert all(layer.compression == "lzf" and layer.shuffle for layer in layers.values())
    assert anndata.read_h5ad(path).X is None


def test_some_genes_are_those_of_the_whole_matrix(path):
    whole, layer = data().layers["vst"], open_h5ad(path).layers["vst"]
    rng = np.random.default_rng(5)
    mask = data().var["kept"].to_numpy()
    for genes in (
        mask,
        np.zeros(GENES, dtype=bool),
        np.array([4999, 0, 1023, 1024, 4999]),  # in any order, also twice
        np.array([-1]),
        np.array([], dtype=int),
        rng.permutation(GENES),
        slice(1000, 1100),
    ):
        np.testing.assert_array_equal(layer[:, genes], whole[:, genes])
    with pytest.raises(IndexError):
        layer[:, np.array([GENES])]
    with pytest.raises(IndexError, match="all samples"):
        layer[:5]


def test_columns_of_named_genes_from_a_file_and_from_memory(path):
    genes = ["g4999", "g0000", "g2500"]
    expected = pd.DataFrame(data().layers["counts"], data().obs_names, NAMES)[genes]
    for source in (open_h5ad(path), data()):
        pd.testing.assert_frame_equal(gene_columns(source, "counts", genes), expected)
        assert gene_columns(source, "counts", []).shape == (SAMPLES, 0)
        with pytest.raises(KeyError, match="g9999"):
            gene_columns(source, "counts", ["g0000", "g9999"])


def test_an_element_that_is_missing_is_named_with_its_file(path):
    stored = open_h5ad(path)
    assert "cooks" not in stored.layers and "counts" in stored.layers
    with pytest.raises(KeyError, match=r"model.h5ad has no layers\['cooks'\]"):
        stored.layers["cooks"]


def peak(function) -> int:
    """Bytes held at most while a function runs."""
    tracemalloc.start()
    function()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_only_what_is_asked_for_is_read(path, tmp_path):
    stored = open_h5ad(path)
    layer = SAMPLES * GENES * 4
    assert peak(lambda: stored.layers["counts"][:]) > layer  # what numpy holds is seen
    assert peak(lambda: open_h5ad(path).layers["counts"]) < layer
    chunk = SAMPLES * 1024 * 4
    assert peak(lambda: gene_columns(stored, "vst", ["g0001", "g0900"])) < 2 * chunk

    smaller = tmp_path / "smaller.h5ad"
    smaller.write_bytes(path.read_bytes())
    with h5py.File(smaller, "a") as file:
        del file["layers/vst"], file["varm"], file["obsm"]
    stored = open_h5ad(smaller)
    assert list(stored.layers) == ["counts"] and list(stored.varm) == []
    assert gene_columns(stored, "counts", ["g0002"]).shape == (SAMPLES, 1)


def test_the_same_data_give_the_same_bytes(path, tmp_path):
    write_h5ad(data(), tmp_path / "again.h5ad")
    assert (tmp_path / "again.h5ad").read_bytes() == path.read_bytes()


def test_no_name_in_the_file_is_a_folder_and_own_readers_have_it_back(tmp_path):
    path, written = tmp_path / "slashes.h5ad", data()
    written.obs = written.obs.rename_axis("sample/id").assign(**{"a\N{DIVISION SLASH}b": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # anndata warns of slashes
        write_h5ad(written, path)
    with h5py.File(path) as file:
        assert "tumour" not in file["obs"] and "tumour\N{DIVISION SLASH}size" in file["obs"]
    stored = open_h5ad(path)
    pd.testing.assert_frame_equal(stored.obs, written.obs)
    assert list(stored.obsm["design_matrix"]) == ["a/b"]


def test_layers_are_borrowed_and_one_of_them_is_x_too(path, tmp_path):
    source, new = open_h5ad(path), tmp_path / "borrowed.h5ad"
    tables = anndata.AnnData(obs=source.obs, var=source.var)
    write_h5ad(tables, new, layers_of=source, shown="vst")
    read = anndata.read_h5ad(new)
    for name, values in data().layers.items():
        equal(values, read.layers[name])
    equal(read.X, data().layers["vst"])
    with h5py.File(new) as file:
        assert file["X"] == file["layers/vst"]  # one matrix on the disk
    write_h5ad(tables, tmp_path / "again.h5ad", layers_of=source, shown="vst")
    assert (tmp_path / "again.h5ad").read_bytes() == new.read_bytes()


def test_a_matrix_x_is_kept_when_there_is_one(tmp_path):
    written = data()
    written.X = written.layers["counts"] * 2.0
    write_h5ad(written, tmp_path / "with_x.h5ad")
    np.testing.assert_array_equal(anndata.read_h5ad(tmp_path / "with_x.h5ad").X, written.X)
