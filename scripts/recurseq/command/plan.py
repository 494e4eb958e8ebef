"""How many jobs a complete run has, counted without Snakemake, whose start takes seconds."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.base.tables import all_tables, study_tables
from recurseq.figures.registry import study_figures
from recurseq.study import Study

# Rules that make no table and no figure, before and after those that do.
OF_COUNTS = ("import_counts", "fit_model")
OF_SECOND_COHORT = ("simulate_second_cohort", "fit_second_cohort")
LAST = ("write_provenance", "build_workbook", "build_report")
# Wildcards of jobs; for all other names of a table or figure one job makes the files, because
# starting it takes longer than its work.
PER_JOB = ("contrast", "collection")


def jobs(study: Study) -> dict[str, int]:
    """Count the jobs of each rule in a run from nothing to the report.

    Returns
    -------
    dict
        Rule to number of jobs; rules that do not run are left out.
    """
    made: dict[str, set] = {}
    for file in study_tables(study.parts, study.wildcards):
        made.setdefault(file.table.rule, set()).add(_job(file.wildcards))
    for file in study_figures(study.parts, study.wildcards):
        made.setdefault(file.entry.rule, set()).add(_job(file.wildcards))
    truths = {"counts": "demo_truth", "clinical": "clinical_truth"}
    first = [all_tables()[truths[what]].rule for what in study.simulates]
    first += OF_COUNTS if study.has_counts else ()
    first += OF_SECOND_COHORT if study.second_cohort is not None else ()
    return (
        dict.fromkeys(first, 1)
        | {rule: len(files) for rule, files in made.items()}
        | dict.fromkeys(LAST, 1)
    )


def _job(wildcards: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(wildcards[name] for name in PER_JOB if name in wildcards)
