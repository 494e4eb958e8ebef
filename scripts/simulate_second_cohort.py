"""Simulate the demo's second cohort: counts of other patients from the same truth, and a sheet."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.whole_file import whole_file
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.demo.cohort import COHORTS
    from recurseq.demo.second import second_sheet, simulate_second
    from recurseq.demo.simulate import write_counts
    from recurseq.design.contrast import Contrast

    params, output = snakemake.params, snakemake.output
    sheet, known = second_sheet(Contrast.from_dict(params.contrast)), load_annotation("builtin")
    simulated = simulate_second(sheet, params.seed, known, COHORTS[params.cohort])
    write_counts(simulated.counts, output.counts)
    with whole_file(output.samples) as partial:
        sheet.to_csv(partial, sep="\t", index=False, lineterminator="\n")
