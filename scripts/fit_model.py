"""Fit one negative-binomial model that serves every contrast."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import gene_columns, open_h5ad, write_h5ad
    from recurseq.cohort.lengths import normalization_values
    from recurseq.deseq import add_fit, fit
    from recurseq.design.formula import design_matrix, parse_formula

    cohort = open_h5ad(snakemake.input.cohort)
    fitted = fit(
        gene_columns(cohort, "counts", cohort.var_names[cohort.var["kept"]]),
        design_matrix(parse_formula(snakemake.params.formula), cohort.obs),
        **normalization_values(
            cohort, snakemake.params.normalization, snakemake.input.get("lengths") or None
        ),
        cooks=snakemake.params.cooks,
        threads=snakemake.threads,
        formula=snakemake.params.formula,
    )
    write_h5ad(add_fit(cohort, fitted), snakemake.output.model)
