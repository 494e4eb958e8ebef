# What chance would call: the labels of each contrast shuffled, and the whole rule repeated.

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
        threads: shared_threads("shuffle_labels", len(study.contrasts))
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
