"""Fit one negative-binomial model that serves every contrast."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import anndata
    import pandas as pd

    from recurseq.base.whole_file import write_h5ad
    from recurseq.cohort.lengths import normalization_values
    from recurseq.deseq import add_fit, fit
    from recurseq.design.formula import design_matrix, parse_formula

    cohort = anndata.read_h5ad(snakemake.input.cohort)
    kept = cohort[:, cohort.var["kept"]]
    fitted = fit(
        pd.DataFrame(kept.layers["counts"], kept.obs_names, kept.var_names),
        design_matrix(parse_formula(snakemake.params.formula), cohort.obs),
        **normalization_values(
            cohort, snakemake.params.normalization, snakemake.input.get("lengths") or None
        ),
        cooks=snakemake.params.cooks,
        threads=snakemake.threads,
        formula=snakemake.params.formula,
    )
    write_h5ad(add_fit(cohort, fitted), snakemake.output.model, compression="lzf")
