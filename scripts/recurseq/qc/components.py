"""Principal components of the samples, the distances between them, and what they follow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.deseq.blocks import by_blocks
from recurseq.design.columns import coded, kind_of
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.association import adjusted_r_squared, explained

GENES = 500
COMPONENTS = 10
ASSOCIATED = 6
BLOCK = 1024  # genes
# Of the squared norms; above this share, a squared distance keeps 12 digits.
ALIKE = 1e-3
# A component below this share of the variance is rounding noise of the decomposition.
NOISE = 1e-10


def principal_components(vst: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute the principal components of the 500 most variable genes.

    Genes are centred, not scaled, as in DESeq2's ``plotPCA`` (Love, Huber & Anders 2014).
    The sign of a component is free; here the gene with the largest absolute loading is positive,
    so that a repeated run gives the same picture.

    Parameters
    ----------
    vst
        Variance-stabilised expression, samples × genes, log2 scale.

    Returns
    -------
    scores : DataFrame
        Table ``qc_pca``: ``sample_id`` and at most 10 columns ``PC1``, ``PC2`` ...; none when all
        samples are alike.
    variance : DataFrame
        Table ``qc_pca_variance``: share of the variance of the genes used.
    """
    expression = vst.to_numpy(dtype=float)
    (spread,) = by_blocks(lambda genes: (genes.var(axis=1),), expression.T)
    # Genes in the order of their identifiers: the result then does not depend on the input's order.
    order = np.argsort(vst.columns.to_numpy(), kind="stable")
    chosen = order[np.argsort(-spread[order], kind="stable")[:GENES]]
    centred = expression[:, chosen] - expression[:, chosen].mean(axis=0)
    left, singular, loadings = np.linalg.svd(centred, full_matrices=False)
    total = float((singular**2).sum())
    share = singular**2 / total if total > 0 else np.zeros_like(singular)
    keep = min(COMPONENTS, int((share > NOISE).sum()))
    largest = np.abs(loadings[:keep]).argmax(axis=1)
    signs = np.sign(loadings[np.arange(keep), largest])
    names = [f"PC{number}" for number in range(1, keep + 1)]
    scores = pd.DataFrame(left[:, :keep] * singular[:keep] * signs, columns=names)
    scores.insert(0, "sample_id", vst.index.to_numpy())
    return scores, pd.DataFrame({"component": names, "variance_explained": share[:keep]})


def sample_distances(vst: pd.DataFrame) -> pd.DataFrame:
    """Compute the Euclidean distance between all pairs of samples, over all genes given.

    With x centred, |x - y|² = |x|² + |y|² - 2 x·y: one product of matrices. Where samples are so
    alike that the subtraction cancels digits, the differences themselves are squared, so that
    identical samples lie at 0.

    Parameters
    ----------
    vst
        Variance-stabilised expression, samples × genes, log2 scale.

    Returns
    -------
    DataFrame
        Table ``qc_distances``: ``sample_id`` and one column per sample.
    """
    expression = vst.to_numpy(dtype=float)
    squares = _squared_distances(expression)
    table = pd.DataFrame(np.sqrt(squares, out=squares), columns=[str(name) for name in vst.index])
    table.insert(0, "sample_id", vst.index.to_numpy(), allow_duplicates=True)
    return table


def _squared_distances(expression: np.ndarray) -> np.ndarray:
    samples, genes = expression.shape
    products = np.zeros((samples, samples))
    for start in range(0, genes, BLOCK):
        block = expression[:, start : start + BLOCK]
        centred = block - block.mean(axis=0)
        products += centred @ centred.T
    norms = np.diag(products)
    sums = norms[:, None] + norms
    squares = sums - 2 * products
    alike = np.triu(squares < ALIKE * sums, 1)
    for row in np.flatnonzero(alike.any(axis=1)):
        twins = np.flatnonzero(alike[row])
        exact = ((expression[twins] - expression[row]) ** 2).sum(axis=1)
        squares[row, twins] = squares[twins, row] = exact
    np.fill_diagonal(squares, 0.0)
    return squares


def associations(scores: pd.DataFrame, sheet: pd.DataFrame) -> pd.DataFrame:
    """Measure how far each column of the sample sheet explains each principal component.

    A linear model of the component on the column alone: R², R² adjusted for the number of levels,
    and the F test. Left out are columns with one value, and labels with more than one level for
    every two samples, such as patient or sample names, which explain everything and mean nothing.

    Parameters
    ----------
    scores
        Table ``qc_pca``.
    sheet
        The typed sample sheet, same order of samples.

    Returns
    -------
    DataFrame
        Table ``qc_pca_association`` for PC1 to PC6; padj is Benjamini-Hochberg over all rows.
    """
    components = list(scores.columns[1 : ASSOCIATED + 1])
    rows = []
    for column in sheet.columns:
        present = sheet[column].notna().to_numpy()
        values = sheet[column][present]
        kind = kind_of(values)
        added = coded(values, kind)
        if added is None:
            continue
        design = np.column_stack([np.ones(len(added)), added])
        for component in components:
            r_squared, pvalue = explained(scores[component].to_numpy()[present], design)
            adjusted = adjusted_r_squared(r_squared, *design.shape)
            rows.append((component, str(column), kind, len(added), r_squared, pvalue, adjusted))
    names = ["component", "column", "kind", "n", "r_squared", "pvalue", "adjusted_r_squared"]
    table = pd.DataFrame(rows, columns=names)
    table["padj"] = benjamini_hochberg(table["pvalue"].to_numpy(dtype=float))
    return table[describe("qc_pca_association").names]
