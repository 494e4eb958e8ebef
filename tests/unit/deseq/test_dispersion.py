"""Gene-wise dispersions where the climb has a bad start."""

import numpy as np
from scipy.stats import nbinom

from recurseq.deseq.dispersion import gene_wise, starting_values
from recurseq.deseq.glm import fit_glm


def adjusted_likelihood(log_alpha, counts, means, design):
    size = np.exp(-log_alpha)
    weights = means / (1 + means / size)
    determinant = np.linalg.slogdet(design.T @ (weights[:, None] * design))[1]
    return nbinom.logpmf(counts, size, size / (size + means)).sum() - determinant / 2


def test_a_first_step_that_overshoots_does_not_end_the_search():
    """Pairs far apart: the start is far too high, the first step goes to a likelihood without end.

    R's rule, that a climb which ends below the bound counts as no gain, sends these genes to the
    grid; without it they stay at the lower bound, where the likelihood is far from its maximum.
    """
    random = np.random.default_rng(50)
    pairs, genes = 50, 100
    design = np.column_stack([np.tile(np.eye(pairs), (2, 1)), np.repeat([0.0, 1.0], pairs)])
    patients = random.normal(0, 2, (genes, pairs))
    means = np.exp(np.tile(patients, 2) + random.uniform(2, 6, (genes, 1)))
    dispersion = np.exp(random.uniform(-6, -2, (genes, 1)))
    counts = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * means)).astype(float)
    start = starting_values(counts, np.linalg.qr(design)[0], 1.0)
    fitted = np.maximum(fit_glm(counts, design, np.ones(counts.shape), start).means, 0.5)
    found, _ = gene_wise(counts, fitted, design, start)
    too_high = np.flatnonzero(start > 1)  # no true dispersion is above exp(-2)
    assert len(too_high) > genes / 3
    for gene in too_high:
        data = counts[gene], fitted[gene], design
        best = max(adjusted_likelihood(point, *data) for point in np.linspace(-10, 3, 300))
        assert adjusted_likelihood(np.log(found[gene]), *data) > best - 0.1, gene
