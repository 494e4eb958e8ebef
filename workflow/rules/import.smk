# From the user's files to one AnnData: typed samples, named genes, counts that are counts.


rule import_counts:
    input:
        counts=count_files(study.cohort.counts),
        transcripts=user_file(study.cohort.counts.transcripts),
        samples=user_file(study.cohort.samples_path),
        annotation=annotation_file(study.cohort.annotation),
    output:
        cohort="results/cohort.h5ad",
    log:
        "results/logs/import_counts.log",
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("import_counts"),
        runtime=minutes("import_counts"),
    params:
        settings=study.cohort_settings().as_dict(),
        given=dates(
            count_files(study.cohort.counts),
            user_file(study.cohort.counts.transcripts),
            user_file(study.cohort.samples_path),
            annotation_file(study.cohort.annotation),
        ),
    script:
        "../../scripts/import_counts.py"
