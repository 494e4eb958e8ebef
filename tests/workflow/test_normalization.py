"""Normalisation as the configuration asks for it, through the real command."""

import anndata
import numpy as np
import pandas as pd
import pytest

from support.first_steps import first_steps
from support.small_study import make_study

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("normalization")]


def test_lengths_and_poscounts_reach_model_and_quality(tmp_path):
    study = make_study(tmp_path)
    counts = pd.read_csv(study.path / "counts.tsv", sep="\t", index_col=0)
    lengths = pd.DataFrame(1000.0, counts.index, counts.columns)
    lengths.iloc[:, 0] = 2000.0  # twice as long in one sample: the same as twice its depth
    lengths.to_csv(study.path / "lengths.tsv", sep="\t", index_label="gene")
    study.config["normalization"] = {"method": "poscounts", "lengths": "lengths.tsv"}
    study.set("design.formula", "~ batch + group")
    ended = study.run("results/model.h5ad", "results/qc/figures/pca_batch_removed.png")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    model = anndata.read_h5ad(study.path / "results" / "model.h5ad")
    factors = model.layers["normalization_factor"]
    np.testing.assert_allclose(model.layers["normalized"] * factors, model.layers["counts"])
    kept = factors[:, model.var["kept"]]
    np.testing.assert_allclose(np.log(kept).mean(axis=0), 0, atol=1e-9)
    quality = pd.read_csv(study.path / "results/qc/size_factors.tsv", sep="\t", index_col=0)
    np.testing.assert_allclose(
        quality["size_factor"].to_numpy(), model.obs["size_factor"], rtol=1e-8
    )
    assert (study.path / "results/qc/pca_batch_removed.tsv").stat().st_size > 0


def test_lengths_without_a_sample_are_refused_before_anything_runs(tmp_path):
    study = make_study(tmp_path)
    counts = pd.read_csv(study.path / "counts.tsv", sep="\t", index_col=0)
    counts.iloc[:, 1:].to_csv(study.path / "lengths.tsv", sep="\t", index_label="gene")
    study.set("normalization.lengths", "lengths.tsv")
    code, text = first_steps(study.path)
    assert code != 0
    assert f"no column for '{counts.columns[0]}'" in text
    assert "Traceback" not in text
