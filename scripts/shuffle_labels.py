"""Count what one contrast would call if its labels were dealt out by chance."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.deseq import Options, read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula
    from recurseq.evidence.shuffles import shuffle_labels

    model = open_h5ad(snakemake.input.model)
    contrast = Contrast.from_dict(snakemake.params.contrast)
    table = shuffle_labels(
        read_fit(model),
        contrast,
        parse_formula(model.uns["formula"]),
        model.obs,
        Options(lfc_threshold=contrast.rule.lfc_threshold, **snakemake.params.testing),
        permutations=snakemake.params.permutations,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output.permutations, "contrast_permutations")
