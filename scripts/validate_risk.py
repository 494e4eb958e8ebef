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
        snakemake.params.seed,
    )
    for number, name in enumerate(recipes):
        found = validate_risk(name, recipes, snakemake.params.seed)
        tables = found.tables | {"performance_cautions": as_table(found.cautions)}
        chosen = tables.pop("risk_selection", None)
        write_tables(tables, snakemake.output, number)
        if chosen is not None:
            place = snakemake.params.selected.index(name)
            write_tables({"risk_selection": chosen}, snakemake.output, place)
