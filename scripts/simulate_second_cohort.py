"""Simulate the demo's second cohort: counts of other patients from the same truth, and a sheet."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.whole_file import whole_file
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.demo.second import second_sheet, simulate_second
    from recurseq.demo.simulate import write_counts
    from recurseq.design.contrast import Contrast

    sheet = second_sheet(Contrast.from_dict(snakemake.params.contrast))
    simulated = simulate_second(sheet, snakemake.params.seed, load_annotation("builtin"))
    write_counts(simulated.counts, snakemake.output.counts)
    with whole_file(snakemake.output.samples) as partial:
        sheet.to_csv(partial, sep="\t", index=False, lineterminator="\n")
