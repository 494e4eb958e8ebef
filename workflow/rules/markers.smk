# The panel the user edits: one row for every gene and contrast, never silently absent.

if "markers" in study.parts:

    rule extract_markers:
        input:
            model="results/model.h5ad",
            panel=user_file(study.panel),
            genes=tables("contrast_genes"),
            annotation=annotation_file(study.cohort.annotation),
        output:
            markers=report(
                table("markers"),
                caption="../report/marker_table.rst",
                category="Markers",
                labels={"table": "marker panel"},
            ),
            samples=table("marker_samples"),
        log:
            "results/logs/extract_markers.log",
        priority: TABLES_FIRST
        group:
            "markers"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("extract_markers"),
            runtime=minutes("extract_markers"),
        params:
            contrasts=contrast_settings(),
            annotation=study.cohort.annotation,
            orthologues=study.orthologues,
            given=dates(
                user_file(study.panel), annotation_file(study.cohort.annotation)
            ),
        script:
            "../../scripts/extract_markers.py"

    rule nominate_markers:
        input:
            model="results/model.h5ad",
            genes=tables("contrast_genes"),
            evidence=tables("contrast_evidence"),
            markers=table("markers"),
        output:
            candidates=report(
                table("candidates"),
                caption="../report/candidates_table.rst",
                category="Markers",
                labels={"table": "marker candidates"},
            ),
        log:
            "results/logs/nominate_markers.log",
        priority: TABLES_FIRST
        group:
            "markers"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("nominate_markers"),
            runtime=minutes("nominate_markers"),
        params:
            contrasts=contrast_settings(),
        script:
            "../../scripts/nominate_markers.py"

    rule plot_markers:
        input:
            markers=table("markers"),
            samples=table("marker_samples"),
            model="results/model.h5ad",
        output:
            **figures("markers", "forest"),
        log:
            "results/logs/plot_markers.log",
        group:
            "markers"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_markers"),
            runtime=minutes("plot_markers"),
        script:
            "../../scripts/plot_markers.py"
