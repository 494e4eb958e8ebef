"""Weigh what stands behind the calls of one contrast."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.deseq import read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula
    from recurseq.evidence.weigh import weigh_evidence

    model = open_h5ad(snakemake.input.model)
    table = weigh_evidence(
        read_fit(model),
        Contrast.from_dict(snakemake.params.contrast),
        parse_formula(model.uns["formula"]),
        model.obs,
        read_table(snakemake.input.genes, "contrast_genes"),
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output.evidence, "contrast_evidence")
