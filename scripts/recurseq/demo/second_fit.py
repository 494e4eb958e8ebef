"""The second cohort of the demo, tested as a study of its own would be."""

from __future__ import annotations

import pandas as pd

from recurseq.base.tables import describe
from recurseq.cohort.filtering import fitted_genes
from recurseq.demo.second import EACH
from recurseq.deseq import Options, contrast_table, fit
from recurseq.design.contrast import Contrast
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula

FORMULA, MIN_COUNT = "~ group", 10


def fit_second(
    counts: pd.DataFrame, sheet: pd.DataFrame, contrast: Contrast, names: pd.Series, alpha: float
) -> pd.DataFrame:
    """Test the groups of the second cohort, as a study of its own would.

    Parameters
    ----------
    counts
        Genes × samples, index ``gene_id``.
    sheet, contrast
        Its samples, and what is compared.
    names
        Symbol of each gene, by gene_id.
    alpha
        Level that independent filtering optimises for.

    Returns
    -------
    pandas.DataFrame
        Table ``demo_second``, in DESeq2's columns.
    """
    kept, _ = fitted_genes(
        counts.to_numpy().T, list(counts.index), None,
        min_count=MIN_COUNT, min_samples=EACH, spike_ins=False,
    )  # fmt: skip
    levels = [*contrast.denominator, *contrast.numerator]
    samples = sheet.set_index("sample_id")
    samples = samples.assign(group=pd.Categorical(samples["group"], categories=levels))
    formula = parse_formula(FORMULA)
    design = design_matrix(formula, samples)
    model = fit(counts.loc[kept, samples.index].T, design, plain=True)
    question = {**contrast.as_dict(), "factor": "group", "within": {}}
    options = Options(alpha=alpha, shrinkage="none")
    table = contrast_table(model, contrast_vector(formula, samples, question), options)
    table["gene_name"] = table["gene_id"].map(names)
    return table[describe("demo_second").names]
