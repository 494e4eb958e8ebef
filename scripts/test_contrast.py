"""Test one contrast of the fitted model, and weigh what stands behind its calls."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.contrasts.results import contrast_tables
    from recurseq.deseq import Options, read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula
    from recurseq.evidence.weigh import weigh_evidence

    model = open_h5ad(snakemake.input.model)
    contrast = Contrast.from_dict(snakemake.params.contrast)
    study = read_fit(model), contrast, parse_formula(model.uns["formula"]), model.obs
    tables = contrast_tables(
        *study,
        Options(lfc_threshold=contrast.rule.lfc_threshold, **snakemake.params.testing),
        genes=model.var,
        threads=snakemake.threads,
    )
    write_table(tables.genes, snakemake.output.genes, "contrast_genes")
    write_table(tables.summary, snakemake.output.summary, "contrast_summary_row")
    evidence = weigh_evidence(*study, tables.genes, threads=snakemake.threads)
    write_table(evidence, snakemake.output.evidence, "contrast_evidence")
