"""Hold what was found in the demo study against the truth it was simulated with."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import pandas as pd

    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.demo.borne_out import replication_against_truth
    from recurseq.demo.check import calls_against_truth, report
    from recurseq.demo.found import markers_against_truth, patterns_against_truth
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula

    given, params, output = snakemake.input, snakemake.params, snakemake.output
    truth = read_table(given.truth, "demo_truth")
    genes = [read_table(path, "contrast_genes") for path in given.genes]
    evidence = [read_table(path, "contrast_evidence") for path in given.evidence]
    contrasts = [Contrast.from_dict(one) for one in params.contrasts]
    summary = read_table(given.summary, "contrast_summary").set_index("contrast")
    called = calls_against_truth(
        truth, contrasts, genes, evidence, summary["verdict"].to_dict(), params.alpha
    )
    halves = [read_table(path, "demo_halves") for path in given.halves]
    check = pd.concat([called, *halves], ignore_index=True)
    write_table(check, output.check, "demo_check")
    model = open_h5ad(given.model)
    design = parse_formula(model.uns["formula"]), model.obs
    markers = markers_against_truth(truth, contrasts, genes, evidence, *design)
    write_table(markers, output.markers, "demo_markers")
    steps = [one for name in params.steps for one in contrasts if one.name == name]
    patterns = [read_table(path, "patterns") for path in given.patterns]
    write_table(patterns_against_truth(truth, patterns, steps), output.patterns, "demo_patterns")
    for path in given.second:
        calls = read_table(path, "replication_genes")
        borne_out = replication_against_truth(truth, contrasts, params.second, calls)
        write_table(borne_out, output.second[0], "demo_replication")
    print(report(check))
