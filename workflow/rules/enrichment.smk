# Pathways: the sets of each collection, their themes over all of them, and figures; offline.

if "enrichment" in study.parts:

    rule enrich_pathways:
        input:
            model="results/model.h5ad",
            genes=tables("contrast_genes"),
            gmt=gene_set_file,
        output:
            gsea=[
                report(
                    table("gsea").format(contrast=name, collection="{collection}"),
                    caption="../report/gsea_table.rst",
                    category=name,
                    labels={"table": "gene sets, {collection}"},
                )
                for name in study.contrasts
            ],
            ora=[
                table("ora").format(contrast=name, collection="{collection}")
                for name in study.contrasts
            ],
            rankings=table("set_rankings"),
        log:
            "results/logs/enrich_pathways/{collection}.log",
        priority: TABLES_FIRST
        group:
            "pathways"
        conda:
            "../../envs/recurseq.yaml"
        threads: shared_threads("enrich_pathways", max(2, len(study.collections)))
        resources:
            mem_mb=memory("enrich_pathways"),
            runtime=minutes("enrich_pathways"),
        params:
            contrasts=contrast_settings(),
            rank_by=study.enrichment.rank_by,
            orthologues=study.orthologues,
            min_size=study.enrichment.min_size,
            max_size=study.enrichment.max_size,
            alpha=study.testing.alpha,
            seed=study.seed,
            given=lambda wildcards: dates(gene_set_file(wildcards)),
        script:
            "../../scripts/enrich_pathways.py"

    rule find_themes:
        input:
            model="results/model.h5ad",
            gsea=[
                table("gsea").format(contrast=contrast, collection=collection)
                for collection in study.collections
                for contrast in study.contrasts
            ],
            rankings=tables("set_rankings"),
        output:
            matrix=table("set_matrix"),
            themes=report(
                table("themes"),
                caption="../report/themes_table.rst",
                category="Pathways",
                labels={"table": "themes"},
            ),
            summary=table("theme_summary"),
            random=table("random_sets"),
        log:
            "results/logs/find_themes.log",
        priority: TABLES_FIRST
        group:
            "pathways"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("find_themes"),
            runtime=minutes("find_themes"),
        params:
            contrasts=list(study.contrasts),
            collections=list(study.collections),
            alpha=study.testing.alpha,
        script:
            "../../scripts/find_themes.py"

    rule plot_enrichment:
        input:
            model="results/model.h5ad",
            gsea=tables("gsea"),
            genes=tables("contrast_genes"),
            themes=table("theme_summary"),
            gmt=[user_file(path) for path in study.collections.values()],
        output:
            **every_figure("themes", "dotplot", "running_scores"),
        log:
            "results/logs/plot_enrichment.log",
        group:
            "pathways"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_enrichment"),
            runtime=minutes("plot_enrichment"),
        params:
            contrasts=contrast_settings(),
            collections=list(study.collections),
            rank_by=study.enrichment.rank_by,
            orthologues=study.orthologues,
            alpha=study.testing.alpha,
            given=dates(*map(user_file, study.collections.values())),
        script:
            "../../scripts/plot_enrichment.py"
