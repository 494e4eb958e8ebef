"""From threshold cycles to the relative expression of each patient."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.errors import raise_if_any
    from recurseq.base.tables import write_table
    from recurseq.clinical.assays import assay_cautions, assay_quality, quantify, read_wells
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    assay = settings.assays[snakemake.wildcards.assay]
    wells, problems = read_wells(assay, settings.missing)
    raise_if_any(problems)
    table = quantify(assay, wells)
    write_table(table, snakemake.output.assay, "clinical_assay")
    cautions = assay_cautions(assay, assay_quality(assay, wells, table))
    write_table(as_table(cautions), snakemake.output.cautions, "assay_cautions")
