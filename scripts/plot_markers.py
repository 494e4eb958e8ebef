"""Figures of the marker panel."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.design.groups import sample_groups
    from recurseq.figures.markers import forest_figure, markers_figure
    from recurseq.figures.style import save

    model = open_h5ad(snakemake.input.model)
    markers = read_table(snakemake.input.markers, "markers")
    samples = read_table(snakemake.input.samples, "marker_samples")
    groups = sample_groups(model.obs, str(model.uns["main_factor"]))
    simulated = bool(model.uns["simulated"])
    panel = markers["gene_id"].dropna().tolist()
    figure = markers_figure(samples, groups, panel, simulated)
    save(figure, snakemake.output.markers_svg)
    figure = forest_figure(markers, simulated)
    save(figure, snakemake.output.forest_svg)
