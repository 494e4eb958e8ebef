"""Fit the regression models of endpoints."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.models import fit_outcome
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    seed = snakemake.params.seed
    results = [fit_outcome(entry, patients, seed) for entry in settings.models.values()]
    for number, found in enumerate(results):
        tables = {"model_terms": found.terms, "model_summary": found.summary}
        tables["model_cautions"] = as_table(found.cautions)
        write_tables(tables, snakemake.output, number)
    imputed = [one.imputation for one in results if one.imputation is not None]
    for number, table in enumerate(imputed):
        write_tables({"model_imputation": table}, snakemake.output, number)
    for number, found in enumerate(one for one in results if one.of_hazards):
        tables = {
            "model_proportionality": found.proportionality,
            "model_residuals": found.residuals,
        }
        write_tables(tables, snakemake.output, number)
