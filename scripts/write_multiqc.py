"""Quality of the samples as MultiQC reads it."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.qc.multiqc import multiqc_sections

    tables = {name: read_table(path, f"qc_{name}") for name, path in snakemake.input.items()}
    for name, section in multiqc_sections(tables, snakemake.params.simulated).items():
        file = snakemake.output[name.removeprefix("multiqc_")]
        write_table(section.frame, file, name, section.header)
