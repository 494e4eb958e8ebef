"""The calls of the demo study against the truth it was simulated with."""

from __future__ import annotations

from recurseq.report.results import Results
from recurseq.study import Study

TITLE = "Check against the truth"


def collect(results: Results, study: Study) -> list[dict] | None:
    """Return the rows of the check; None for real data."""
    rows = results.table("demo_check")
    return None if rows is None else rows.to_dict("records")
