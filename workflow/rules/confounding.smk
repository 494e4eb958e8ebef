# What else differs between the samples compared, and what adjusting for it would change.


rule measure_confounding:
    input:
        cohort="results/cohort.h5ad",
    output:
        confounding=table("qc_confounding"),
    log:
        "results/logs/measure_confounding.log",
    priority: TABLES_FIRST
    group:
        "confounding"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("measure_confounding"),
        runtime=minutes("measure_confounding"),
    params:
        formula=lambda wildcards: study.formula,  # braces are no wildcards
        contrasts=contrast_settings(),
        leave_out=study.covariates.leave_out,
    script:
        "../../scripts/measure_confounding.py"


if "covariates" in study.parts:

    rule adjust_for_covariates:
        input:
            cohort="results/cohort.h5ad",
            model="results/model.h5ad",
            genes=tables("contrast_genes"),
            confounding=table("qc_confounding"),
            markers=tables("markers"),
        output:
            **adjusted_markers(),
            adjusted=table("qc_adjusted"),
        log:
            "results/logs/adjust_for_covariates.log",
        priority: TABLES_FIRST
        group:
            "confounding"
        conda:
            "../../envs/recurseq.yaml"
        threads: shared_threads("adjust_for_covariates")
        resources:
            mem_mb=memory("adjust_for_covariates"),
            runtime=minutes("adjust_for_covariates"),
        params:
            contrasts=contrast_settings(),
            testing=study.testing.options("alpha", "independent_filtering", "cooks"),
        script:
            "../../scripts/adjust_for_covariates.py"
