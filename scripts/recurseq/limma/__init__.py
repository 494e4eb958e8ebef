"""limma-voom: linear models of log counts with precision weights, and tests of gene sets.

A second opinion beside the negative-binomial engine, usable alone::

    from recurseq.limma import effective_libraries, voom
    values = voom(counts, design, effective_libraries(counts, size_factors))  # genes x samples
    answer = values.contrast(weights)
    answer.change, answer.pvalue, answer.pvalue_beyond(1.0)

Written from the papers that the modules name; its numbers are those of R limma 3.54 and edgeR 3.40.
"""

from recurseq.limma.gene_sets import SetTests, gene_set_tests
from recurseq.limma.libraries import effective_libraries, tmm_factors, tmm_libraries
from recurseq.limma.named import NamedContrast, voom_contrast
from recurseq.limma.rows import RowFits, RowTests, fit_rows, joined, moderated_rows
from recurseq.limma.voom import ContrastFit, Voom, voom

__all__ = [
    "ContrastFit",
    "NamedContrast",
    "RowFits",
    "RowTests",
    "SetTests",
    "Voom",
    "effective_libraries",
    "fit_rows",
    "gene_set_tests",
    "joined",
    "moderated_rows",
    "tmm_factors",
    "tmm_libraries",
    "voom",
    "voom_contrast",
]
