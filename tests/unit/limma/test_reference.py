"""Agreement with R limma and edgeR on the simulated study of tests/reference."""

from functools import cache

import numpy as np
import pytest

from recurseq.limma import gene_set_tests, tmm_factors
from recurseq.limma.voom import Voom
from support import limma_reference as reference

fitted = cache(reference.fitted)


def close(ours, theirs, relative=1e-7):
    np.testing.assert_allclose(ours, theirs, rtol=relative, atol=1e-8)


def contrast_of(name):
    values, design = fitted(name.split(".")[0])
    return values.contrast(reference.weights_of(name, design), keep_residuals=True)


def test_tmm_factors():
    theirs = reference.table("limma.tmm")["tmm"]
    np.testing.assert_allclose(tmm_factors(reference.counts().to_numpy()), theirs, rtol=1e-10)


@pytest.mark.parametrize("name", reference.FORMULAS)
def test_log_cpm_and_weights(name):
    values, _ = fitted(name)
    theirs = reference.table(f"limma.{name}.voom")
    some = reference.counts().index.get_indexer(theirs.index)
    close(values.log_cpm()[some], theirs.filter(regex=r"^E\."))
    close(values.weights()[some], theirs.filter(regex=r"^w\."))


@pytest.mark.parametrize("name", reference.CONTRASTS)
def test_contrast(name):
    ours, theirs = contrast_of(name), reference.table(f"limma.{name}.results")
    some = reference.counts().index.get_indexer(theirs.index)
    close(ours.change[some], theirs["logFC"])
    close(np.sqrt(ours.variances[some]), theirs["sigma"])
    close(ours.unscaled[some], theirs["unscaled"])
    close(ours.statistic[some], theirs["t"])
    np.testing.assert_allclose(ours.pvalue[some], theirs["pvalue"], rtol=1e-7)
    np.testing.assert_allclose(ours.pvalue_beyond(0.5)[some], theirs["treat"], rtol=1e-7)
    facts = reference.table("limma.facts").loc[name]
    assert ours.moderated.prior_degrees == pytest.approx(facts["prior_degrees"], rel=1e-8)
    assert ours.moderated.prior_variance == pytest.approx(facts["prior_variance"], rel=1e-8)
    assert ours.moderated.degrees == pytest.approx(facts["degrees"], rel=1e-8)


@pytest.mark.parametrize("name", reference.CONTRASTS)
def test_gene_sets_without_weights(name, monkeypatch):
    monkeypatch.setattr(Voom, "weights", lambda self, genes: np.ones_like(self.log_cpm(genes)))
    ours = gene_set_tests(contrast_of(name), reference.sets())
    theirs = reference.table(f"limma.{name}.sets")
    close(ours.correlation, theirs["correlation"])
    np.testing.assert_allclose(ours.camera.pvalue, theirs["camera"], rtol=1e-9)
    np.testing.assert_allclose(ours.fry.pvalue, theirs["fry"], rtol=1e-9)
    assert list(np.where(ours.camera.sign > 0, "Up", "Down")) == list(theirs["cameraDirection"])
    assert list(np.where(ours.fry.sign > 0, "Up", "Down")) == list(theirs["fryDirection"])


@pytest.mark.parametrize("name", reference.CONTRASTS)
def test_gene_sets_with_weights_lie_among_the_values_that_limma_gives(name):
    """They depend on the order of the samples in limma, by a factor of two in camera."""
    ours = gene_set_tests(contrast_of(name), reference.sets())
    theirs = reference.table(f"limma.{name}.sets")
    for pvalue, test, slack in (
        (ours.camera.pvalue, "camera", 1.001),
        (ours.fry.pvalue, "fry", 1.04),
    ):
        assert (pvalue >= theirs[f"{test}Lowest"] / slack).all()
        assert (pvalue <= theirs[f"{test}Highest"] * slack).all()
