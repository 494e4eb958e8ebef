# The demo study: counts simulated with a known truth, and the calls checked against it.


if "counts" in study.simulates:

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


if "clinical" in study.simulates:

    made = study.simulated_patients
    sequenced = "counts" in study.simulates

    rule simulate_clinical:
        input:
            samples=[user_file(study.cohort.samples_path)] if sequenced else [],
            counts=[user_file(study.cohort.counts.path)] if sequenced else [],
        output:
            clinical=user_file(study.clinical["clinical"]["path"]),
            assays=[
                user_file(one["path"])
                for one in study.clinical.get("assays", {}).values()
            ],
            truth=user_file(made["truth"]),
            hidden=[user_file(made["hidden"])] if "hidden" in made else [],
        log:
            "results/logs/simulate_clinical.log",
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("simulate_clinical"),
            runtime=minutes("simulate_clinical"),
        params:
            cohort=made["cohort"],
            seed=study.seed,
            assays=study.wildcards["assay"],
        script:
            "../../scripts/simulate_clinical.py"

    rule check_clinical_demo:
        input:
            truth=user_file(made["truth"]),
            hidden=[user_file(made["hidden"])] if "hidden" in made else [],
            tables=[
                f"results/{file.path}"
                for file in study_tables(study.parts, study.wildcards)
                if file.path.startswith("clinical/")
            ],
        output:
            check=table("clinical_demo_check"),
        log:
            "results/logs/check_clinical_demo.log",
        group:
            "closing"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("check_clinical_demo"),
            runtime=minutes("check_clinical_demo"),
        script:
            "../../scripts/check_clinical_demo.py"
