"""Hold the clinical results of simulated patients against the truth."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.base.tables import read_table, write_table
    from recurseq.demo.patient_check import check_patients
    from recurseq.demo.patient_files import read_rows

    truth = read_table(snakemake.input.truth, "clinical_truth")
    hidden = read_rows(snakemake.input.hidden)
    results = Path(snakemake.output.check).parents[1]
    check = check_patients(truth, hidden, results)
    write_table(check, snakemake.output.check, "clinical_demo_check")
