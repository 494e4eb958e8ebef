"""Fit the regression model of one endpoint."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.models import fit_outcome
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    found = fit_outcome(settings.models[snakemake.wildcards.outcome_model], patients)
    for name in ("terms", "summary", "proportionality", "residuals"):
        write_table(getattr(found, name), snakemake.output[name], f"model_{name}")
    write_table(as_table(found.cautions), snakemake.output.cautions, "model_cautions")
