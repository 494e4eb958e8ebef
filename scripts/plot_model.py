"""Figure of the fitted dispersions."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.figures.model import dispersion_figure
    from recurseq.figures.style import save

    model = open_h5ad(snakemake.input.model)
    figure = dispersion_figure(model.var, len(model.obs), bool(model.uns["simulated"]))
    save(figure, snakemake.output.dispersion_svg)
