"""Hold every claim of the configuration against what the study found."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.claims.check import check_claims
    from recurseq.claims.claim import read_claims
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.deseq import read_fit
    from recurseq.design.contrast import Contrast

    contrasts = {one["name"]: Contrast.from_dict(one) for one in snakemake.params.contrasts}
    genes = {
        name: read_table(path, "contrast_genes")
        for name, path in zip(contrasts, snakemake.input.genes, strict=True)
    }
    sets = {
        tuple(key): read_table(path, "gsea")
        for key, path in zip(snakemake.params.sets, snakemake.input.sets, strict=True)
    }
    model = open_h5ad(snakemake.input.model)
    claims = read_claims(snakemake.params.claims)
    annotation = load_annotation(snakemake.params.annotation)
    names = annotation, snakemake.params.orthologues
    table = check_claims(claims, contrasts, genes, sets, read_fit(model), model, *names)
    write_table(table, snakemake.output.claims, "claims")
