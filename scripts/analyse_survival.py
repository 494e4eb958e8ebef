"""Curves of endpoints, and the comparison of groups."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.clinical.survival_analysis import analyse

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    for number, entry in enumerate(settings.survival.values()):
        found = analyse(entry, patients)
        parts = ("groups", "times", "at_risk", "curve", "tests")
        tables = {f"survival_{part}": getattr(found, part) for part in parts}
        tables["survival_cautions"] = as_table(found.cautions)
        write_tables(tables, snakemake.output, number)
