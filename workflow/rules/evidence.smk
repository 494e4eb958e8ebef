# What stands behind the calls: a second test, how the samples lie, what a call hangs on.


rule weigh_evidence:
    input:
        model="results/model.h5ad",
        genes=table("contrast_genes"),
    output:
        evidence=table("contrast_evidence"),
    log:
        "results/logs/weigh_evidence/{contrast}.log",
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("weigh_evidence"),
        runtime=minutes("weigh_evidence"),
    params:
        contrast=one_contrast,
    script:
        "../../scripts/weigh_evidence.py"


if "shuffles" in study.parts:

    rule shuffle_labels:
        input:
            model="results/model.h5ad",
        output:
            permutations=table("contrast_permutations"),
        log:
            "results/logs/shuffle_labels/{contrast}.log",
        priority: TABLES_FIRST
        conda:
            "../../envs/recurseq.yaml"
        threads: REQUESTS["shuffle_labels"].threads
        resources:
            mem_mb=memory("shuffle_labels"),
            runtime=minutes("shuffle_labels"),
        params:
            contrast=one_contrast,
            testing=study.testing.options("alpha", "independent_filtering", "cooks"),
            permutations=study.permutations,
            seed=study.seed,
        script:
            "../../scripts/shuffle_labels.py"
