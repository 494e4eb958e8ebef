# Pathways, for each contrast and each collection of gene sets, offline.


rule enrich_pathways:
    input:
        genes="results/contrasts/{contrast}/genes.tsv",
        gmt=gene_set_file,
    output:
        gsea=report(
            "results/enrichment/{contrast}/{collection}.gsea.tsv",
            caption="../report/gsea_table.rst",
            category="{contrast}",
            labels={"table": "gene sets, {collection}"},
        ),
        ora="results/enrichment/{contrast}/{collection}.ora.tsv",
    log:
        "results/logs/enrich_pathways/{contrast}.{collection}.log",
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("enrich_pathways"),
        runtime=minutes("enrich_pathways"),
    params:
        rank_by=study.enrichment.rank_by,
        min_size=study.enrichment.min_size,
        max_size=study.enrichment.max_size,
        alpha=study.testing.alpha,
        seed=study.seed,
        given=lambda wildcards: dates(gene_set_file(wildcards)),
    script:
        "../../scripts/enrich_pathways.py"


rule plot_enrichment:
    input:
        model="results/model.h5ad",
        gsea="results/enrichment/{contrast}/{collection}.gsea.tsv",
        genes="results/contrasts/{contrast}/genes.tsv",
        gmt=gene_set_file,
    output:
        dotplot_svg=figure(
            "results/enrichment/{contrast}/figures/{collection}.dotplot",
            "{contrast}",
            caption="dotplot",
        ),
        dotplot_png="results/enrichment/{contrast}/figures/{collection}.dotplot.png",
        running_scores_svg=figure(
            "results/enrichment/{contrast}/figures/{collection}.running_scores",
            "{contrast}",
            caption="running_scores",
        ),
        running_scores_png="results/enrichment/{contrast}/figures/{collection}.running_scores.png",
    log:
        "results/logs/plot_enrichment/{contrast}.{collection}.log",
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_enrichment"),
        runtime=minutes("plot_enrichment"),
    params:
        contrast=lambda wildcards: study.contrasts[wildcards.contrast].as_dict(),
        rank_by=study.enrichment.rank_by,
        alpha=study.testing.alpha,
        given=lambda wildcards: dates(gene_set_file(wildcards)),
    script:
        "../../scripts/plot_enrichment.py"
