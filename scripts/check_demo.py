"""Hold the calls of the demo study against the truth it was simulated with."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.demo import check_table, report

    truth = read_table(snakemake.input.truth, "demo_truth")
    results = [read_table(path, "contrast_genes") for path in snakemake.input.genes]
    check = check_table(truth, results, snakemake.params.contrasts, snakemake.params.alpha)
    write_table(check, snakemake.output.check, "demo_check")
    print(report(check))
