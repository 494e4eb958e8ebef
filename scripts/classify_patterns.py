"""Class every gene by what it does in each step."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.design.contrast import Contrast
    from recurseq.patterns.classify import classify_patterns, pattern_counts

    steps = [Contrast.from_dict(one) for one in snakemake.params.steps]
    tables = {
        step.name: read_table(path, "contrast_genes")
        for step, path in zip(steps, snakemake.input.genes, strict=True)
    }
    table = classify_patterns(tables, steps, snakemake.params.alpha)
    write_table(table, snakemake.output.genes, "patterns")
    write_table(pattern_counts(table), snakemake.output.counts, "pattern_counts")
