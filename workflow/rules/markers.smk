# The panel the user edits: one row for every gene and contrast, never silently absent.

if study.panel is not None:

    rule extract_markers:
        input:
            model="results/model.h5ad",
            panel=user_file(study.panel),
            genes=contrast_tables(),
            annotation=annotation_file(study.annotation),
        output:
            markers=report(
                "results/markers/markers.tsv",
                caption="../report/marker_table.rst",
                category="Markers",
                labels={"table": "marker panel"},
            ),
            samples="results/markers/samples.tsv",
        log:
            "results/logs/extract_markers.log",
        group:
            "closing"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("extract_markers"),
            runtime=minutes("extract_markers"),
        params:
            contrasts=contrast_settings(),
            annotation=study.annotation,
            given=dates(user_file(study.panel), annotation_file(study.annotation)),
        script:
            "../../scripts/extract_markers.py"

    rule plot_markers:
        input:
            markers="results/markers/markers.tsv",
            samples="results/markers/samples.tsv",
            model="results/model.h5ad",
        output:
            markers_svg=figure("results/markers/figures/markers", "Markers"),
            markers_png="results/markers/figures/markers.png",
            forest_svg=figure("results/markers/figures/forest", "Markers"),
            forest_png="results/markers/figures/forest.png",
        log:
            "results/logs/plot_markers.log",
        group:
            "closing"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_markers"),
            runtime=minutes("plot_markers"),
        script:
            "../../scripts/plot_markers.py"
