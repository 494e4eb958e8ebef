"""How many jobs a complete run has, counted without Snakemake, whose start takes seconds."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.base.tables import all_tables, study_tables
from recurseq.figures.registry import study_figures
from recurseq.study import Study

# Rules that make no table and no figure, before and after those that do.
OF_COUNTS = ("import_counts", "fit_model")
LAST = ("write_provenance", "build_workbook", "build_report")
# Rules of which one job makes the files of all names: starting it takes longer than its work.
AT_ONCE = frozenset(
    {
        *("import_assays", "measure_markers", "find_cutoffs", "associate_clinical"),
        *("analyse_survival", "compare_incidence", "fit_outcome"),
        *("plot_survival", "plot_models"),
    }
)


def jobs(study: Study) -> dict[str, int]:
    """Count the jobs of each rule in a run from nothing to the report.

    Returns
    -------
    dict
        Rule to number of jobs; rules that do not run are left out.
    """
    made: dict[str, set] = {}
    for file in study_tables(study.parts, study.wildcards):
        made.setdefault(file.table.rule, set()).add(_job(file.table.rule, file.wildcards))
    for file in study_figures(study.parts, study.wildcards):
        made.setdefault(file.entry.rule, set()).add(_job(file.entry.rule, file.wildcards))
    truths = {"counts": "demo_truth", "clinical": "clinical_truth"}
    first = [all_tables()[truths[what]].rule for what in study.simulates]
    first += OF_COUNTS if study.has_counts else ()
    return (
        dict.fromkeys(first, 1)
        | {rule: len(files) for rule, files in made.items()}
        | dict.fromkeys(LAST, 1)
    )


def _job(rule: str, wildcards: Mapping[str, str]) -> tuple[str, ...]:
    return () if rule in AT_ONCE else tuple(wildcards.values())
