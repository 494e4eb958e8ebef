"""How many jobs a complete run has, counted without Snakemake, whose start takes seconds."""

from __future__ import annotations

from recurseq.study import Study


def jobs(study: Study) -> dict[str, int]:
    """Count the jobs of each rule in a run from nothing to the report.

    Returns
    -------
    dict
        Rule to number of jobs, in the order of the work; rules that do not run are left out.
    """
    contrasts = len(study.contrasts)
    tests = contrasts * len(study.enrichment.collections)
    demo, panel = int(study.simulated), int(study.panel is not None)
    counted = {
        "simulate_demo": demo,
        "import_counts": 1,
        "assess_quality": 1,
        "plot_quality": 1,
        "fit_model": 1,
        "plot_model": 1,
        "test_contrast": contrasts,
        "check_contrasts": 1,
        "plot_contrast": contrasts,
        "test_omnibus": int(study.omnibus_reduced is not None),
        "extract_markers": panel,
        "plot_markers": panel,
        "enrich_pathways": tests,
        "plot_enrichment": tests,
        "check_demo": demo,
        "write_provenance": 1,
        "build_workbook": 1,
        "build_report": 1,
    }
    return {rule: count for rule, count in counted.items() if count}
