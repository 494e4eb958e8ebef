# Risk models: made in the development, judged in the validation, read as trees and strata.
if "risk" in study.parts:

    def risk_sections():
        """What a job needs of the configuration to make a risk model again."""
        more = {"models": study.clinical["models"], "risk": study.clinical["risk"]}
        return clinical_sections(*COMMON) | more

    RISK = clinical_wildcards(study.clinical)
    TREES = [f"results/risk/{name}/tree.json" for name in RISK["risk_tree"]]
    MODELS = [f"results/risk/{name}/model.json" for name in RISK["risk_model"]]

    rule stratify_risk:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("models"),
            models=MODELS,
            trees=TREES,
        output:
            **every(
                "risk_strata",
                "risk_strata_curve",
                "risk_strata_cautions",
                "risk_patients",
            ),
        log:
            "results/logs/stratify_risk.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("stratify_risk"),
            runtime=minutes("stratify_risk"),
        params:
            sections=risk_sections(),
            cutoffs=cutoff_names("models"),
            trees=RISK["risk_tree"],
            strata=RISK["risk_strata"],
        script:
            "../../scripts/stratify_risk.py"

    rule plot_tree:
        input:
            **every(
                "risk_tree",
                "risk_tree_tests",
                "risk_tree_stability",
                "risk_strata",
                "risk_strata_curve",
            ),
        output:
            **every_figure("risk_tree", "risk_strata", "risk_strata_survival"),
        log:
            "results/logs/plot_tree.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_tree"),
            runtime=minutes("plot_tree"),
        params:
            sections=risk_sections(),
            names=RISK,
            simulated=study.simulated,
        script:
            "../../scripts/plot_tree.py"


if "risk_tree" in study.parts:

    rule grow_tree:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("models"),
        output:
            **every(
                "risk_tree",
                "risk_tree_tests",
                "risk_tree_stability",
                "risk_tree_cautions",
            ),
            trees=TREES,
        log:
            "results/logs/grow_tree.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("grow_tree"),
            runtime=minutes("grow_tree"),
        params:
            sections=risk_sections(),
            cutoffs=cutoff_names("models"),
            trees=RISK["risk_tree"],
            seed=study.seed,
        script:
            "../../scripts/grow_tree.py"
