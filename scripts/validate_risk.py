"""Judge risk models: in their own patients without the optimism of that, and in others."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.risk.performance import validate_risk
    from recurseq.risk.read_recipes import read_recipes

    recipes = read_recipes(
        snakemake.params.sections,
        snakemake.input.patients,
        snakemake.params.cutoffs,
        snakemake.input.cutoffs,
    )
    for number, name in enumerate(recipes):
        found = validate_risk(name, recipes, snakemake.params.seed)
        tables = found.tables | {"performance_cautions": as_table(found.cautions)}
        write_tables(tables, snakemake.output, number)
