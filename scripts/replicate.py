"""Look the called genes up in other studies, and summarise over all of them gene by gene."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.design.contrast import Contrast
    from recurseq.replication.replicate import replicate
    from recurseq.replication.settings import OtherStudy

    given, output = snakemake.input, snakemake.output
    contrasts = {one["name"]: Contrast.from_dict(one) for one in snakemake.params.contrasts}
    genes = {
        name: read_table(path, "contrast_genes")
        for name, path in zip(contrasts, given.genes, strict=True)
    }
    sizes = read_table(given.library_sizes, "qc_library_sizes").set_index("sample_id")
    panel = [gene for path in given.markers for gene in read_table(path, "markers")["gene_id"]]
    studies = [OtherStudy(**one) for one in snakemake.params.studies]
    found = replicate(
        studies, contrasts, genes, sizes["library_size"].to_dict(), [g for g in panel if g == g]
    )
    for study, path in zip(studies, output.genes, strict=True):
        write_table(found.genes[study.name], path, "replication_genes")
    write_table(found.summary, output.summary, "replication_summary")
    write_table(found.meta, output.meta, "replication_meta")
