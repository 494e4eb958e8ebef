# From the clinical table and assays to typed patients, endpoints, measures, cut-offs, associations.


rule import_clinical:
    input:
        clinical=user_file(clinical.path),
    output:
        patients=table("clinical_table"),
    log:
        "results/logs/import_clinical.log",
    group:
        "patients"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("import_clinical"),
        runtime=minutes("import_clinical"),
    params:
        sections=naming_part(study.clinical),
        given=dates(user_file(clinical.path)),
    script:
        "../../scripts/import_clinical.py"


if "traced" in study.parts:

    rule trace_cohort:
        input:
            patients=table("clinical_table"),
        output:
            flow=table("clinical_flow"),
        log:
            "results/logs/trace_cohort.log",
        group:
            "patients"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("trace_cohort"),
            runtime=minutes("trace_cohort"),
        params:
            sections=clinical_sections("cohorts", "flow"),
        script:
            "../../scripts/trace_cohort.py"


if "endpoints" in study.parts:

    rule derive_endpoints:
        input:
            patients=table("clinical_table"),
        output:
            outcomes=table("clinical_outcomes"),
            endpoints=table("clinical_endpoints"),
            cautions=table("endpoint_cautions"),
            horizons=tables("clinical_horizons"),
        log:
            "results/logs/derive_endpoints.log",
        group:
            "patients"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("derive_endpoints"),
            runtime=minutes("derive_endpoints"),
        params:
            sections=clinical_sections("cohorts", "flow", "endpoints", "models"),
        script:
            "../../scripts/derive_endpoints.py"


if "assays" in study.parts:

    rule import_assays:
        input:
            wells=[user_file(assay.path) for assay in clinical.assays.values()],
        output:
            **every("clinical_assay", "assay_cautions"),
        log:
            "results/logs/import_assays.log",
        group:
            "patients"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("import_assays"),
            runtime=minutes("import_assays"),
        params:
            sections=clinical_sections("assays"),
            given=dates([user_file(assay.path) for assay in clinical.assays.values()]),
        script:
            "../../scripts/import_assays.py"


rule measure_markers:
    input:
        patients=table("clinical_table"),
        outcomes=tables("clinical_outcomes"),
        assays=tables("clinical_assay"),
        model=model_of_measures(),
        classes=classes_of_pairs(),
        annotation=annotation_of_genes(),
    output:
        patients=table("clinical_patients"),
        missing=table("clinical_missing"),
        concordance=tables("clinical_concordance"),
    log:
        "results/logs/measure_markers.log",
    group:
        "patients"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("measure_markers"),
        runtime=minutes("measure_markers"),
    params:
        sections=clinical_sections(
            "cohorts", "flow", "endpoints", "assays", "measures", "models"
        ),
        assays=study.wildcards["assay"],
        compared=study.wildcards["concordance"],
        annotation=study.cohort.annotation if study.has_counts else None,
    script:
        "../../scripts/measure_markers.py"


if "cutoffs" in study.parts:

    rule find_cutoffs:
        input:
            patients=table("clinical_patients"),
        output:
            **every("clinical_cutoff", "clinical_scan", "cutoff_cautions"),
        log:
            "results/logs/find_cutoffs.log",
        group:
            "patients"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("find_cutoffs"),
            runtime=minutes("find_cutoffs"),
        params:
            sections=clinical_sections(*COMMON),
            seed=study.seed,
        script:
            "../../scripts/find_cutoffs.py"


if "associations" in study.parts:

    rule associate_clinical:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("associations"),
        output:
            **every("clinical_association", "association_cautions"),
        log:
            "results/logs/associate_clinical.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("associate_clinical"),
            runtime=minutes("associate_clinical"),
        params:
            sections=clinical_sections(*COMMON, "associations"),
            cutoffs=cutoff_names("associations"),
            seed=study.seed,
        script:
            "../../scripts/associate_clinical.py"


if "descriptions" in study.parts:

    rule describe_events:
        input:
            patients=table("clinical_patients"),
            cutoffs=cutoff_files("descriptions"),
        output:
            **every(
                "description_occurrence",
                "description_shares",
                "description_cohorts",
                "description_cautions",
            ),
        log:
            "results/logs/describe_events.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("describe_events"),
            runtime=minutes("describe_events"),
        params:
            sections=clinical_sections(*COMMON, "descriptions"),
            cutoffs=cutoff_names("descriptions"),
        script:
            "../../scripts/describe_events.py"


if {"traced", "descriptions"} & study.parts:

    rule plot_cohort:
        input:
            **every(
                "description_occurrence", "description_shares", "description_cohorts"
            ),
            flow=tables("clinical_flow"),
        output:
            **every_figure("cohort_flow", "event_occurrence", "event_shares"),
        log:
            "results/logs/plot_cohort.log",
        group:
            "outcomes"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_cohort"),
            runtime=minutes("plot_cohort"),
        params:
            sections=clinical_sections("cohorts", "endpoints", "descriptions"),
            names={name: study.wildcards[name] for name in ("description", "described")},
            split=split_cohorts(study.clinical),
            simulated=study.simulated,
        script:
            "../../scripts/plot_cohort.py"


if "patients_panel" in study.parts:

    rule associate_panel:
        input:
            patients=table("clinical_patients"),
            model="results/model.h5ad",
            markers=table("markers"),
        output:
            panel=table("clinical_panel"),
            cautions=table("panel_cautions"),
        log:
            "results/logs/associate_panel.log",
        group:
            "markers"  # it hangs together with these
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("associate_panel"),
            runtime=minutes("associate_panel"),
        params:
            sections=clinical_sections(*COMMON),
        script:
            "../../scripts/associate_panel.py"


rule gather_cautions:
    input:
        cautions=[path for name in CAUTIONS for path in tables(name)],
    output:
        cautions=table("clinical_cautions"),
    log:
        "results/logs/gather_cautions.log",
    group:
        "outcomes"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("gather_cautions"),
        runtime=minutes("gather_cautions"),
    params:
        simulated=study.simulated_patients is not None,
    script:
        "../../scripts/gather_cautions.py"
