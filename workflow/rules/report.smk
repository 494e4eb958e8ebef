# What people read: the page, the workbook, and where every number came from.


rule write_provenance:
    input:
        **files_of_counts(),
        clinical=patient_files(),
        tables=result_tables(),
    output:
        provenance="results/provenance.json",
    log:
        "results/logs/write_provenance.log",
    priority: TABLES_FIRST
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("write_provenance"),
        runtime=minutes("write_provenance"),
    params:
        config=dict(config),
    script:
        "../../scripts/write_provenance.py"


rule build_workbook:
    input:
        model=model_of_counts(),
        tables=result_tables(),
        provenance="results/provenance.json",
    output:
        workbook=report(
            "results/report/tables.xlsx",
            caption="../report/workbook.rst",
            category="Study",
            labels={"table": "all tables (Excel)"},
        ),
    log:
        "results/logs/build_workbook.log",
    priority: TABLES_FIRST
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("build_workbook"),
        runtime=minutes("build_workbook"),
    params:
        config=dict(config),
    script:
        "../../scripts/build_workbook.py"


rule build_report:
    input:
        model=model_of_counts(),
        tables=result_tables(),
        figures=result_figures(),
        risks=of_each_risk(MODEL) + of_each_risk(CARD),
        provenance="results/provenance.json",
    output:
        html=report(
            "results/report/report.html",
            caption="../report/report.rst",
            category="Study",
            labels={"table": "report"},
        ),
    log:
        "results/logs/build_report.log",
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("build_report"),
        runtime=minutes("build_report"),
    params:
        config=dict(config),
    script:
        "../../scripts/build_report.py"
