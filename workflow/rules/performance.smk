# How well risk models predict.


rule validate_risk:
    input:
        patients=table("clinical_patients"),
        cutoffs=cutoff_files("models"),
    output:
        **every(
            "risk_performance",
            "risk_calibration",
            "risk_roc",
            "risk_decision",
            "risk_selection",
            "performance_cautions",
        ),
    log:
        "results/logs/validate_risk.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("validate_risk"),
        runtime=minutes("validate_risk"),
    params:
        sections=clinical_sections(*COMMON)
        | {name: study.clinical[name] for name in ("models", "risk")},
        cutoffs=cutoff_names("models"),
        seed=study.seed,
        selected=list(study.wildcards["selected_risk"]),
    script:
        "../../scripts/validate_risk.py"
