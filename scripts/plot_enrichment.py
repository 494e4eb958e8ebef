"""Figures of one contrast's gene sets in one collection."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.cohort.genes.gene_sets import read_gene_sets
    from recurseq.cohort.genes.orthologues import translated
    from recurseq.design.contrast import Contrast
    from recurseq.enrichment import rank_genes, tested_genes
    from recurseq.figures.contrast import about
    from recurseq.figures.enrichment import dotplot_figure, running_figure
    from recurseq.figures.style import save

    settings, collection = snakemake.params, snakemake.wildcards.collection
    table = read_table(snakemake.input.genes, "contrast_genes")
    gene_sets = translated(read_gene_sets(snakemake.input.gmt), settings.orthologues, table)
    genes = tested_genes(table, gene_sets)
    ranking = rank_genes(genes, settings.rank_by)
    members = gene_sets.members(ranking.index)
    gsea = read_table(snakemake.input.gsea, "gsea")
    model = open_h5ad(snakemake.input.model)
    simulated = bool(model.uns["simulated"])
    subject = about(Contrast.from_dict(settings.contrast), model.obs, simulated)
    figure = dotplot_figure(gsea, subject, collection)
    save(figure, snakemake.output.dotplot_svg, snakemake.output.dotplot_png)
    figure = running_figure(gsea, ranking, members, subject, collection)
    save(figure, snakemake.output.running_scores_svg, snakemake.output.running_scores_png)
