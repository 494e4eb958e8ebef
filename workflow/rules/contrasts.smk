# Each contrast tested on the one model, and all groups at once.


rule test_contrast:
    input:
        model="results/model.h5ad",
    output:
        genes="results/contrasts/{contrast}/genes.tsv",
    log:
        "results/logs/test_contrast/{contrast}.log",
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("test_contrast"),
        runtime=minutes("test_contrast"),
    params:
        contrast=lambda wildcards: study.contrasts[wildcards.contrast].as_dict(),
        testing=asdict(study.testing),
    script:
        "../../scripts/test_contrast.py"


rule check_contrasts:
    input:
        model="results/model.h5ad",
        genes=contrast_tables(),
    output:
        sums="results/contrasts/sums.tsv",
    log:
        "results/logs/check_contrasts.log",
    group:
        "closing"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("check_contrasts"),
        runtime=minutes("check_contrasts"),
    params:
        contrasts=contrast_settings(),
    script:
        "../../scripts/check_contrasts.py"


rule plot_contrast:
    input:
        model="results/model.h5ad",
        genes="results/contrasts/{contrast}/genes.tsv",
        panel=user_file(study.panel),
    output:
        ma_svg=figure("results/contrasts/{contrast}/figures/ma", "{contrast}"),
        ma_png="results/contrasts/{contrast}/figures/ma.png",
        volcano_svg=figure("results/contrasts/{contrast}/figures/volcano", "{contrast}"),
        volcano_png="results/contrasts/{contrast}/figures/volcano.png",
        pvalue_histogram_svg=figure(
            "results/contrasts/{contrast}/figures/pvalue_histogram", "{contrast}"
        ),
        pvalue_histogram_png="results/contrasts/{contrast}/figures/pvalue_histogram.png",
        top_genes_svg=figure(
            "results/contrasts/{contrast}/figures/top_genes", "{contrast}"
        ),
        top_genes_png="results/contrasts/{contrast}/figures/top_genes.png",
    log:
        "results/logs/plot_contrast/{contrast}.log",
    group:
        "contrast"
    conda:
        "../../envs/recurseq.yaml"
    resources:
        mem_mb=memory("plot_contrast"),
        runtime=minutes("plot_contrast"),
    params:
        contrast=lambda wildcards: study.contrasts[wildcards.contrast].as_dict(),
        testing=asdict(study.testing),
        given=dates(user_file(study.panel)),
    script:
        "../../scripts/plot_contrast.py"


if study.omnibus_reduced is not None:

    rule test_omnibus:
        input:
            model="results/model.h5ad",
        output:
            genes="results/omnibus/genes.tsv",
        log:
            "results/logs/test_omnibus.log",
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("test_omnibus"),
            runtime=minutes("test_omnibus"),
        params:
            reduced=lambda wildcards: study.omnibus_reduced,
            testing=asdict(study.testing),
        script:
            "../../scripts/test_omnibus.py"
