"""What was found in a simulated study, against the truth it was simulated with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.evidence.verdict import IN_WORDS
from recurseq.patterns.codes import CODES, title
from recurseq.report.results import Results
from recurseq.report.words import spaced
from recurseq.study import Study

TITLE = "Check against the truth"
OUTCOMES = ("confirmed", "unconfirmed", "carried_by_few", "missed")
TABLES = ("demo_markers", "demo_patterns", "demo_replication")
SHOWN = ("metallothionein", "oncofetal")  # programmes whose genes are shown one by one


@dataclass(frozen=True)
class DemoFacts:
    """Calls, markers and patterns against the truth.

    Attributes
    ----------
    rows
        Rows of the table ``demo_check`` with ``title`` and ``said``, the verdict in words.
    halves
        Whether the last of them compares halves that chance has dealt.
    contrast
        Heading of the contrast that the markers are shown for; empty without markers.
    programmes
        (programme, outcome to number): what became of its planted changes.
    markers
        Rows of the table ``demo_markers``.
    patterns
        Rows of the table ``demo_patterns`` with ``title`` and ``found``, the counts in order.
    pattern_titles
        Headings of these counts.
    second
        Rows of the table ``demo_replication`` with ``title``; empty without a second cohort.
    link, links
        Where the tables are.
    """

    rows: list[dict]
    halves: bool
    contrast: str
    programmes: list[tuple[str, dict[str, int]]]
    markers: list[dict]
    patterns: list[dict]
    pattern_titles: list[str]
    second: list[dict]
    link: str
    links: dict[str, str]


def collect(results: Results, study: Study) -> DemoFacts | None:
    """Gather the check; None for real data."""
    check = results.table("demo_check")
    if check is None:
        return None
    titles = {name: spaced(contrast.label) for name, contrast in study.contrasts.items()}
    rows = [
        {
            **row,
            "title": titles.get(row["contrast"], spaced(row["contrast"])),
            "said": IN_WORDS.get(row["verdict"], ""),
        }
        for row in check.to_dict("records")
    ]
    tables = [name for name in TABLES if results.path(name).is_file()]
    markers = results.table("demo_markers")
    planted = pd.DataFrame() if markers is None else _planted(markers)
    patterns = results.table("demo_patterns")
    second = results.table("demo_replication")
    return DemoFacts(
        rows=rows,
        halves=study.compares_halves,
        contrast=titles[planted["contrast"].iloc[0]] if len(planted) else "",
        programmes=_programmes(planted) if len(planted) else [],
        markers=_shown(planted) if len(planted) else [],
        patterns=[] if patterns is None else [_pattern(row) for row in patterns.to_dict("records")],
        pattern_titles=[title(code) for code in CODES],
        second=[] if second is None else _second(second, titles),
        link=results.table_link("demo_check"),
        links={name: results.table_link(name) for name in tables},
    )


def _planted(markers: pd.DataFrame) -> pd.DataFrame:
    """Return the planted changes of the first contrast."""
    first = markers["contrast"] == markers["contrast"].iloc[0]
    return markers[first & (markers["planted"] != 0)]


def _programmes(planted: pd.DataFrame) -> list[tuple[str, dict[str, int]]]:
    return [
        (spaced(programme), {word: int((own["outcome"] == word).sum()) for word in OUTCOMES})
        for programme, own in planted.groupby("programme", sort=False)
    ]


def _shown(planted: pd.DataFrame) -> list[dict]:
    """Return the genes that are shown one by one, the largest planted changes first."""
    own = planted[planted["programme"].isin(SHOWN)]
    order = own["planted"].abs().sort_values(ascending=False, kind="stable").index
    return own.loc[order].to_dict("records")


def _second(table: pd.DataFrame, titles: dict[str, str]) -> list[dict]:
    return [{**row, "title": titles[row["contrast"]]} for row in table.to_dict("records")]


def _pattern(row: dict) -> dict:
    return {**row, "title": title(row["planted"]), "found": [row[code] for code in CODES]}
