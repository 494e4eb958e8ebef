"""The study in one file: everything stands at the right sample and gene, under legal names."""

import warnings

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.h5ad import open_h5ad, write_h5ad
from recurseq.figures.colours import group_colours
from recurseq.report.study_h5ad import SHOWN, study_data, unique_symbols
from recurseq.study import load_study
from support.report_study import config, contrast_table, evidence_table, samples

CONTRASTS = ("early_vs_none", "tumour_vs_normal")


@pytest.fixture
def model(tmp_path):
    """Samples with hostile columns, genes in another order than in the tables."""
    rng, table = np.random.default_rng(2), contrast_table().iloc[::-1]
    sheet = samples().assign(
        size_factor=rng.gamma(9, 0.1, 18),
        __secret=[f"t{number % 3}" for number in range(18)],
        ___secret=2,
        smoker=pd.Categorical([None, "yes", "no"] * 6),
        plate=[f"p{number % 4}" for number in range(18)],
        **{"AFP (ng/mL)": rng.normal(size=18)},
    )
    genes = pd.DataFrame(
        {
            "gene_name": table["gene_name"].to_numpy(),
            "kept": True,
            "baseMean": table["baseMean"].to_numpy(),
        },
        index=table["gene_id"].to_numpy(),
    )
    genes.iloc[[3, 4], 0] = "TWIN"
    counts = rng.negative_binomial(3, 0.1, (18, 200)).astype(np.int32)
    layers = {"counts": counts, SHOWN: np.log2(counts + 1).astype(np.float32)}
    uns = {"formula": "~ group", "main_factor": "group"}
    write_h5ad(
        anndata.AnnData(obs=sheet, var=genes, uns=uns, layers=layers), tmp_path / "model.h5ad"
    )
    return open_h5ad(tmp_path / "model.h5ad")


def tables(model):
    order = model.obs_names[::-1]  # by name, not by place
    numbers = pd.Series(np.arange(18.0), order)
    genes = {name: contrast_table(seed=seed) for seed, name in enumerate(CONTRASTS, 1)}
    summary = {"contrast": CONTRASTS, "rule": "padj < 0.05", "tested": [180, None]}
    return {
        "qc_pca": pd.DataFrame({"sample_id": order, "PC1": numbers, "PC2": -numbers}),
        "qc_pca_variance": pd.DataFrame(
            {"component": ["PC1", "PC2"], "variance_explained": [0.6, 0.2]}
        ),
        "signature_scores": pd.DataFrame({"sample_id": order, "IFN/JAK": numbers * 2}),
        "contrast_genes": genes,
        "contrast_evidence": {name: evidence_table(table) for name, table in genes.items()},
        "contrast_summary": pd.DataFrame(summary).astype({"tested": "Int64"}),
    }


@pytest.fixture
def read(model, tmp_path):
    """What anndata reads, without a warning."""
    data = study_data(model, load_study(config()), tables(model))
    path = tmp_path / "study.h5ad"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_h5ad(data, path, layers_of=model, shown=SHOWN)
        return anndata.read_h5ad(path)


def test_components_and_scores_stand_at_their_samples(read, model):
    expected = np.arange(18.0)[::-1]
    np.testing.assert_array_equal(read.obsm["X_pca"], np.column_stack([expected, -expected]))
    (column,) = read.obsm["signatures"].columns
    assert column == "IFN\N{DIVISION SLASH}JAK"
    np.testing.assert_array_equal(read.obsm["signatures"][column], 2 * expected)
    np.testing.assert_array_equal(read.uns["pca"]["variance_ratio"], [0.6, 0.2])
    np.testing.assert_array_equal(read.X, model.layers[SHOWN][:])
    np.testing.assert_array_equal(read.layers["counts"], model.layers["counts"][:])


def test_contrasts_stand_at_their_genes(read):
    for seed, name in enumerate(CONTRASTS, 1):
        expected = contrast_table(seed=seed).set_index("gene_id").loc[read.var_names]
        found = read.varm[name]
        for column in ("log2FoldChange", "padj", "shrunkenLog2FoldChange"):
            np.testing.assert_array_equal(found[column], expected[column])
        assert (found["significant"] == expected["significant"].astype(bool)).all()
        assert (found["direction"].astype(str) == expected["direction"]).all()
        support = evidence_table(contrast_table(seed=seed)).set_index("gene_id")["support"]
        pd.testing.assert_series_equal(
            found["support"].dropna().astype(object).sort_index(), support.sort_index(),
            check_names=False,
        )  # fmt: skip
    assert read.uns["contrasts"].loc["early_vs_none", "rule"] == "padj < 0.05"
    assert read.uns["contrasts"]["tested"].isna().tolist() == [False, True]
    assert read.uns["thresholds"]["alpha"] == 0.05 and read.uns["simulated"]


def test_names_are_legal_for_every_viewer(read):
    assert read.var_names.is_unique and read.obs_names.is_unique
    assert list(read.obs)[-3:] == ["smoker", "plate", "AFP (ng\N{DIVISION SLASH}mL)"]
    assert {"_secret", "_secret_"} <= set(read.obs) and not [
        name for name in read.obs if name.startswith("__")
    ]
    for frame in (read.obs, read.var, *read.obsm.values(), *read.varm.values()):
        if isinstance(frame, pd.DataFrame):
            assert frame.columns.is_unique and not [name for name in frame if "/" in name]
    assert isinstance(read.obs["plate"].dtype, pd.CategoricalDtype)
    assert read.obs["smoker"].isna().sum() == 6


def test_colours_are_those_of_the_figures(read):
    colours = group_colours(read.obs["group"].cat.categories).values()
    assert list(read.uns["group_colors"]) == [colour.lower() for colour in colours]


def test_each_symbol_stands_once_and_the_expressed_gene_has_it(read):
    assert read.var["gene_symbols"].is_unique
    twins = read.var[read.var["gene_name"] == "TWIN"].sort_values("baseMean")
    weak, strong = twins["gene_symbols"]
    assert strong == "TWIN" and weak == f"TWIN ({twins.index[0]})"
    names = pd.Series(["A", "A", "A", "B"], ["g1", "g2", "g3", "g4"])
    found = unique_symbols(names, pd.Series([np.nan, 2.0, 1.0, 0.0], names.index))
    assert list(found) == ["A (g1)", "A", "A (g3)", "B"]


def test_a_study_without_signatures_has_none(model):
    few = {name: table for name, table in tables(model).items() if name != "signature_scores"}
    assert list(study_data(model, load_study(config()), few).obsm) == ["X_pca"]
