"""The cautions of an analysis, to stand beside its numbers."""

from __future__ import annotations

from recurseq.report.results import Results


def cautions_of(results: Results, analysis: str) -> list[dict]:
    """Return the cautions of one analysis, the gravest first.

    Parameters
    ----------
    results
        The results.
    analysis
        Section and name, such as ``survival.dfs``.
    """
    table = results.table("clinical_cautions")
    if table is None:
        return []
    return table[table["analysis"] == analysis].to_dict("records")
