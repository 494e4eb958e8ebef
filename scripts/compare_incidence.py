"""Competing risks: cumulative incidence of every state, and its comparison."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.competing import compare_incidence
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    found = compare_incidence(settings.survival[snakemake.wildcards.competing], patients)
    for name in ("incidence", "curve", "tests"):
        write_table(getattr(found, name), snakemake.output[name], f"competing_{name}")
    write_table(as_table(found.cautions), snakemake.output.cautions, "competing_cautions")
