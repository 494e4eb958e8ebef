"""Relate each gene of the panel to the endpoints of the patients whose samples were sequenced."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.genes import panel_values
    from recurseq.clinical.panel import associate_panel
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    patients = read_patients(snakemake.input.patients, settings)
    markers = read_table(snakemake.input.markers, "markers")
    values, genes = panel_values(settings, snakemake.input.model, markers, patients.frame.index)
    table, cautions = associate_panel(patients, values, genes)
    write_table(table, snakemake.output.panel, "clinical_panel")
    write_table(as_table(cautions), snakemake.output.cautions, "panel_cautions")
