"""Compare the full with the reduced design in every gene."""

from recurseq.log import logged

with logged(snakemake):
    import anndata

    from recurseq.deseq import Options, omnibus_table, read_fit
    from recurseq.formula import design_matrix, parse_formula
    from recurseq.tables import write_table

    model = anndata.read_h5ad(snakemake.input.model)
    table = omnibus_table(
        read_fit(model),
        design_matrix(parse_formula(snakemake.params.reduced), model.obs),
        Options(**snakemake.params.testing),
        annotation=model.var,
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output.genes, "omnibus_genes")
