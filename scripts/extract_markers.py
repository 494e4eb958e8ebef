"""Look up the marker panel in every contrast and every sample."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.cohort.genes.species import refuse_human_files
    from recurseq.design.contrast import Contrast
    from recurseq.markers.extract import extract_markers
    from recurseq.markers.panel import read_panel

    contrasts = [Contrast.from_dict(one) for one in snakemake.params.contrasts]
    tables = {
        contrast.name: read_table(path, "contrast_genes")
        for contrast, path in zip(contrasts, snakemake.input.genes, strict=True)
    }
    model = open_h5ad(snakemake.input.model)
    refuse_human_files(
        {"markers.panel": snakemake.input.panel},
        model.var.rename_axis("gene_id").reset_index(),
        snakemake.params.orthologues,
    )
    markers, samples = extract_markers(
        read_panel(snakemake.input.panel),
        tables,
        contrasts,
        model,
        load_annotation(snakemake.params.annotation),
        snakemake.params.orthologues,
    )
    write_table(markers, snakemake.output.markers, "markers")
    write_table(samples, snakemake.output.samples, "marker_samples")
