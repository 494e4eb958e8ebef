"""The nomogram of each risk model."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.figures.nomogram import PRINT_DPI, nomogram_figure
    from recurseq.figures.style import save
    from recurseq.risk.risk_model import RiskModel

    files = (snakemake.input.models, snakemake.output.nomogram_svg, snakemake.output.nomogram_png)
    for name, model, svg, png in zip(snakemake.params.names, *files, strict=True):
        save(nomogram_figure(RiskModel.read(model), name), svg, png, PRINT_DPI)
