# The calls of this study in other ones, and what all of them say together of each gene.

if study.second_cohort is not None:
    SECOND = next(one for one in OTHER_STUDIES if one.simulated)
    (SECOND_CONTRAST,) = SECOND.contrasts

    rule simulate_second_cohort:
        output:
            counts=user_file(SECOND.cohort_files["counts"]),
            samples=user_file(SECOND.cohort_files["samples"]),
        log:
            "results/logs/simulate_second_cohort.log",
        group:
            "replication"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("simulate_second_cohort"),
            runtime=minutes("simulate_second_cohort"),
        params:
            contrast=study.contrasts[SECOND_CONTRAST].as_dict(),
            cohort=study.simulated_cohort,
            seed=study.seed,
        script:
            "../../scripts/simulate_second_cohort.py"

    rule fit_second_cohort:
        input:
            counts=user_file(SECOND.cohort_files["counts"]),
            samples=user_file(SECOND.cohort_files["samples"]),
        output:
            table=user_file(SECOND.table),
        log:
            "results/logs/fit_second_cohort.log",
        group:
            "replication"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("fit_second_cohort"),
            runtime=minutes("fit_second_cohort"),
        params:
            contrast=study.contrasts[SECOND_CONTRAST].as_dict(),
            alpha=study.testing.alpha,
        script:
            "../../scripts/fit_second_cohort.py"


if "replication" in study.parts:
    LOOKED_UP = [study.contrasts[name].as_dict() for name in study.replicated_contrasts]

    rule replicate:
        input:
            genes=[
                table("contrast_genes").format(contrast=name)
                for name in study.replicated_contrasts
            ],
            library_sizes=table("qc_library_sizes"),
            markers=tables("markers"),
            others=replication_files(),
        output:
            genes=tables("replication_genes"),
            summary=report(
                table("replication_summary"),
                caption="../report/replication_table.rst",
                category="Replication",
                labels={"table": "replication"},
            ),
            meta=table("replication_meta"),
        log:
            "results/logs/replicate.log",
        priority: TABLES_FIRST
        group:
            "replication"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("replicate"),
            runtime=minutes("replicate"),
        params:
            contrasts=LOOKED_UP,
            studies=[one.as_dict() for one in OTHER_STUDIES],
            given=dates(replication_files()),
        script:
            "../../scripts/replicate.py"

    rule plot_replication:
        input:
            genes=tables("replication_genes"),
            summary=table("replication_summary"),
            meta=table("replication_meta"),
        output:
            **every_figure("replication_forest", "replication_scatter"),
        log:
            "results/logs/plot_replication.log",
        group:
            "replication"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_replication"),
            runtime=minutes("plot_replication"),
        params:
            contrasts=LOOKED_UP,
            studies=study.wildcards["other_study"],
            simulated=study.simulated,
        script:
            "../../scripts/plot_replication.py"
