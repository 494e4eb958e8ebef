"""Figures of the replication, for every contrast that another study is asked about."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.design.contrast import Contrast
    from recurseq.figures.replication import replication_forest_figure, replication_scatter_figure
    from recurseq.figures.style import save

    given, output, params = snakemake.input, snakemake.output, snakemake.params
    summary = read_table(given.summary, "replication_summary")
    meta = read_table(given.meta, "replication_meta")
    calls = {
        name: read_table(path, "replication_genes")
        for name, path in zip(params.studies, given.genes, strict=True)
    }
    for place, plain in enumerate(params.contrasts):
        contrast = Contrast.from_dict(plain)
        rows = summary[summary["contrast"] == contrast.name]
        own = {name: table[table["contrast"] == contrast.name] for name, table in calls.items()}
        about = {"title": contrast.label, "simulated": params.simulated}
        figures = {
            "replication_forest": replication_forest_figure(
                meta[meta["contrast"] == contrast.name], **about
            ),
            "replication_scatter": replication_scatter_figure(own, rows, **about),
        }
        for name, figure in figures.items():
            save(figure, output[f"{name}_svg"][place])
