"""Figures of the signatures."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table
    from recurseq.design.groups import sample_groups
    from recurseq.figures.signatures import by_evidence, signature_heatmap, signature_strips
    from recurseq.figures.style import save

    model = open_h5ad(snakemake.input.model)
    tables = {
        name: read_table(snakemake.input[name], f"signature_{name}")
        for name in ("scores", "sets", "samples", "tests")
    }
    simulated = bool(model.uns["simulated"])
    scores, samples = (tables[name].set_index("sample_id") for name in ("scores", "samples"))
    groups = sample_groups(model.obs, str(model.uns["main_factor"])).reindex(scores.index)
    ordered = by_evidence(tables["sets"], tables["tests"])
    figure = signature_heatmap(scores, ordered, groups, simulated)
    save(figure, snakemake.output.signature_heatmap_svg)
    figure = signature_strips(scores, samples, ordered, groups, simulated)
    save(figure, snakemake.output.signature_strips_svg)
