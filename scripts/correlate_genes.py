"""Pairs and sets of genes that go together, and samples that are high in both."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.coexpression.analyse import coexpression_tables
    from recurseq.coexpression.named_sets import find_sets, sources_of
    from recurseq.coexpression.settings import read_settings
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.cohort.genes.gene_sets import read_gene_sets
    from recurseq.design.contrast import Contrast
    from recurseq.markers.panel import read_panel

    given = snakemake.params
    settings = read_settings(given.section)
    panel = read_panel(snakemake.input.panel) if snakemake.input.panel else None
    paths = dict(zip(given.collections, snakemake.input.gmt, strict=True))
    collections = {name: read_gene_sets(path) for name, path in paths.items()}
    sets = find_sets(settings.sets, sources_of(panel, collections))
    tables = coexpression_tables(
        settings,
        list(sets.values()),
        open_h5ad(snakemake.input.model),
        load_annotation(given.annotation),
        Contrast.from_dict(given.contrast) if given.contrast else None,
        given.alpha,
        orthologues=given.orthologues,
    )
    for name, table in tables.items():
        write_table(table, snakemake.output[name.removeprefix("coexpression_")], name)
