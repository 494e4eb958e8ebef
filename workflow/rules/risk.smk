# Risk models: made in some patients, to be used on others.


rule build_risk:
    input:
        patients=table("clinical_patients"),
        cutoffs=cutoff_files("models"),
    output:
        **every("risk_points", "risk_scale", "risk_cautions"),
        models=of_each_risk(MODEL),
    log:
        "results/logs/build_risk.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("build_risk"),
        runtime=minutes("build_risk"),
    params:
        sections=risk_sections(),
        cutoffs=cutoff_names("models"),
        simulated=study.simulated,
        seed=study.seed,
    script:
        "../../scripts/build_risk.py"


rule plot_nomogram:
    input:
        models=of_each_risk(MODEL),
    output:
        **every_figure("nomogram"),
    log:
        "results/logs/plot_nomogram.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_nomogram"),
        runtime=minutes("plot_nomogram"),
    params:
        names=study.wildcards["risk_model"],
    script:
        "../../scripts/plot_nomogram.py"


rule write_model_cards:
    input:
        models=of_each_risk(MODEL),
        performance=tables("risk_performance"),
        cautions=table("clinical_cautions"),
    output:
        cards=of_each_risk(CARD),
    log:
        "results/logs/write_model_cards.log",
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("write_model_cards"),
        runtime=minutes("write_model_cards"),
    params:
        sections=risk_sections(),
        simulated=study.simulated,
    script:
        "../../scripts/write_model_cards.py"
