"""Versions, checksums and the exact configuration of a run."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.report.provenance import provenance, write_provenance

    files = dict(snakemake.input.items())
    tables = files.pop("tables")
    record = provenance(snakemake.params.config, files, tables, root=".")
    write_provenance(record, snakemake.output.provenance)
