"""Conditional inference trees of risk models."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.risk.grow_tree import grow_tree
    from recurseq.risk.recipe import Recipe
    from recurseq.risk.settings import risk_settings

    seed = snakemake.params.seed
    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    risks = risk_settings(snakemake.params.sections)
    for number, name in enumerate(snakemake.params.trees):
        risk = risks[name]
        recipe = Recipe(risk, settings.models[risk.model], patients, seed)
        found = grow_tree(recipe, seed)
        tables = {
            "risk_tree": found.nodes,
            "risk_tree_tests": found.tests,
            "risk_tree_stability": found.stability,
            "risk_tree_cautions": as_table(found.cautions),
        }
        write_tables(tables, snakemake.output, number)
        found.tree.write(snakemake.output.trees[number])
