"""Gene sets scored, tested, and held against the called genes, of one contrast."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.cohort.genes.gene_sets import read_gene_sets
    from recurseq.cohort.genes.orthologues import translated
    from recurseq.cohort.genes.species import refuse_human_files
    from recurseq.deseq import read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula
    from recurseq.enrichment import enrichment_table, overrepresentation, tested_genes

    settings = snakemake.params
    sizes = {"min_size": settings.min_size, "max_size": settings.max_size}
    species = settings.orthologues
    table = read_table(snakemake.input.genes, "contrast_genes")
    refuse_human_files({"enrichment.collections": snakemake.input.gmt}, table, species)
    gene_sets = translated(read_gene_sets(snakemake.input.gmt), species, table)
    genes = tested_genes(table, gene_sets)
    model = open_h5ad(snakemake.input.model)
    contrast = Contrast.from_dict(settings.contrast)
    gsea = enrichment_table(
        read_fit(model),
        contrast.weights(parse_formula(model.uns["formula"]), model.obs),
        genes,
        gene_sets,
        rank_by=settings.rank_by,
        alpha=settings.alpha,
        seed=settings.seed,
        **sizes,
    )
    write_table(gsea, snakemake.output.gsea, "gsea")
    ora = overrepresentation(genes, gene_sets, **sizes)
    write_table(ora, snakemake.output.ora, "ora")
