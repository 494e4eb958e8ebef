"""Compare the full with the reduced design in every gene."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.deseq import Options, omnibus_table, read_fit
    from recurseq.design.formula import design_matrix, parse_formula

    model = open_h5ad(snakemake.input.model)
    table = omnibus_table(
        read_fit(model),
        design_matrix(parse_formula(snakemake.params.reduced), model.obs),
        Options(**snakemake.params.testing),
        annotation=model.var,
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output.genes, "omnibus_genes")
