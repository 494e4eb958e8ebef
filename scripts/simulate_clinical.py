"""Simulate patients and their assays, and write the truth beside them."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.demo.patient_files import read_sequenced, simulate_patients, write_rows

    sheet, counts = read_sequenced(snakemake.input.samples, snakemake.input.counts)
    made = simulate_patients(snakemake.params.cohort, snakemake.params.seed, sheet, counts)
    write_rows(made.clinical, snakemake.output.clinical)
    for name, path in zip(snakemake.params.assays, snakemake.output.assays, strict=True):
        write_rows(made.assays[name], path)
    write_table(made.truth, snakemake.output.truth, "clinical_truth")
    for path in snakemake.output.hidden:
        write_rows(made.hidden, path)
