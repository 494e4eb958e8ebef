"""Make the risk models in their development cohorts, with the points of their nomograms."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.risk.build import build
    from recurseq.risk.points import nomogram_tables
    from recurseq.risk.recipe import Recipe
    from recurseq.risk.risk_model import write_model
    from recurseq.risk.settings import risk_settings

    sections = snakemake.params.sections
    seed = snakemake.params.seed
    settings = clinical_settings(sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    for number, risk in enumerate(risk_settings(sections).values()):
        recipe = Recipe(risk, settings.models[risk.model], patients, seed)
        built = build(recipe, simulated=snakemake.params.simulated)
        write_model(built.model, snakemake.output.models[number])
        tables = nomogram_tables(built.model) | {"risk_cautions": as_table(built.cautions)}
        write_tables(tables, snakemake.output, number)
