"""Figures of the themes, and of each contrast's gene sets in each collection."""

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
    from recurseq.figures.themes import themes_figure

    settings, given, output = snakemake.params, snakemake.input, snakemake.output
    model = open_h5ad(given.model)
    tables = [read_table(path, "contrast_genes") for path in given.genes]
    simulated = bool(model.uns["simulated"])
    contrasts = [Contrast.from_dict(one) for one in settings.contrasts]
    collections = {
        name: translated(read_gene_sets(path), settings.orthologues, tables[0])
        for name, path in zip(settings.collections, given.gmt, strict=True)
    }
    labels = {one.name: one.label for one in contrasts}
    summary = read_table(given.themes, "theme_summary")
    figure = themes_figure(summary, labels, settings.alpha, simulated)
    save(figure, output.themes_svg[0])
    number = 0
    for contrast, table in zip(contrasts, tables, strict=True):
        subject = about(contrast, model.obs, simulated)
        for collection, gene_sets in collections.items():
            ranking = rank_genes(tested_genes(table, gene_sets), settings.rank_by)
            gsea = read_table(given.gsea[number], "gsea")
            figure = dotplot_figure(gsea, subject, collection)
            save(figure, output.dotplot_svg[number])
            members = gene_sets.members(ranking.index)
            figure = running_figure(gsea, ranking, members, subject, collection)
            save(figure, output.running_scores_svg[number])
            number += 1
