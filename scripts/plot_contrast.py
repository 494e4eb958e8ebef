"""Figures of one contrast's genes."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import gene_columns, open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.design.contrast import Contrast
    from recurseq.design.groups import sample_groups
    from recurseq.figures.contrast import about, ma_figure, pvalue_figure, volcano_figure
    from recurseq.figures.heatmap import top_genes_figure, top_of
    from recurseq.figures.style import save
    from recurseq.markers.panel import panel_genes

    contrast = Contrast.from_dict(snakemake.params.contrast)
    model = open_h5ad(snakemake.input.model)
    genes = read_table(snakemake.input.genes, "contrast_genes")
    path = snakemake.input.get("panel")
    panel = panel_genes(path, genes, snakemake.params.orthologues) if path else []
    groups = sample_groups(model.obs, str(model.uns["main_factor"]))
    simulated = bool(model.uns["simulated"])
    subject = about(contrast, model.obs, simulated)
    vst = gene_columns(model, "vst", top_of(genes, contrast.rule.column)["gene_id"])
    figures = {
        "ma": ma_figure(genes, subject, panel),
        "volcano": volcano_figure(genes, subject, panel),
        "pvalue_histogram": pvalue_figure(genes, subject),
        "top_genes": top_genes_figure(genes, vst, groups, subject),
    }
    for name, figure in figures.items():
        save(figure, snakemake.output[f"{name}_svg"])
