# What the samples look like before any test. Flags are reported; no sample is dropped.


rule assess_quality:
    input:
        cohort="results/cohort.h5ad",
        lengths=user_file(study.normalization.lengths),
    output:
        **adjusted_tables(),
        library_sizes=table("qc_library_sizes"),
        size_factors=table("qc_size_factors"),
        pca=table("qc_pca"),
        pca_variance=table("qc_pca_variance"),
        pca_association=table("qc_pca_association"),
        distances=table("qc_distances"),
        sex_check=table("qc_sex_check"),
        top_genes=table("qc_top_genes"),
        flags=table("qc_flags"),
    log:
        "results/logs/assess_quality.log",
    group:
        "quality"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("assess_quality"),
        runtime=minutes("assess_quality"),
    params:
        normalization=study.normalization.as_dict(),
        given=dates(user_file(study.normalization.lengths)),
        adjusted_for=study.adjusted_for,
    script:
        "../../scripts/assess_quality.py"


rule plot_quality:
    input:
        **adjusted_tables(),
        cohort="results/cohort.h5ad",
        library_sizes=table("qc_library_sizes"),
        pca=table("qc_pca"),
        pca_variance=table("qc_pca_variance"),
        pca_association=table("qc_pca_association"),
        distances=table("qc_distances"),
        sex_check=table("qc_sex_check"),
        flags=table("qc_flags"),
    output:
        **figures(
            "pca",
            "pca_batch_removed",
            "library_sizes",
            "associations",
            "sex_check",
            "distances",
        ),
    log:
        "results/logs/plot_quality.log",
    group:
        "quality"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_quality"),
        runtime=minutes("plot_quality"),
    params:
        removed=study.adjusted_for,
    script:
        "../../scripts/plot_quality.py"


rule write_multiqc:
    input:
        library_sizes=table("qc_library_sizes"),
        size_factors=table("qc_size_factors"),
        pca=table("qc_pca"),
        pca_variance=table("qc_pca_variance"),
        flags=table("qc_flags"),
        sex_check=table("qc_sex_check"),
    output:
        general=table("multiqc_general"),
        pca=table("multiqc_pca"),
        flags=table("multiqc_flags"),
        sex=table("multiqc_sex"),
    log:
        "results/logs/write_multiqc.log",
    group:
        "quality"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("write_multiqc"),
        runtime=minutes("write_multiqc"),
    params:
        simulated=study.simulated,
    script:
        "../../scripts/write_multiqc.py"
