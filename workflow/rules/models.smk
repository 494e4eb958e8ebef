# Regression models of endpoints.

if "models" in study.parts:

    rule fit_outcome:
        input:
            patients=table("clinical_patients"),
            cutoffs=lambda wildcards: cutoff_files("models", wildcards.outcome_model),
        output:
            terms=table("model_terms"),
            summary=table("model_summary"),
            proportionality=table("model_proportionality"),
            residuals=table("model_residuals"),
            cautions=table("model_cautions"),
        log:
            "results/logs/fit_outcome/{outcome_model}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("fit_outcome"),
            runtime=minutes("fit_outcome"),
        params:
            sections=lambda wildcards: sections_of("models", wildcards.outcome_model),
            cutoffs=lambda wildcards: cutoff_names("models", wildcards.outcome_model),
        script:
            "../../scripts/fit_outcome.py"

    rule plot_models:
        input:
            terms=table("model_terms"),
            summary=table("model_summary"),
            proportionality=table("model_proportionality"),
            residuals=table("model_residuals"),
            cautions=table("model_cautions"),
        output:
            **figures("model_forest", "schoenfeld"),
        log:
            "results/logs/plot_models/{outcome_model}.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_models"),
            runtime=minutes("plot_models"),
        params:
            sections=lambda wildcards: sections_of("models", wildcards.outcome_model),
            simulated=study.simulated,
        script:
            "../../scripts/plot_models.py"
