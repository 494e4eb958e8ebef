"""Test one contrast of the fitted model."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.contrasts.levels import check_through_other_levels, compared_samples
    from recurseq.deseq import Options, check_table, contrast_table, read_fit
    from recurseq.design.formula import contrast_vector, parse_formula

    model = open_h5ad(snakemake.input.model)
    contrast = snakemake.params.contrast
    own = {name: contrast[name] for name in ("lfc_threshold", "min_abs_lfc")}
    formula = parse_formula(model.uns["formula"])
    fitted = read_fit(model)
    weights = contrast_vector(formula, model.obs, contrast)
    table = contrast_table(
        fitted,
        weights,
        Options(**{**snakemake.params.testing, **own}),
        annotation=model.var,
        compared=compared_samples(model.obs, contrast),
        threads=snakemake.threads,
    )
    check_table(table, fitted, weights)
    check_through_other_levels(table, fitted, formula, model.obs, contrast)
    write_table(table, snakemake.output.genes, "contrast_genes")
