"""Draw the flow of patients, and when early events occur and how patients are at them."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.cohort import FIGURES, cohort_flow
    from recurseq.figures.drawing import draw_named
    from recurseq.figures.style import save

    settings = clinical_settings(snakemake.params.sections)
    names, simulated = snakemake.params.names, snakemake.params.simulated
    given = {name: files for name, files in snakemake.input.items() if name != "flow"}
    tables, output = read_tables(given, names), snakemake.output
    for path in snakemake.input.flow:
        flow = read_table(path, "clinical_flow")
        figure = cohort_flow(settings, flow, tables, snakemake.params.split, simulated)
        save(figure, *output.cohort_flow_svg)
    draw_named(FIGURES, names, output, lambda draw, name: draw(settings, name, tables, simulated))
