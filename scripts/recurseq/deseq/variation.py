"""Whether counts vary enough for a dispersion trend, found without fitting every gene."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.deseq.basis import coding, orthonormal
from recurseq.deseq.dispersion import rough_estimate
from recurseq.deseq.estimation import QuickDataSet
from recurseq.deseq.normalization import Normalization
from recurseq.deseq.trend import varies

_FIRST, _GROWTH = 64, 16
# So many genes that vary so much by moments, at such a mean: nothing need be fitted.
_PLAIN_GENES, _PLAIN_DISPERSION, _PLAIN_MEAN = 10, 0.1, 10.0


def any_gene_varies(
    counts: pd.DataFrame, design: pd.DataFrame, normalization: Normalization
) -> bool:
    """Whether `recurseq.deseq.fit` will find a dispersion trend.

    Where ten genes plainly vary by moments, it will. Else gene-wise dispersions are estimated as
    the fit does it, of the genes that vary most by moments first, until one lies above the limit:
    64 genes are enough unless none varies.

    Parameters
    ----------
    counts
        Samples x genes, every gene with a count.
    design
        Samples x p, of full rank.
    normalization
        Of these samples.
    """
    counts = counts.sort_index()
    design = design.loc[counts.index].astype(float)
    basis, _ = orthonormal(design)
    scaled = normalization.divide(counts).to_numpy().T
    rough = rough_estimate(scaled, np.linalg.qr(basis.to_numpy())[0])
    if np.sum((rough > _PLAIN_DISPERSION) & (scaled.mean(axis=1) >= _PLAIN_MEAN)) >= _PLAIN_GENES:
        return True
    order = np.argsort(-rough, kind="stable")
    start, size = 0, _FIRST
    while start < len(order):
        chosen = counts.iloc[:, order[start : start + size]]
        factors = normalization.rows(chosen.index, chosen.columns)
        model = QuickDataSet(chosen, basis, coding(design, basis), factors)
        model.quick = False
        model.fit_genewise_dispersions()
        if varies(model.var["genewise_dispersions"].to_numpy()).any():
            return True
        start, size = start + size, size * _GROWTH
    return False
