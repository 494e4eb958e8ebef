"""How many jobs a complete run has, counted without Snakemake, whose start takes seconds."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.base.tables import all_tables, study_tables
from recurseq.figures.registry import study_figures
from recurseq.study import Study

# Rules that make no table and no figure, before and after those that do.
OF_COUNTS = ("import_counts", "fit_model")
OF_SECOND_COHORT = ("simulate_second_cohort", "fit_second_cohort")
LAST = ("write_provenance", "build_workbook", "build_report", "pack_report")
FROM_COUNTS = ("write_h5ad",)
# Wildcards of jobs, where every file of a rule has them; for all other names of a table or figure
# one job makes the files, because starting it takes longer than its work.
PER_JOB = ("contrast", "collection")


def jobs(study: Study) -> dict[str, int]:
    """Count the jobs of each rule in a run from nothing to the report.

    Returns
    -------
    dict
        Rule to number of jobs; rules that do not run are left out.
    """
    made: dict[str, list[Mapping[str, str]]] = {}
    for table in study_tables(study.parts, study.wildcards):
        made.setdefault(table.table.rule, []).append(table.wildcards)
    for figure in study_figures(study.parts, study.wildcards):
        made.setdefault(figure.entry.rule, []).append(figure.wildcards)
    truths = {"counts": "demo_truth", "clinical": "clinical_truth"}
    first = [all_tables()[truths[what]].rule for what in study.simulates]
    first += OF_COUNTS if study.has_counts else ()
    first += OF_SECOND_COHORT if study.second_cohort is not None else ()
    return (
        dict.fromkeys(first, 1)
        | {rule: _jobs_for(files) for rule, files in made.items()}
        | dict.fromkeys(LAST + (FROM_COUNTS if study.has_counts else ()), 1)
    )


def _jobs_for(files: list[Mapping[str, str]]) -> int:
    """Count the jobs that make these files of a rule, one for each value of what they share."""
    shared = [name for name in PER_JOB if all(name in wildcards for wildcards in files)]
    return len({tuple(wildcards[name] for name in shared) for wildcards in files})
