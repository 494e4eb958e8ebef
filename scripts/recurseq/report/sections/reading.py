"""How to read the contrasts and their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.report.results import Results
from recurseq.report.sections.contrasts import AllContrasts
from recurseq.report.sections.contrasts import collect as contrasts
from recurseq.study import Study

TITLE = "How to read"


@dataclass(frozen=True)
class Reading:
    """The contrasts, and what their adjusted p-values promise (each promise once)."""

    contrasts: AllContrasts
    promises: list[str]


def collect(results: Results, study: Study) -> Reading | None:
    """Gather the contrasts; None when none was tested."""
    found = contrasts(results, study)
    if found is None:
        return None
    return Reading(found, list(dict.fromkeys(c.rule.promise for c in study.contrasts.values())))
