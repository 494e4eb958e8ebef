"""Size factors that are given, estimated or come with transcript lengths."""

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.base.h5ad import open_h5ad, write_h5ad
from recurseq.cohort.lengths import normalization_values, read_lengths
from recurseq.deseq import (
    Options,
    add_fit,
    blind_vst,
    contrast_table,
    fit,
    likelihood_ratio_test,
    normalize,
    normalized_counts,
    read_fit,
    remove_batch,
)
from recurseq.deseq.transform import around_zero
from recurseq.design.formula import contrast_vector
from support.deseq_study import fitted, levels, simulated


@pytest.fixture(scope="module")
def study():
    return simulated(genes=120)


def table(model, formula, samples):
    return contrast_table(
        model, contrast_vector(formula, samples, levels(["early"], ["none"])), Options()
    )


def test_given_size_factors_are_taken_as_they_are(study):
    counts, samples, _ = study
    given = pd.Series(np.linspace(0.5, 2, len(counts)), index=counts.index[::-1])
    model, _ = fitted(counts, samples, size_factors=given)
    pd.testing.assert_series_equal(
        model.size_factors, given.reindex(counts.index), check_names=False
    )
    given.iloc[3] = 0
    with pytest.raises(InputError, match="positive"):
        normalize(counts, size_factors=given)


def test_equal_lengths_are_as_good_as_none(study):
    counts, samples, _ = study
    plain, formula = fitted(counts, samples)
    scaled = pd.DataFrame(np.arange(120) + 500.0, counts.columns, ["x"])
    lengths = pd.concat([scaled["x"]] * len(counts), axis=1, keys=counts.index).T
    # R scales normalisation factors, not size factors, to a geometric mean of 1
    given = plain.size_factors / np.exp(np.log(plain.size_factors).mean())
    expected = table(fitted(counts, samples, size_factors=given)[0], formula, samples)
    ours = table(fitted(counts, samples, lengths=lengths)[0], formula, samples)
    pd.testing.assert_frame_equal(ours, expected, rtol=1e-8, atol=1e-12)


def test_a_planted_change_of_length_is_no_change_of_expression(study):
    counts, samples, change = study
    longer = np.where(samples["group"] == "early", 3.0, 1.0)[:, None]
    lengths = pd.DataFrame(1000.0, counts.index, counts.columns)
    lengths.iloc[:, 60:] *= longer
    stretched = counts.copy()
    stretched.iloc[:, 60:] = np.rint(counts.iloc[:, 60:] * longer).astype(int)
    with_lengths, formula = fitted(stretched, samples, lengths=lengths)
    vector = contrast_vector(formula, samples, levels(["early"], ["none"]))
    found = contrast_table(with_lengths, vector)["log2FoldChange"].to_numpy()
    blind = contrast_table(fitted(stretched, samples)[0], vector)["log2FoldChange"].to_numpy()
    truth = change[:, 2] - change[:, 1]
    assert abs(np.median(found[60:] - found[:60] - truth[60:] + truth[:60])) < 0.3
    assert np.median(blind[60:]) - np.median(blind[:60]) > 1


def test_lengths_do_not_depend_on_order_and_survive_the_file(study, tmp_path):
    counts, samples, _ = study
    rng = np.random.default_rng(8)
    lengths = pd.DataFrame(rng.uniform(500, 3000, counts.shape), counts.index, counts.columns)
    model, formula = fitted(counts, samples, lengths=lengths)
    shuffled, _ = fitted(
        counts.iloc[::-1, ::-1], samples.iloc[::-1], lengths=lengths.sample(frac=1, random_state=1)
    )
    pd.testing.assert_frame_equal(
        shuffled.coefficients.loc[counts.columns], model.coefficients, check_exact=True
    )
    kept = np.r_[np.ones(119, dtype=bool), False]
    genes = pd.DataFrame({"kept": kept}, counts.columns)
    cohort = anndata.AnnData(obs=samples.copy(), var=genes)
    cohort.layers["counts"] = counts.to_numpy()
    part, _ = fitted(counts.loc[:, kept], samples, lengths=lengths)
    path = tmp_path / "model.h5ad"
    write_h5ad(add_fit(cohort, part), path)
    stored = open_h5ad(path)
    expected = counts / stored.layers["normalization_factor"][:]
    np.testing.assert_allclose(stored.layers["normalized"][:], expected, rtol=1e-7)
    some = list(counts.columns[[7, 119, 0]])
    np.testing.assert_allclose(normalized_counts(stored, some), expected[some], rtol=1e-15)
    again = read_fit(stored)
    pd.testing.assert_frame_equal(
        table(again, formula, samples), table(part, formula, samples), rtol=1e-12
    )
    reduced = model.design[["Intercept"]]
    assert likelihood_ratio_test(again, reduced)["stat"].notna().all()
    assert np.isfinite(blind_vst(counts, model.normalization)).all().all()


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda x: x.iloc[:, 1:], "no average transcript length for 'g000'"),
        (lambda x: x.assign(g003=np.nan), "missing, zero or negative for 'g003'"),
        (lambda x: x * [0, *[1] * 119], "missing, zero or negative for 'g000'"),
    ],
)
def test_lengths_that_cannot_be_used(study, break_it, words):
    counts = study[0]
    lengths = pd.DataFrame(1000.0, counts.index, counts.columns)
    with pytest.raises(InputError, match=words):
        normalize(counts, lengths=break_it(lengths))


