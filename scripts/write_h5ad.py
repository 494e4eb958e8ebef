"""The study as one h5ad file for scanpy and viewers."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad, write_h5ad
    from recurseq.base.tables import read_table, read_tables
    from recurseq.report.study_h5ad import SHOWN, study_data
    from recurseq.study import load_study

    study, files = load_study(snakemake.params.config), dict(snakemake.input.items())
    model = open_h5ad(files.pop("model"))
    of_contrasts = {name: files.pop(name) for name in ("contrast_genes", "contrast_evidence")}
    tables = {name: read_table(path, name) for name, path in files.items()}
    tables |= read_tables(of_contrasts, study.wildcards)
    data = study_data(model, study, tables)
    write_h5ad(data, snakemake.output.study, layers_of=model, shown=SHOWN)
