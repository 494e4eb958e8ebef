"""Fit the model again with each further column of the sample sheet."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.deseq import read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula
    from recurseq.qc.covariates import adjust_for_covariates

    cohort, model = open_h5ad(snakemake.input.cohort), open_h5ad(snakemake.input.model)
    contrasts = [Contrast.from_dict(one) for one in snakemake.params.contrasts]
    genes = {
        contrast.name: read_table(path, "contrast_genes")
        for contrast, path in zip(contrasts, snakemake.input.genes, strict=True)
    }
    panels = [read_table(path, "markers") for path in snakemake.input.markers]
    tables = adjust_for_covariates(
        read_fit(model),
        parse_formula(model.uns["formula"]),
        cohort.obs,
        contrasts,
        genes,
        read_table(snakemake.input.confounding, "qc_confounding"),
        panels[0] if panels else None,
        options=snakemake.params.testing,
        threads=snakemake.threads,
    )
    for table, frame in tables.items():
        write_table(frame, snakemake.output[table.removeprefix("qc_")], table)
