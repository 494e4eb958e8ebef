"""The nomogram of each risk model."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.figures.nomogram import nomogram_figure
    from recurseq.figures.style import save
    from recurseq.risk.risk_model import RiskModel

    files = (snakemake.input.models, snakemake.output.nomogram_svg)
    for name, model, svg in zip(snakemake.params.names, *files, strict=True):
        save(nomogram_figure(RiskModel.read(model), name), svg, enlarged=1)
