# What each gene does from group to group.

if "patterns" in study.parts:
    STEPS = [study.contrasts[name] for name in study.patterns["contrasts"]]

    rule classify_patterns:
        input:
            genes=[table("contrast_genes").format(contrast=step.name) for step in STEPS],
        output:
            genes=table("patterns"),
            counts=table("pattern_counts"),
        log:
            "results/logs/classify_patterns.log",
        priority: TABLES_FIRST
        group:
            "findings"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("classify_patterns"),
            runtime=minutes("classify_patterns"),
        params:
            steps=[step.as_dict() for step in STEPS],
            alpha=study.testing.alpha,
        script:
            "../../scripts/classify_patterns.py"

    rule plot_patterns:
        input:
            model="results/model.h5ad",
            genes=table("patterns"),
        output:
            **figures("patterns", "pattern_heatmap"),
        log:
            "results/logs/plot_patterns.log",
        group:
            "findings"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_patterns"),
            runtime=minutes("plot_patterns"),
        params:
            labels=[step.label for step in STEPS],
        script:
            "../../scripts/plot_patterns.py"
