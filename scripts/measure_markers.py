"""Join columns, endpoints and measures of each patient, and count what is missing."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.clinical.classes import read_classes
    from recurseq.clinical.genes import read_gene_measures
    from recurseq.clinical.measures import add_measures, concordance, missing_values
    from recurseq.clinical.outcome import times_in
    from recurseq.clinical.patients import joined, read_typed, write_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.study.clinical_names import pairs

    settings = clinical_settings(snakemake.params.sections)
    frame = read_typed(snakemake.input.patients, "clinical_table", settings)
    for path in snakemake.input.outcomes:
        frame = joined(frame, read_typed(path, "clinical_outcomes", settings))
    tables = [read_table(path, "clinical_assay") for path in snakemake.input.assays]
    assays = dict(zip(snakemake.params.assays, tables, strict=True))
    genes = read_gene_measures(
        settings, snakemake.input.model, snakemake.params.annotation, list(frame.index)
    )
    given = snakemake.input
    classes = read_classes(settings, given.classes, given.model, list(frame.index))
    frame = add_measures(settings, frame, assays, genes, classes)
    write_patients(frame, snakemake.output.patients, "clinical_patients")
    missing = missing_values(settings, frame, times_in(settings, frame))
    write_table(missing, snakemake.output.missing, "clinical_missing")
    for assay, path in zip(snakemake.params.compared, snakemake.output.concordance, strict=True):
        found = concordance(pairs(snakemake.params.sections, assay), frame, genes)
        write_table(found, path, "clinical_concordance")
