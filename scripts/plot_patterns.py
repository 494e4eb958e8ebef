"""Figures of the patterns."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import gene_columns, open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.design.groups import sample_groups
    from recurseq.figures.patterns import leading, pattern_heatmap, patterns_figure
    from recurseq.figures.style import save

    model = open_h5ad(snakemake.input.model)
    genes = read_table(snakemake.input.genes, "patterns")
    simulated = bool(model.uns["simulated"])
    groups = sample_groups(model.obs, str(model.uns["main_factor"]))
    figure = patterns_figure(genes, snakemake.params.labels, simulated)
    save(figure, snakemake.output.patterns_svg)
    vst = gene_columns(model, "vst", leading(genes)["gene_id"])
    figure = pattern_heatmap(genes, vst, groups, simulated)
    save(figure, snakemake.output.pattern_heatmap_svg)
