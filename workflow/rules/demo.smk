# The demo study: counts simulated with a known truth, and the calls checked against it.


if study.simulated:

    rule simulate_demo:
        input:
            samples=user_file(study.cohort.samples_path),
        output:
            counts=user_file(study.cohort.counts.path),
            truth=user_file(study.truth),
        log:
            "results/logs/simulate_demo.log",
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("simulate_demo"),
            runtime=minutes("simulate_demo"),
        params:
            seed=study.seed,
            given=dates(study.cohort.samples_path),
        script:
            "../../scripts/simulate_demo.py"

    rule check_demo:
        input:
            truth=user_file(study.truth),
            genes=tables("contrast_genes"),
        output:
            check=table("demo_check"),
        log:
            "results/logs/check_demo.log",
        priority: TABLES_FIRST
        group:
            "summary"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("check_demo"),
            runtime=minutes("check_demo"),
        params:
            contrasts=contrast_settings(),
            alpha=study.testing.alpha,
        script:
            "../../scripts/check_demo.py"
