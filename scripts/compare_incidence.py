"""Competing risks: cumulative incidence of every state, and its comparison."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.competing import compare_incidence
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    for number, name in enumerate(snakemake.params.names):
        found = compare_incidence(settings.survival[name], patients)
        parts = ("incidence", "curve", "tests")
        tables = {f"competing_{part}": getattr(found, part) for part in parts}
        tables["competing_cautions"] = as_table(found.cautions)
        write_tables(tables, snakemake.output, number)
