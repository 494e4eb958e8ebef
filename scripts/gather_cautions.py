"""Every caution of the clinical analyses in one table."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.clinical.cautions import gather

    parts = [read_table(path, "clinical_cautions") for path in snakemake.input.cautions]
    table = gather(parts, simulated=snakemake.params.simulated)
    write_table(table, snakemake.output.cautions, "clinical_cautions")
