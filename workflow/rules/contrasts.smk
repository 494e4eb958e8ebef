# Each contrast tested on the one model, with what stands behind its calls, and all groups at once.


rule test_contrast:
    input:
        model="results/model.h5ad",
    output:
        genes=table("contrast_genes"),
        summary=table("contrast_summary_row"),
        evidence=table("contrast_evidence"),
    log:
        "results/logs/test_contrast/{contrast}.log",
    priority: TABLES_FIRST
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("test_contrast"),
        runtime=minutes("test_contrast"),
    params:
        contrast=one_contrast,
        testing=study.testing.options(
            "alpha", "independent_filtering", "cooks", "shrinkage"
        ),
    script:
        "../../scripts/test_contrast.py"


rule summarise_contrasts:
    input:
        rows=tables("contrast_summary_row"),
        evidence=tables("contrast_evidence"),
        permutations=tables("contrast_permutations"),
    output:
        summary=table("contrast_summary"),
    log:
        "results/logs/summarise_contrasts.log",
    priority: TABLES_FIRST
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("summarise_contrasts"),
        runtime=minutes("summarise_contrasts"),
    script:
        "../../scripts/summarise_contrasts.py"


rule check_contrasts:
    input:
        model="results/model.h5ad",
        genes=tables("contrast_genes"),
    output:
        sums=table("contrast_sums"),
    log:
        "results/logs/check_contrasts.log",
    priority: TABLES_FIRST
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("check_contrasts"),
        runtime=minutes("check_contrasts"),
    params:
        contrasts=contrast_settings(),
    script:
        "../../scripts/check_contrasts.py"


rule compare_contrasts:
    input:
        genes=tables("contrast_genes"),
    output:
        thresholds=table("contrast_thresholds"),
        overlaps=tables("contrast_overlaps"),
        agreement=tables("contrast_agreement"),
    log:
        "results/logs/compare_contrasts.log",
    priority: TABLES_FIRST
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("compare_contrasts"),
        runtime=minutes("compare_contrasts"),
    params:
        contrasts=contrast_settings(),
    script:
        "../../scripts/compare_contrasts.py"


rule plot_contrast:
    input:
        model="results/model.h5ad",
        genes=table("contrast_genes"),
        panel=user_file(study.panel),
    output:
        **figures("ma", "volcano", "pvalue_histogram", "top_genes"),
    log:
        "results/logs/plot_contrast/{contrast}.log",
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_contrast"),
        runtime=minutes("plot_contrast"),
    params:
        contrast=one_contrast,
        orthologues=study.orthologues,
        given=dates(user_file(study.panel)),
    script:
        "../../scripts/plot_contrast.py"


if "several_contrasts" in study.parts:

    rule plot_across:
        input:
            model="results/model.h5ad",
            genes=tables("contrast_genes"),
            overlaps=table("contrast_overlaps"),
            agreement=table("contrast_agreement"),
        output:
            **figures("upset", "fold_changes"),
        log:
            "results/logs/plot_across.log",
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_across"),
            runtime=minutes("plot_across"),
        params:
            labels={name: one.label for name, one in study.contrasts.items()},
        script:
            "../../scripts/plot_across.py"


if "omnibus" in study.parts:

    rule test_omnibus:
        input:
            model="results/model.h5ad",
        output:
            genes=table("omnibus_genes"),
        log:
            "results/logs/test_omnibus.log",
        priority: TABLES_FIRST
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("test_omnibus"),
            runtime=minutes("test_omnibus"),
        params:
            reduced=lambda wildcards: study.omnibus_reduced,
            testing=study.testing.options("alpha", "independent_filtering", "cooks"),
        script:
            "../../scripts/test_omnibus.py"
