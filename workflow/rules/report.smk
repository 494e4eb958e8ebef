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
        bibtex=report(
            "results/report/references.bib",
            caption="../report/citation.rst",
            category="Study",
            labels={"table": "references (BibTeX)"},
        ),
        citation=report(
            "results/report/CITATION.cff",
            caption="../report/citation.rst",
            category="Study",
            labels={"table": "how to cite the run"},
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


rule pack_report:
    input:
        tables=result_tables(),
        figures=result_figures(),
        risks=of_each_risk(MODEL) + of_each_risk(CARD),
        provenance="results/provenance.json",
        workbook="results/report/tables.xlsx",
        html="results/report/report.html",
    output:
        package="results/report/report.zip",
    log:
        "results/logs/pack_report.log",
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("pack_report"),
        runtime=minutes("pack_report"),
    params:
        config=dict(config),
    script:
        "../../scripts/pack_report.py"


if study.has_counts:

    rule write_h5ad:
        input:
            **signature_scores(),
            model="results/model.h5ad",
            contrast_genes=tables("contrast_genes"),
            contrast_evidence=tables("contrast_evidence"),
            contrast_summary=table("contrast_summary"),
            qc_pca=table("qc_pca"),
            qc_pca_variance=table("qc_pca_variance"),
        output:
            study="results/study.h5ad",
        log:
            "results/logs/write_h5ad.log",
        group:
            "closing"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("write_h5ad"),
            runtime=minutes("write_h5ad"),
        params:
            config=dict(config),
        script:
            "../../scripts/write_h5ad.py"
