# Treatments compared within strata of risk.


rule estimate_benefit:
    input:
        patients=table("clinical_patients"),
        cutoffs=cutoff_files("benefit"),
        strata=list(strata_of_patients().values()),
    output:
        **every(
            "benefit_effect",
            "benefit_balance",
            "benefit_flow",
            "benefit_curve",
            "benefit_cautions",
        ),
    log:
        "results/logs/estimate_benefit.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("estimate_benefit"),
        runtime=minutes("estimate_benefit"),
    params:
        sections=benefit_sections(),
        cutoffs=cutoff_names("benefit"),
        strata=list(strata_of_patients()),
        with_times=study.wildcards["benefit_times"],
    script:
        "../../scripts/estimate_benefit.py"


rule plot_benefit:
    input:
        **every(
            "benefit_effect", "benefit_balance", "benefit_curve", "benefit_cautions"
        ),
    output:
        **every_figure("benefit_forest", "benefit_love", "benefit_survival"),
    log:
        "results/logs/plot_benefit.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_benefit"),
        runtime=minutes("plot_benefit"),
    params:
        sections=benefit_sections(),
        names={name: study.wildcards[name] for name in ("benefit", "benefit_times")},
        simulated=study.simulated,
    script:
        "../../scripts/plot_benefit.py"
