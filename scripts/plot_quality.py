"""Figures of the cohort's quality."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import anndata

    from recurseq.base.tables import read_table
    from recurseq.figures.quality import quality_figures
    from recurseq.figures.style import save

    cohort = anndata.read_h5ad(snakemake.input.cohort, backed="r")
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
        save(figure, snakemake.output[f"{name}_svg"], snakemake.output[f"{name}_png"])
