# Curves and their comparison, and competing risks.

if "survival" in study.parts:

    rule analyse_survival:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("survival"),
        output:
            **every(
                "survival_groups",
                "survival_times",
                "survival_at_risk",
                "survival_curve",
                "survival_tests",
                "survival_cautions",
            ),
        log:
            "results/logs/analyse_survival.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("analyse_survival"),
            runtime=minutes("analyse_survival"),
        params:
            sections=clinical_sections(*COMMON, "survival"),
            cutoffs=cutoff_names("survival"),
        script:
            "../../scripts/analyse_survival.py"


if "competing" in study.parts:

    rule compare_incidence:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("survival"),
        output:
            **every(
                "competing_incidence",
                "competing_curve",
                "competing_tests",
                "competing_cautions",
            ),
        log:
            "results/logs/compare_incidence.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("compare_incidence"),
            runtime=minutes("compare_incidence"),
        params:
            sections=clinical_sections(*COMMON, "survival"),
            cutoffs=cutoff_names("survival"),
            names=study.wildcards["competing"],
        script:
            "../../scripts/compare_incidence.py"


if {"survival", "scan"} & study.parts:

    rule plot_survival:
        input:
            **every(
                "clinical_cutoff",
                "clinical_scan",
                "survival_groups",
                "survival_at_risk",
                "survival_curve",
                "survival_tests",
                "survival_cautions",
                "competing_curve",
                "competing_tests",
                "competing_cautions",
            ),
        output:
            **every_figure(
                "kaplan_meier",
                "subgroup_forest",
                "cumulative_incidence",
                "cutoff_scan",
            ),
        log:
            "results/logs/plot_survival.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_survival"),
            runtime=minutes("plot_survival"),
        params:
            sections=clinical_sections("endpoints", "cutoffs", "survival"),
            names=clinical_wildcards(study.clinical),
            simulated=study.simulated,
        script:
            "../../scripts/plot_survival.py"
