"""Figures of pairs and sets of genes."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.design.groups import sample_groups
    from recurseq.figures.coexpression import quadrants_figure, sets_figure
    from recurseq.figures.style import save

    given, made = snakemake.input, snakemake.output
    model = open_h5ad(given.model)
    simulated = bool(model.uns["simulated"])
    pairs = read_table(given.pairs, "coexpression_pairs")
    for path, classes in zip(given.samples, given.classes, strict=True):
        figure = quadrants_figure(
            read_table(path, "coexpression_samples"),
            read_table(classes, "coexpression_classes"),
            pairs,
            sample_groups(model.obs, str(model.uns["main_factor"])),
            simulated,
        )
        save(figure, made.quadrants_svg)
    for path in given.sets:
        figure = sets_figure(pairs, read_table(path, "coexpression_sets"), simulated)
        save(figure, made.set_correlations_svg)
