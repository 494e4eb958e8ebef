"""Moderated linear models of the rows of a matrix, against R limma and by their properties."""

import numpy as np
import pytest

from recurseq.design.formula import design_matrix, parse_formula
from recurseq.limma import fit_rows, joined, moderated_rows
from recurseq.limma.moderation import moderate
from support.limma_reference import sheet, table


def fitted(values, columns):
    design = design_matrix(parse_formula("~ batch + age + group"), sheet().loc[columns])
    return fit_rows(values, design.to_numpy(), np.array([0, 0, 0, -1, 1]))


def test_lmfit_and_ebayes():
    scores, theirs = table("signatures.gsva"), table("signatures.limma")
    fits = fitted(scores.to_numpy(), scores.columns)
    ours = moderated_rows(fits)
    np.testing.assert_allclose(np.sqrt(fits.variances), theirs["sigma"], rtol=1e-8)
    for name in ("change", "lower", "upper", "pvalue"):
        np.testing.assert_allclose(getattr(ours, name), theirs[name], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours.statistic, theirs["t"], rtol=1e-7)


def test_squeezing_variances_of_different_degrees_of_freedom():
    theirs = table("signatures.squeezed")
    ours = moderate(theirs["variance"].to_numpy(), theirs["degrees"].to_numpy())
    np.testing.assert_allclose(ours.variances, theirs["posterior"], rtol=1e-8)
    assert ours.prior_degrees == pytest.approx(theirs["priorDegrees"].iloc[0], rel=1e-8)
    assert ours.prior_variance == pytest.approx(theirs["prior"].iloc[0], rel=1e-8)


def test_joined_rows_are_those_of_one_matrix_and_a_single_row_has_its_ordinary_t():
    scores = table("signatures.gsva")
    whole = fitted(scores.to_numpy(), scores.columns)
    parts = [fitted(scores.to_numpy()[rows], scores.columns) for rows in np.split(np.arange(50), 5)]
    pairs = zip(moderated_rows(joined(parts)), moderated_rows(whole), strict=True)
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    single = fitted(scores.to_numpy()[:1], scores.columns)
    t = single.change / (single.unscaled * np.sqrt(single.variances))
    assert moderated_rows(single).statistic == pytest.approx(t)
