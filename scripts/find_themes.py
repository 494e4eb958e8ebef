"""All gene sets in all contrasts under one adjustment, and the themes of those that are called."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from itertools import product

    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.enrichment.joint import join_sets, matrix, random_calls
    from recurseq.enrichment.themes import find_themes, symbols_of, theme_summary

    settings, given, output = snakemake.params, snakemake.input, snakemake.output
    places = product(settings.collections, settings.contrasts)
    tables = {
        place: read_table(path, "gsea") for place, path in zip(places, given.gsea, strict=True)
    }
    pairs = zip(settings.collections, given.rankings, strict=True)
    rankings = {name: read_table(path, "set_rankings") for name, path in pairs}
    joined = join_sets(tables, settings.alpha)
    themes = find_themes(joined, symbols_of(open_h5ad(given.model).var))
    write_table(matrix(joined, settings.contrasts), output.matrix, "set_matrix")
    write_table(themes, output.themes, "themes")
    summary = theme_summary(themes, joined, settings.contrasts)
    write_table(summary, output.summary, "theme_summary")
    write_table(random_calls(joined, rankings, settings.alpha), output.random, "random_sets")
