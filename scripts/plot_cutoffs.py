"""The statistic of every cut-off."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.clinical import words
    from recurseq.clinical.settings import Within, clinical_settings
    from recurseq.figures.cutoffs import scan_figure
    from recurseq.figures.style import save
    from recurseq.figures.survival import facts_of

    settings = clinical_settings(snakemake.params.sections)
    chosen = settings.cutoffs[snakemake.wildcards.scan]
    cutoff = read_table(snakemake.input.cutoff, "clinical_cutoff")
    answers = isinstance(settings.endpoints[chosen.endpoint], Within)
    figure = scan_figure(
        read_table(snakemake.input.scan, "clinical_scan"),
        cutoff,
        f"{words.plain(chosen.name)}: {words.plain(chosen.measure)} by {chosen.method}",
        words.plain(chosen.measure),
        "Youden index" if answers else "standardised log-rank statistic",
        facts_of((f"cut-off {words.cut_text(cutoff)}", words.corrected_pvalue_text(cutoff))),
        snakemake.params.simulated,
    )
    save(figure, snakemake.output.cutoff_scan_svg, snakemake.output.cutoff_scan_png)
