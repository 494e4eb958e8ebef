"""Hold every column of the sample sheet against every contrast."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.design.confounding import relations
    from recurseq.design.confounding_table import confounding_table
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula

    found = relations(
        open_h5ad(snakemake.input.cohort).obs,
        [Contrast.from_dict(one) for one in snakemake.params.contrasts],
        parse_formula(snakemake.params.formula),
        snakemake.params.leave_out,
    )
    write_table(confounding_table(found), snakemake.output.confounding, "qc_confounding")
