"""Hold the calls of the demo study against the truth it was simulated with."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.demo import calls_against_truth, report
    from recurseq.design.contrast import Contrast

    truth = read_table(snakemake.input.truth, "demo_truth")
    results = [read_table(path, "contrast_genes") for path in snakemake.input.genes]
    contrasts = [Contrast.from_dict(one) for one in snakemake.params.contrasts]
    check = calls_against_truth(truth, results, contrasts, snakemake.params.alpha)
    write_table(check, snakemake.output.check, "demo_check")
    print(report(check))
