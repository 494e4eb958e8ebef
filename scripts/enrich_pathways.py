"""Gene-set enrichment and over-representation of one contrast in one collection."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.enrichment import (
        overrepresentation,
        prerank,
        rank_genes,
        read_gene_sets,
        tested_genes,
    )

    settings = snakemake.params
    sizes = {"min_size": settings.min_size, "max_size": settings.max_size}
    gene_sets = read_gene_sets(snakemake.input.gmt)
    genes = tested_genes(read_table(snakemake.input.genes, "contrast_genes"), gene_sets)
    ranking = rank_genes(genes, settings.rank_by)
    gsea = prerank(ranking, gene_sets, alpha=settings.alpha, seed=settings.seed, **sizes)
    write_table(gsea, snakemake.output.gsea, "gsea")
    ora = overrepresentation(genes, gene_sets, **sizes)
    write_table(ora, snakemake.output.ora, "ora")
