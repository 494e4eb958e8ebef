# Risk models as trees and strata of patients.
GROUPED = {name: study.wildcards[name] for name in ("risk_tree", "risk_strata")}
TREE_FILES = of_each_risk(TREE, GROUPED["risk_tree"])


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
            trees=TREE_FILES,
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
            trees=GROUPED["risk_tree"],
            seed=study.seed,
        script:
            "../../scripts/grow_tree.py"


rule stratify_risk:
    input:
        patients=table("clinical_patients"),
        cutoffs=cutoff_files("models"),
        models=of_each_risk(MODEL),
        trees=TREE_FILES,
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
        trees=GROUPED["risk_tree"],
        strata=GROUPED["risk_strata"],
        seed=study.seed,
    script:
        "../../scripts/stratify_risk.py"


if any(GROUPED.values()):

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
            names=GROUPED,
            simulated=study.simulated,
        script:
            "../../scripts/plot_tree.py"
