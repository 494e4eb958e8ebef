"""Sex read from the expression of XIST and of genes on the Y chromosome.

The rule, on the scale log2 (normalised count + 1):

* female: XIST at least 5 and at least 2 above the mean of the Y genes, and that mean below 4;
* male: mean of the Y genes at least 4 and at least 2 above XIST;
* unclear: everything else. Liver tumours lose the Y chromosome or express XIST oddly, shallow
  libraries show neither and mixtures show both, so "unclear" is an answer and not an error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

XIST = "XIST"
# Expressed in most adult tissues; EIF2S3Y is the strongest of them in mice and not in humans.
Y_GENES = (
    "RPS4Y1",
    "DDX3Y",
    "KDM5D",
    "UTY",
    "EIF1AY",
    "USP9Y",
    "ZFY",
    "NLGN4Y",
    "TXLNGY",
    "PRKY",
    "EIF2S3Y",
)
MIN_XIST = 5.0
MIN_Y = 4.0
MIN_DIFFERENCE = 2.0
FEMALE = {"female", "f", "woman", "w", "xx"}
MALE = {"male", "m", "man", "xy"}
COLUMNS = ("sex", "gender")


def sex_check(
    counts: np.ndarray, gene_names: np.ndarray, size_factor: np.ndarray, sheet: pd.DataFrame
) -> pd.DataFrame:
    """Infer the sex of every sample and compare it with the sample sheet.

    Parameters
    ----------
    counts
        Raw counts, samples × genes.
    gene_names
        Symbols of the columns; compared without regard to case, so that mouse genes work.
    size_factor
        One per sample.
    sheet
        Sample sheet, index = sample. A column called sex or gender, in any case, is compared.

    Returns
    -------
    DataFrame
        Table ``qc_sex_check``. Without the genes the numbers are missing and the sex is unclear.
    """
    symbols = np.array([str(name).upper() for name in gene_names], dtype=object)
    xist = _level(counts, symbols, XIST, size_factor)
    of_y = [_level(counts, symbols, gene, size_factor) for gene in Y_GENES if gene in symbols]
    y_genes = np.mean(of_y, axis=0) if of_y else np.full(len(counts), np.nan)
    inferred = np.array([infer(*pair) for pair in zip(xist, y_genes, strict=True)], dtype=object)
    stated = _stated(sheet)
    known = stated.map(_normal).to_numpy(dtype=object)
    comparable = np.array([name is not None for name in known]) & (inferred != "unclear")
    return pd.DataFrame(
        {
            "sample_id": sheet.index.to_numpy(),
            "xist": xist,
            "y_genes": y_genes,
            "inferred": inferred,
            "sheet": stated.to_numpy(dtype=object),
            "agrees": pd.array(np.where(comparable, known == inferred, None), dtype="boolean"),
        }
    )


def infer(xist: float, y_genes: float) -> str:
    """Return female, male or unclear by the rule of this module; NaN counts as not measured."""
    if xist >= MIN_XIST and xist - y_genes >= MIN_DIFFERENCE and y_genes < MIN_Y:
        return "female"
    if y_genes >= MIN_Y and y_genes - xist >= MIN_DIFFERENCE:
        return "male"
    return "unclear"


def _level(
    counts: np.ndarray, symbols: np.ndarray, gene: str, size_factor: np.ndarray
) -> np.ndarray:
    """Expression of one gene; several rows of one symbol are added up."""
    rows = symbols == gene
    if not rows.any():
        return np.full(len(counts), np.nan)
    return np.log2(counts[:, rows].sum(axis=1) / size_factor + 1)


def _stated(sheet: pd.DataFrame) -> pd.Series:
    by_name = {str(column).strip().casefold(): column for column in sheet.columns}
    for name in COLUMNS:
        if name in by_name:
            values = sheet[by_name[name]].astype(object)
            return values.where(values.notna(), None)
    return pd.Series([None] * len(sheet), index=sheet.index, dtype=object)


def _normal(value: object) -> str | None:
    word = str(value).strip().casefold()
    if word in FEMALE:
        return "female"
    return "male" if word in MALE else None
