# Curves and their comparison, and competing risks.

if "survival" in study.parts:

    rule analyse_survival:
        input:
            patients=table("clinical_patients"),
            cutoffs=lambda wildcards: cutoff_files("survival", wildcards.survival),
        output:
            groups=table("survival_groups"),
            times=table("survival_times"),
            at_risk=table("survival_at_risk"),
            curve=table("survival_curve"),
            tests=table("survival_tests"),
            cautions=table("survival_cautions"),
        log:
            "results/logs/analyse_survival/{survival}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("analyse_survival"),
            runtime=minutes("analyse_survival"),
        params:
            sections=lambda wildcards: sections_of("survival", wildcards.survival),
            cutoffs=lambda wildcards: cutoff_names("survival", wildcards.survival),
        script:
            "../../scripts/analyse_survival.py"

    rule plot_survival:
        input:
            groups=table("survival_groups"),
            at_risk=table("survival_at_risk"),
            curve=table("survival_curve"),
            tests=table("survival_tests"),
            cautions=table("survival_cautions"),
        output:
            **figures("kaplan_meier"),
        log:
            "results/logs/plot_survival/{survival}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_survival"),
            runtime=minutes("plot_survival"),
        params:
            sections=lambda wildcards: sections_of("survival", wildcards.survival),
            simulated=study.simulated,
        script:
            "../../scripts/plot_survival.py"


if "subgroups" in study.parts:

    rule plot_subgroups:
        input:
            groups="results/clinical/survival/{subgroups}/groups.tsv",
            tests="results/clinical/survival/{subgroups}/tests.tsv",
            cautions="results/clinical/cautions/survival.{subgroups}.tsv",
        output:
            **figures("subgroup_forest"),
        log:
            "results/logs/plot_subgroups/{subgroups}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_subgroups"),
            runtime=minutes("plot_subgroups"),
        params:
            sections=lambda wildcards: sections_of("survival", wildcards.subgroups),
            simulated=study.simulated,
        script:
            "../../scripts/plot_subgroups.py"


if "competing" in study.parts:

    rule compare_incidence:
        input:
            patients=table("clinical_patients"),
            cutoffs=lambda wildcards: cutoff_files("survival", wildcards.competing),
        output:
            incidence=table("competing_incidence"),
            curve=table("competing_curve"),
            tests=table("competing_tests"),
            cautions=table("competing_cautions"),
        log:
            "results/logs/compare_incidence/{competing}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("compare_incidence"),
            runtime=minutes("compare_incidence"),
        params:
            sections=lambda wildcards: sections_of("survival", wildcards.competing),
            cutoffs=lambda wildcards: cutoff_names("survival", wildcards.competing),
        script:
            "../../scripts/compare_incidence.py"

    rule plot_incidence:
        input:
            curve=table("competing_curve"),
            tests=table("competing_tests"),
            cautions=table("competing_cautions"),
        output:
            **figures("cumulative_incidence"),
        log:
            "results/logs/plot_incidence/{competing}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_incidence"),
            runtime=minutes("plot_incidence"),
        params:
            sections=lambda wildcards: sections_of("survival", wildcards.competing),
            simulated=study.simulated,
        script:
            "../../scripts/plot_incidence.py"
