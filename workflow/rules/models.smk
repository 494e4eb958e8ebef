# Regression models of endpoints.

if "models" in study.parts:

    rule fit_outcome:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("models"),
        output:
            **every(
                "model_terms",
                "model_summary",
                "model_proportionality",
                "model_residuals",
                "model_imputation",
                "model_cautions",
            ),
        log:
            "results/logs/fit_outcome.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("fit_outcome"),
            runtime=minutes("fit_outcome"),
        params:
            sections=clinical_sections(*COMMON) | {"models": study.clinical["models"]},
            cutoffs=cutoff_names("models"),
            seed=study.seed,
        script:
            "../../scripts/fit_outcome.py"

    rule plot_models:
        input:
            **every(
                "model_terms",
                "model_summary",
                "model_proportionality",
                "model_residuals",
                "model_cautions",
            ),
        output:
            **every_figure("model_forest", "schoenfeld"),
        log:
            "results/logs/plot_models.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_models"),
            runtime=minutes("plot_models"),
        params:
            sections=clinical_sections() | {"models": study.clinical["models"]},
            names=clinical_wildcards(study.clinical),
            simulated=study.simulated,
        script:
            "../../scripts/plot_models.py"
