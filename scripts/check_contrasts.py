"""Contrasts that add up must do so in every gene, or the run stops."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.deseq import check_contrasts, read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula

    model = open_h5ad(snakemake.input.model)
    formula = parse_formula(model.uns["formula"])
    contrasts = map(Contrast.from_dict, snakemake.params.contrasts)
    weights = {one.name: one.weights(formula, model.obs) for one in contrasts}
    tables = {
        name: read_table(path, "contrast_genes")
        for name, path in zip(weights, snakemake.input.genes, strict=True)
    }
    sums = check_contrasts(weights, tables, read_fit(model))
    write_table(sums, snakemake.output.sums, "contrast_sums")
