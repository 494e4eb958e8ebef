# Genes that go together within groups, and samples that are high in both.
from recurseq.coexpression.settings import contrast_of, read_settings

if "coexpression" in study.parts:
    CLASSING = contrast_of(read_settings(study.coexpression), study.contrasts)
    # The collections are looked into only where a set is asked for.
    WITH_SETS = study.collections if study.coexpression["sets"] else {}
    COEXPRESSION = ("pairs", "sets", "samples", "classes")

    rule correlate_genes:
        input:
            model="results/model.h5ad",
            panel=user_file(study.panel),
            gmt=[user_file(path) for path in WITH_SETS.values()],
            annotation=annotation_file(study.cohort.annotation),
        output:
            **{
                name: table(f"coexpression_{name}")
                for name in COEXPRESSION
                if tables(f"coexpression_{name}")
            },
        log:
            "results/logs/correlate_genes.log",
        priority: TABLES_FIRST
        group:
            "coexpression"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("correlate_genes"),
            runtime=minutes("correlate_genes"),
        params:
            section=study.coexpression,
            contrast=None if CLASSING is None else CLASSING.as_dict(),
            collections=list(WITH_SETS),
            alpha=study.testing.alpha,
            annotation=study.cohort.annotation,
            orthologues=study.orthologues,
            given=dates(
                user_file(study.panel),
                [user_file(path) for path in WITH_SETS.values()],
                annotation_file(study.cohort.annotation),
            ),
        script:
            "../../scripts/correlate_genes.py"

    rule plot_coexpression:
        input:
            model="results/model.h5ad",
            pairs=table("coexpression_pairs"),
            samples=tables("coexpression_samples"),
            classes=tables("coexpression_classes"),
            sets=tables("coexpression_sets"),
        output:
            **figures("quadrants", "set_correlations"),
        log:
            "results/logs/plot_coexpression.log",
        group:
            "coexpression"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_coexpression"),
            runtime=minutes("plot_coexpression"),
        script:
            "../../scripts/plot_coexpression.py"
