"""Make the risk models in their development cohorts, with the points of their nomograms."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.risk.build import build
    from recurseq.risk.points import nomogram_tables
    from recurseq.risk.read_recipes import read_recipes
    from recurseq.risk.risk_model import write_model

    recipes = read_recipes(
        snakemake.params.sections,
        snakemake.input.patients,
        snakemake.params.cutoffs,
        snakemake.input.cutoffs,
        snakemake.params.seed,
    )
    for number, recipe in enumerate(recipes.values()):
        built = build(recipe, simulated=snakemake.params.simulated)
        write_model(built.model, snakemake.output.models[number])
        tables = nomogram_tables(built.model) | {"risk_cautions": as_table(built.cautions)}
        write_tables(tables, snakemake.output, number)
