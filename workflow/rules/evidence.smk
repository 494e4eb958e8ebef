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
