# What the samples look like before any test. Flags are reported; no sample is dropped.


rule assess_quality:
    input:
        cohort="results/cohort.h5ad",
        lengths=user_file(study.normalization.lengths),
    output:
        **adjusted_tables(),
        library_sizes="results/qc/library_sizes.tsv",
        size_factors="results/qc/size_factors.tsv",
        pca="results/qc/pca.tsv",
        pca_variance="results/qc/pca_variance.tsv",
        pca_association="results/qc/pca_association.tsv",
        distances="results/qc/distances.tsv",
        sex_check="results/qc/sex_check.tsv",
        top_genes="results/qc/top_genes.tsv",
        flags="results/qc/flags.tsv",
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
        library_sizes="results/qc/library_sizes.tsv",
        pca="results/qc/pca.tsv",
        pca_variance="results/qc/pca_variance.tsv",
        pca_association="results/qc/pca_association.tsv",
        distances="results/qc/distances.tsv",
        sex_check="results/qc/sex_check.tsv",
        flags="results/qc/flags.tsv",
    output:
        **adjusted_figures(),
        pca_svg=figure("results/qc/figures/pca", "Quality"),
        pca_png="results/qc/figures/pca.png",
        associations_svg=figure("results/qc/figures/associations", "Quality"),
        associations_png="results/qc/figures/associations.png",
        distances_svg=figure("results/qc/figures/distances", "Quality"),
        distances_png="results/qc/figures/distances.png",
        library_sizes_svg=figure("results/qc/figures/library_sizes", "Quality"),
        library_sizes_png="results/qc/figures/library_sizes.png",
        sex_check_svg=figure("results/qc/figures/sex_check", "Quality"),
        sex_check_png="results/qc/figures/sex_check.png",
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
