"""Gene sets scored in every sample, and their differences, also with the composition held equal."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.cohort.genes.gene_sets import read_gene_sets
    from recurseq.cohort.genes.species import refuse_human_files
    from recurseq.design.contrast import Contrast
    from recurseq.signatures.analyse import analyse_signatures
    from recurseq.signatures.settings import SignatureSettings

    settings = SignatureSettings.from_section(snakemake.params.settings)
    files = dict(zip(settings.collections, snakemake.input.gmt, strict=True))
    model = open_h5ad(snakemake.input.model)
    genes = model.var.rename_axis("gene_id").reset_index()
    refuse_human_files({f"signatures.collections.{k}": path for k, path in files.items()}, genes)
    tables = analyse_signatures(
        model,
        {name: read_gene_sets(path) for name, path in files.items()},
        read_gene_sets(snakemake.input.shipped),
        [Contrast.from_dict(one) for one in snakemake.params.contrasts],
        settings,
        snakemake.params.alpha,
    )
    for name, table in tables._asdict().items():
        write_table(table, snakemake.output[name], f"signature_{name}")
