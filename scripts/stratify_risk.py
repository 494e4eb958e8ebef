"""Strata of risk models, and the risk of each patient."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table, write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.risk.cohorts import cohorts_of
    from recurseq.risk.recipe import Recipe
    from recurseq.risk.risk_model import RiskModel
    from recurseq.risk.risk_tree import RiskTree
    from recurseq.risk.settings import risk_settings
    from recurseq.risk.stratify import divider, patient_table, stratify

    seed = snakemake.params.seed
    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    trees = dict(zip(snakemake.params.trees, snakemake.input.trees, strict=True))
    stratified = list(snakemake.params.strata)
    for number, risk in enumerate(risk_settings(snakemake.params.sections).values()):
        recipe = Recipe(risk, settings.models[risk.model], patients, seed)
        tree = RiskTree.read(trees[risk.name]) if risk.name in trees else None
        model = RiskModel.read(snakemake.input.models[number])
        cohorts = cohorts_of(recipe)
        found = divider(recipe, model, tree, cohorts)
        write_table(patient_table(found), snakemake.output.risk_patients[number], "risk_patients")
        if risk.strata is not None:
            strata = stratify(found, cohorts)
            tables = {
                "risk_strata": strata.strata,
                "risk_strata_curve": strata.curves,
                "risk_strata_cautions": as_table(strata.cautions),
            }
            write_tables(tables, snakemake.output, stratified.index(risk.name))
