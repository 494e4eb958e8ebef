"""Every caution of the clinical analyses, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.clinical.cautions import NOTE, SEVERITIES, STOP
from recurseq.report.results import Results
from recurseq.report.words import many
from recurseq.study import Study

TITLE = "Cautions"


@dataclass(frozen=True)
class CautionFacts:
    """Cautions, the gravest first, and how many there are of each severity."""

    rows: list[dict]
    counts: dict[str, int]
    link: str

    @property
    def grave(self) -> list[dict]:
        """Stops and warnings."""
        return [row for row in self.rows if row["severity"] != NOTE]

    @property
    def notes(self) -> list[dict]:
        """What only asks for care."""
        return [row for row in self.rows if row["severity"] == NOTE]


def collect(results: Results, study: Study) -> CautionFacts | None:
    """Gather all cautions; None for a study without patients."""
    table = results.table("clinical_cautions")
    if table is None:
        return None
    counts = {name: int((table["severity"] == name).sum()) for name in SEVERITIES}
    link = results.table_link("clinical_cautions")
    return CautionFacts(table.to_dict("records"), counts, link)


def limits(facts: CautionFacts) -> list[str]:
    """Point to the cautions."""
    if not facts.rows:
        return []
    stops = many(facts.counts[STOP], "number")
    return [f"The clinical analyses carry {many(len(facts.rows), 'caution')}; {stops} left out."]
