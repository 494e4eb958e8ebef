"""Gene sets scored in every sample, and their differences, also with the composition held equal."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.cohort.genes.gene_sets import read_gene_sets
    from recurseq.cohort.genes.orthologues import translated
    from recurseq.cohort.genes.species import refuse_human_files
    from recurseq.design.contrast import Contrast
    from recurseq.signatures.analyse import analyse_signatures
    from recurseq.signatures.composition import with_t_cells
    from recurseq.signatures.settings import SignatureSettings

    settings = SignatureSettings.from_section(snakemake.params.settings)
    files = dict(zip(settings.collections, snakemake.input.gmt, strict=True))
    model, species = open_h5ad(snakemake.input.model), snakemake.params.orthologues
    genes = model.var.rename_axis("gene_id").reset_index()
    named = {f"signatures.collections.{name}": path for name, path in files.items()}
    refuse_human_files(named, genes, species)
    shipped = with_t_cells(read_gene_sets(snakemake.input.shipped))
    tables = analyse_signatures(
        model,
        {name: translated(read_gene_sets(path), species, genes) for name, path in files.items()},
        translated(shipped, species, genes),
        [Contrast.from_dict(one) for one in snakemake.params.contrasts],
        settings,
        snakemake.params.alpha,
        of_humans=not species,
    )
    for name, table in tables._asdict().items():
        write_table(table, snakemake.output[name], f"signature_{name}")
