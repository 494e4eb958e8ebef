"""Figures of the contrasts beside each other."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.figures.across import fold_changes_figure, upset_figure
    from recurseq.figures.style import save

    given, output, labels = snakemake.input, snakemake.output, snakemake.params.labels
    simulated = bool(open_h5ad(given.model).uns["simulated"])
    figure = upset_figure(read_table(given.overlaps, "contrast_overlaps"), labels, simulated)
    save(figure, output.upset_svg)
    read = (read_table(path, "contrast_genes") for path in given.genes)
    tables = dict(zip(labels, read, strict=True))
    agreement = read_table(given.agreement, "contrast_agreement")
    figure = fold_changes_figure(tables, agreement, labels, simulated)
    save(figure, output.fold_changes_svg)
