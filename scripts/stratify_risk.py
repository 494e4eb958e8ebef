"""Strata of risk models, and the risk of each patient."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table, write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.risk.cohorts import cohorts_of
    from recurseq.risk.points import points_of
    from recurseq.risk.read_recipes import read_recipes
    from recurseq.risk.risk_model import RiskModel
    from recurseq.risk.risk_tree import RiskTree
    from recurseq.risk.stratify import divider, patient_table, stratify

    recipes = read_recipes(
        snakemake.params.sections,
        snakemake.input.patients,
        snakemake.params.cutoffs,
        snakemake.input.cutoffs,
        snakemake.params.seed,
    )
    trees = dict(zip(snakemake.params.trees, snakemake.input.trees, strict=True))
    stratified = list(snakemake.params.strata)
    for number, (name, recipe) in enumerate(recipes.items()):
        tree = RiskTree.read(trees[name]) if name in trees else None
        model = RiskModel.read(snakemake.input.models[number])
        cohorts = cohorts_of(recipe)
        found = divider(recipe, model, tree, cohorts)
        write_table(
            patient_table(found, points_of(model)),
            snakemake.output.risk_patients[number],
            "risk_patients",
        )
        if name in stratified:
            strata = stratify(found, cohorts)
            tables = {
                "risk_strata": strata.strata,
                "risk_strata_curve": strata.curves,
                "risk_strata_cautions": as_table(strata.cautions),
            }
            write_tables(tables, snakemake.output, stratified.index(name))
