"""Curves of one endpoint, and the comparison of groups."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.settings import clinical_settings
    from recurseq.clinical.survival_analysis import analyse

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    found = analyse(settings.survival[snakemake.wildcards.survival], patients)
    for name in ("groups", "times", "at_risk", "curve", "tests"):
        write_table(getattr(found, name), snakemake.output[name], f"survival_{name}")
    write_table(as_table(found.cautions), snakemake.output.cautions, "survival_cautions")
