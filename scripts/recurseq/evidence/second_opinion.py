"""limma-voom on the counts, design and size factors of the fitted model."""

from __future__ import annotations

import pandas as pd

from recurseq.deseq import Fit
from recurseq.limma import voom_contrast
from recurseq.stats.adjust import benjamini_hochberg


def second_opinion(fit: Fit, contrast: pd.Series, threshold: float = 0.0) -> pd.DataFrame:
    """Test a contrast by limma-voom in every fitted gene.

    Parameters
    ----------
    fit
        Gives counts (as they were, outliers not replaced), design, and factors, which become
        library sizes.
    contrast
        Weights of the design's columns.
    threshold
        Absolute log2 fold change to test against (TREAT); 0 is the moderated t-test.

    Returns
    -------
    pandas.DataFrame
        Genes x (voomLog2FoldChange, voomPvalue, voomPadj), adjusted over all genes with a count;
        the others are missing.
    """
    whole = fit.normalization_factors
    factors = fit.size_factors if whole is None else whole
    genes, found = voom_contrast(fit.counts, fit.design, factors, contrast)
    pvalues = found.pvalue_beyond(threshold) if threshold > 0 else found.pvalue
    table = pd.DataFrame(
        {
            "voomLog2FoldChange": found.change,
            "voomPvalue": pvalues,
            "voomPadj": benjamini_hochberg(pvalues),
        },
        index=genes,
    )
    return table.reindex(fit.genes.index)
