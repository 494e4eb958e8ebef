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
        sections=risk_sections(),
        cutoffs=cutoff_names("models"),
        seed=study.seed,
        selected=list(study.wildcards["selected_risk"]),
    script:
        "../../scripts/validate_risk.py"


rule plot_performance:
    input:
        **every(
            "risk_performance",
            "risk_calibration",
            "risk_roc",
            "risk_decision",
            "risk_patients",
        ),
    output:
        **every_figure("risk_calibration", "risk_roc", "risk_centres", "risk_decision"),
    log:
        "results/logs/plot_performance.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_performance"),
        runtime=minutes("plot_performance"),
    params:
        sections=risk_sections(),
        names={name: study.wildcards[name] for name in ("risk_model", "risk_centres")},
        simulated=study.simulated,
    script:
        "../../scripts/plot_performance.py"
