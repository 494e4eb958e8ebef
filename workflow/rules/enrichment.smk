# Pathways, for each contrast and each collection of gene sets, offline.

if "enrichment" in study.parts:

    rule enrich_pathways:
        input:
            model="results/model.h5ad",
            genes=table("contrast_genes"),
            gmt=gene_set_file,
        output:
            gsea=report(
                table("gsea"),
                caption="../report/gsea_table.rst",
                category="{contrast}",
                labels={"table": "gene sets, {collection}"},
            ),
            ora=table("ora"),
        log:
            "results/logs/enrich_pathways/{contrast}.{collection}.log",
        priority: TABLES_FIRST
        group:
            "contrast"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("enrich_pathways"),
            runtime=minutes("enrich_pathways"),
        params:
            contrast=one_contrast,
            rank_by=study.enrichment.rank_by,
            orthologues=study.orthologues,
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
            gsea=table("gsea"),
            genes=table("contrast_genes"),
            gmt=gene_set_file,
        output:
            **figures("dotplot", "running_scores"),
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
            contrast=one_contrast,
            rank_by=study.enrichment.rank_by,
            orthologues=study.orthologues,
            given=lambda wildcards: dates(gene_set_file(wildcards)),
        script:
            "../../scripts/plot_enrichment.py"
