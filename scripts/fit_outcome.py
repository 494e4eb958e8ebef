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
    for number, entry in enumerate(settings.models.values()):
        found = fit_outcome(entry, patients)
        parts = ("terms", "summary", "proportionality", "residuals")
        tables = {f"model_{part}": getattr(found, part) for part in parts}
        tables["model_cautions"] = as_table(found.cautions)
        write_tables(tables, snakemake.output, number)
