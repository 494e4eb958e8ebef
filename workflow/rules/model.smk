# One negative-binomial model for the whole study; every contrast reads it.


rule fit_model:
    input:
        cohort="results/cohort.h5ad",
        lengths=user_file(study.normalization.lengths),
    output:
        model="results/model.h5ad",
    log:
        "results/logs/fit_model.log",
    priority: TABLES_FIRST  # everything but the quality of samples waits for it
    conda:
        "../../envs/recurseq.yaml"
    threads: shared_threads("fit_model")
    resources:
        mem_mb=memory("fit_model"),
        runtime=minutes("fit_model"),
    params:
        formula=lambda wildcards: study.formula,  # braces are no wildcards
        cooks=study.testing.cooks,
        normalization=study.normalization.as_dict(),
        given=dates(user_file(study.normalization.lengths)),
    script:
        "../../scripts/fit_model.py"


rule plot_model:
    input:
        model="results/model.h5ad",
    output:
        **figures("dispersion"),
    log:
        "results/logs/plot_model.log",
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_model"),
        runtime=minutes("plot_model"),
    script:
        "../../scripts/plot_model.py"
