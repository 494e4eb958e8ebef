"""Figures of the cohort's quality."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.figures.quality import quality_figures
    from recurseq.figures.style import save

    cohort = open_h5ad(snakemake.input.cohort)
    tables = {
        name: read_table(path, f"qc_{name}")
        for name, path in snakemake.input.items()
        if name != "cohort"
    }
    simulated = bool(cohort.uns["simulated"])
    figures = quality_figures(
        cohort.obs, str(cohort.uns["main_factor"]), tables, simulated, snakemake.params.removed
    )
    for name, figure in figures.items():
        save(figure, snakemake.output[f"{name}_svg"])