def test_an_empty_sample_has_no_size_factor(study):
    counts = study[0].copy()
    counts.iloc[2] = 0
    with pytest.raises(InputError, match="no gene has a count in 's02'"):
        normalize(counts, method="poscounts")


def test_lengths_from_a_file(study, tmp_path):
    counts, samples, _ = study
    genes = pd.DataFrame(index=counts.columns)
    cohort = anndata.AnnData(counts.to_numpy(), samples.assign(depth=1.5), genes)
    lengths = pd.DataFrame(np.full(counts.T.shape, 812.5), counts.columns, counts.index)
    path = tmp_path / "lengths.tsv"
    pd.concat([lengths.iloc[::-1], lengths.iloc[:1].set_axis(["unknown"])]).to_csv(
        path, sep="\t", index_label="gene"
    )
    read = read_lengths(str(path), cohort)
    assert read.shape == counts.shape and (read == 812.5).all().all()
    values = normalization_values(cohort, {"method": "ratio", "size_factors": "depth"}, None)
    assert (values["size_factors"] == 1.5).all() and values["lengths"] is None
    lengths.drop(columns="s01").to_csv(path, sep="\t", index_label="gene")
    with pytest.raises(InputError, match="no column for 's01'"):
        read_lengths(str(path), cohort)
    pd.concat([lengths, lengths.iloc[:1]]).to_csv(path, sep="\t", index_label="gene")
    with pytest.raises(InputError, match="more than one row for 'g000'"):
        read_lengths(str(path), cohort)


def test_lengths_in_a_cohort_on_the_disk(study, tmp_path):
    counts, samples, _ = study
    lengths = 500 + np.arange(counts.size, dtype=float).reshape(counts.shape)
    layers = {"counts": counts.to_numpy(), "average_length": lengths}
    genes = pd.DataFrame(index=counts.columns)
    write_h5ad(anndata.AnnData(obs=samples, var=genes, layers=layers), tmp_path / "cohort.h5ad")
    stored = open_h5ad(tmp_path / "cohort.h5ad")
    read = normalization_values(stored, {"method": "ratio", "size_factors": None}, None)["lengths"]
    assert list(read.columns) == list(counts.columns) and list(read.index) == list(counts.index)
    assert (read.to_numpy() == lengths).all()


def test_fit_by_poscounts(study):
    counts, samples, _ = study
    gene = np.arange(counts.shape[1])
    values = counts.to_numpy().copy()
    values[gene % len(counts), gene] = 0
    sparse = pd.DataFrame(values, counts.index, counts.columns)
    with pytest.raises(InputError, match="poscounts"):
        fit(sparse, fitted(counts, samples)[0].design)
    model, _ = fitted(sparse, samples, method="poscounts")
    assert np.exp(np.log(model.size_factors).mean()) == pytest.approx(1, rel=1e-12)


def test_batch_removal_is_that_of_limma(repository):
    """Two factors and a covariate, beside `removeBatchEffect` (make_batch_reference.R)."""

    def read(name):
        return pd.read_csv(repository / f"tests/reference/{name}.tsv.gz", sep="\t", index_col=0)

    samples = read("samples")
    kept = around_zero(samples["group"].astype("category")).assign(Intercept=1.0)
    parts = [samples["batch"].astype("category"), samples["sex"].astype("category"), samples["age"]]
    removed = pd.concat([around_zero(part) for part in parts], axis=1)
    ours = remove_batch(read("vst.blind").T, kept, removed)
    expected = read("vst.without_batch").T
    assert np.abs(expected - read("vst.blind").T).to_numpy().max() > 0.2
    np.testing.assert_allclose(ours, expected, atol=1e-8)


def test_batch_removal_by_hand():
    group = pd.Series(pd.Categorical(["a", "a", "a", "b", "b", "b"]), name="group")
    batch = pd.Series(pd.Categorical(["1", "2", "3", "1", "2", "3"]), name="batch")
    values = pd.DataFrame({"g": [1.0, 4.0, 7.0, 2.0, 5.0, 8.0]})
    kept = around_zero(group).assign(Intercept=1.0)
    # balanced: the batch means are 1.5, 4.5 and 7.5 around 4.5
    removed = remove_batch(values, kept, around_zero(batch))
    np.testing.assert_allclose(removed["g"], [4, 4, 4, 5, 5, 5], atol=1e-12)


def test_batch_removal_leaves_the_groups_and_takes_the_batch(study):
    counts, samples, _ = study
    vst = blind_vst(counts, normalize(counts))
    kept = around_zero(samples["group"]).assign(Intercept=1.0)
    batch = pd.concat([around_zero(samples["batch"]), around_zero(samples["age"])], axis=1)

    def coefficients(values):
        columns = pd.concat([kept, batch], axis=1).to_numpy()
        return np.linalg.lstsq(columns, values.to_numpy(), rcond=None)[0]

    shifted = vst + 3.0 * batch.iloc[:, [0]].to_numpy()
    before, after = coefficients(vst), coefficients(remove_batch(shifted, kept, batch))
    np.testing.assert_allclose(after[:3], before[:3], atol=1e-9)
    np.testing.assert_allclose(after[3:], 0, atol=1e-9)
    pd.testing.assert_frame_equal(
        remove_batch(shifted, kept, batch), remove_batch(vst, kept, batch), atol=1e-9
    )
    # a batch that is the group cannot be told apart from it
    pd.testing.assert_frame_equal(remove_batch(vst, kept, around_zero(samples["group"])), vst)
