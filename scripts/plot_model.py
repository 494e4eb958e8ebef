"""Figure of the fitted dispersions."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import anndata

    from recurseq.figures.model import dispersion_figure
    from recurseq.figures.style import save

    model = anndata.read_h5ad(snakemake.input.model, backed="r")
    figure = dispersion_figure(model.var, model.n_obs, bool(model.uns["simulated"]))
    save(figure, snakemake.output.dispersion_svg, snakemake.output.dispersion_png)
