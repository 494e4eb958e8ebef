"""Rank the called genes of every contrast as candidates for markers."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.design.contrast import Contrast
    from recurseq.markers.nominate import nominate_markers

    contrasts = [Contrast.from_dict(one) for one in snakemake.params.contrasts]
    given = snakemake.input
    genes, evidence = (
        {
            contrast.name: read_table(path, table)
            for contrast, path in zip(contrasts, paths, strict=True)
        }
        for table, paths in (
            ("contrast_genes", given.genes),
            ("contrast_evidence", given.evidence),
        )
    )
    markers = read_table(given.markers, "markers")
    table = nominate_markers(contrasts, genes, evidence, markers, open_h5ad(given.model))
    write_table(table, snakemake.output.candidates, "candidates")
