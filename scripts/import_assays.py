"""From threshold cycles to the relative expression of each patient."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.errors import raise_if_any
    from recurseq.base.tables import write_table
    from recurseq.clinical.assays import assay_cautions, assay_quality, quantify, read_wells
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.read_settings import clinical_settings

    settings, made = clinical_settings(snakemake.params.sections), snakemake.output
    read = [read_wells(assay, settings.missing) for assay in settings.assays.values()]
    raise_if_any([problem for _, problems in read for problem in problems])
    files = zip(made.clinical_assay, made.assay_cautions, strict=True)
    assays = zip(settings.assays.values(), read, files, strict=True)
    for assay, (wells, _), (path, cautions_path) in assays:
        table = quantify(assay, wells)
        write_table(table, path, "clinical_assay")
        cautions = assay_cautions(assay, assay_quality(assay, wells, table))
        write_table(as_table(cautions), cautions_path, "assay_cautions")
