"""Compare two halves of the demo study that chance has dealt: a contrast without any truth."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.demo.halves import compare_halves
    from recurseq.deseq import Options, read_fit
    from recurseq.design.calling import CallingRule

    model = open_h5ad(snakemake.input.model)
    dealt = read_table(snakemake.input.samples, "demo_samples").set_index("sample_id")
    rule = CallingRule.from_dict(snakemake.params.rule)
    table = compare_halves(
        read_fit(model),
        model.uns["formula"],
        model.obs.assign(half=dealt["half"].reindex(model.obs_names)),
        read_table(snakemake.input.truth, "demo_truth"),
        model.var,
        rule,
        Options(lfc_threshold=rule.lfc_threshold, shrinkage="none", **snakemake.params.testing),
        permutations=snakemake.params.permutations,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
    )
    write_table(table, snakemake.output.halves, "demo_halves")
