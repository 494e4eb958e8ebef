"""Conditional inference trees of risk models."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.risk.grow_tree import grow_tree
    from recurseq.risk.read_recipes import read_recipes

    recipes = read_recipes(
        snakemake.params.sections,
        snakemake.input.patients,
        snakemake.params.cutoffs,
        snakemake.input.cutoffs,
        snakemake.params.seed,
    )
    for number, name in enumerate(snakemake.params.trees):
        found = grow_tree(recipes[name], snakemake.params.seed)
        tables = {
            "risk_tree": found.nodes,
            "risk_tree_tests": found.tests,
            "risk_tree_stability": found.stability,
            "risk_tree_cautions": as_table(found.cautions),
        }
        write_tables(tables, snakemake.output, number)
        found.tree.write(snakemake.output.trees[number])
