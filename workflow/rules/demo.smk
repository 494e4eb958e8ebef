# The demo study: counts simulated with a known truth, and the calls checked against it.


if "counts" in study.simulates:

    rule simulate_demo:
        input:
            samples=user_file(study.cohort.samples_path),
        output:
            counts=user_file(study.cohort.counts.path),
            truth=user_file(study.truth),
            samples=table("demo_samples"),
        log:
            "results/logs/simulate_demo.log",
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("simulate_demo"),
            runtime=minutes("simulate_demo"),
        params:
            seed=study.seed,
            cohort=study.simulated_cohort,
            given=dates(study.cohort.samples_path),
        script:
            "../../scripts/simulate_demo.py"

    if study.compares_halves:

        rule compare_halves:
            input:
                model="results/model.h5ad",
                truth=user_file(study.truth),
                samples=table("demo_samples"),
            output:
                halves=table("demo_halves"),
            log:
                "results/logs/compare_halves.log",
            priority: TABLES_FIRST
            conda:
                "../../envs/recurseq.yaml"
            threads: shared_threads("compare_halves", len(study.contrasts))
            resources:
                mem_mb=memory("compare_halves"),
                runtime=minutes("compare_halves"),
            params:
                rule=next(iter(study.contrasts.values())).rule.as_dict(),
                testing=study.testing.options("alpha", "independent_filtering", "cooks"),
                permutations=study.permutations,
                seed=study.seed,
            script:
                "../../scripts/compare_halves.py"

    rule check_demo:
        input:
            model="results/model.h5ad",
            truth=user_file(study.truth),
            genes=tables("contrast_genes"),
            evidence=tables("contrast_evidence"),
            summary=table("contrast_summary"),
            patterns=tables("patterns"),
            halves=tables("demo_halves"),
            second=second_calls(),
        output:
            second=tables("demo_replication"),
            check=table("demo_check"),
            patterns=table("demo_patterns"),
            markers=table("demo_markers"),
        log:
            "results/logs/check_demo.log",
        priority: TABLES_FIRST
        group:
            "closing"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("check_demo"),
            runtime=minutes("check_demo"),
        params:
            contrasts=contrast_settings(),
            steps=list((study.patterns or {}).get("contrasts", ())),
            alpha=study.testing.alpha,
            second=study.second_cohort,
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
            clinical=patient_files()[0],
            assays=patient_files()[1:],
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
                if file.is_clinical
            ],
        output:
            check=table("clinical_demo_check"),
        log:
            "results/logs/check_clinical_demo.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("check_clinical_demo"),
            runtime=minutes("check_clinical_demo"),
        script:
            "../../scripts/check_clinical_demo.py"
