"""Derive the endpoints of each patient, and tell their events and follow-up."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.endpoint_summary import endpoint_cautions, horizons, summarise
    from recurseq.clinical.endpoints import derive
    from recurseq.clinical.patients import observed, read_typed, write_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.clinical.table import as_read

    settings = clinical_settings(snakemake.params.sections)
    frame = read_typed(snakemake.input.patients, "clinical_table", settings)
    outcomes, columns, _ = derive(settings, as_read(frame, settings.path))
    write_patients(columns, snakemake.output.outcomes, "clinical_outcomes")
    chosen = observed(settings, frame)
    endpoints = summarise(settings, outcomes, columns, frame, chosen)
    write_table(endpoints, snakemake.output.endpoints, "clinical_endpoints")
    cautions = endpoint_cautions(settings, endpoints, frame)
    write_table(as_table(cautions), snakemake.output.cautions, "endpoint_cautions")
    for path in snakemake.output.horizons:
        write_table(horizons(settings, outcomes, frame, chosen), path, "clinical_horizons")
