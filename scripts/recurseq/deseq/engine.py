"""PyDESeq2's DeseqDataSet, all genes at a time and by R DESeq2's rules.

Importing this module imports PyDESeq2 (a second or two); only fitting needs it. What differs from
PyDESeq2 0.5.4 is overridden here and in `recurseq.deseq.estimation`, nowhere else: all genes are
solved together, means are held at 0.5 or above while dispersions are fitted, the climb starts and
stops where R's does, and the trend leaves out genes that do not vary.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from recurseq.deseq.basis import Regressors
from recurseq.deseq.collection import collection_paused
from recurseq.deseq.estimation import Estimation

with collection_paused():
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference


class BatchedDataSet(Estimation, DeseqDataSet):
    """A DeseqDataSet that takes its normalisation and follows R's rules for dispersions.

    Of the matrices that PyDESeq2 keeps only the fitted means and Cook's distances exist; the rest
    is computed for a block of genes at a time and dropped.

    Parameters
    ----------
    counts
        Samples x genes, every gene with at least one count.
    design
        Samples x p, full column rank.
    coding
        p x p, see `recurseq.deseq.basis.Regressors`.
    factors
        Size or normalisation factors, genes x samples (`Normalization.rows`).
    threads
        Blocks of genes solved at the same time.
    """

    quick = False

    def __init__(
        self,
        counts: pd.DataFrame,
        design: pd.DataFrame,
        coding: np.ndarray,
        factors: np.ndarray,
        threads: int = 1,
    ):
        labels = pd.DataFrame(index=counts.index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().__init__(
                counts=counts,
                metadata=labels,
                design=design,
                inference=DefaultInference(n_cpus=1),
                quiet=True,
                refit_cooks=False,
            )
        self.regressors = Regressors.coded(design.to_numpy(), coding)
        self.factors, self.threads = factors, threads
