"""Claims: what others found, beside what this study sees and could have seen."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.base.text import capital
from recurseq.claims.claim import CONTRADICTED, LEVEL, VERDICTS
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, is_missing, many, number, spaced
from recurseq.study import Study

TITLE = "Claims"


@dataclass(frozen=True)
class ClaimFacts:
    """Rows of the table, and how many there are of each verdict.

    Attributes
    ----------
    rows
        Rows of the table ``claims`` with ``title`` and ``sizes`` of the contrast and ``answer``.
    verdicts
        Verdict to number of rows.
    level
        Of the test of each claim.
    """

    rows: list[dict]
    verdicts: dict[str, int]
    level: float
    link: str

    @property
    def sentence(self) -> str:
        """How many claims have which verdict."""
        parts = [f"{count(amount)} {verdict}" for verdict, amount in self.verdicts.items()]
        return f"Of {many(len(self.rows), 'claim')}, {', '.join(parts)}."


def collect(results: Results, study: Study) -> ClaimFacts | None:
    """Gather the claims; None when the study has none."""
    table = results.table("claims")
    if table is None:
        return None
    titles = {name: spaced(contrast.label) for name, contrast in study.contrasts.items()}
    rows = [
        {**row, "title": titles[row["contrast"]], "answer": answer(row)}
        for row in table.to_dict("records")
    ]
    found = table["verdict"].value_counts()
    verdicts = {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}
    return ClaimFacts(rows, verdicts, LEVEL, results.table_link("claims"))


def answer(row: dict) -> str:
    """Say in a sentence what the study could have seen of a claim, and whether that matters."""
    seen = ""
    if not is_missing(row["detectable"]):
        change = number(abs(row["detectable"]), 1)
        seen = f"This study sees a change of {change} log2 units with a chance of 80\u00a0%"
    if is_missing(row["power"]):
        return f"{seen}." if seen else ""
    seen = f"{seen}; " if seen else ""
    text = f"{seen}the claimed change it would see with a chance of {_chance(row['power'])}"
    text = capital(text)
    if row["verdict"] not in ("supported", CONTRADICTED) and row["power"] < 0.8:
        text += ", so that no answer says little"
    return f"{text}."


def _chance(power: float) -> str:
    return "more than 99\u00a0%" if power > 0.99 else f"{number(100 * power, 0)}\u00a0%"


def methods(facts: ClaimFacts) -> list[Paragraph]:
    """Write how claims were judged."""
    text = (
        f"Each of the {many(len(facts.rows), 'claim')} was tested by itself at {LEVEL:g}, without "
        "adjustment for their number: genes by the Wald test, gene sets by the competitive test. "
        "A claim is supported when the p-value is below this level and the direction is the "
        "claimed one; contradicted when the direction is the other one, or when no direction was "
        "shown and the whole 95 % interval is smaller than the claimed change; undecided "
        "otherwise. Power is that of a two-sided negative-binomial Wald test with the gene's "
        "fitted dispersion, the design of the study, and mean counts moved, in the way nearest to "
        "the data, to where the contrast has the claimed size."
    )
    return [Paragraph("Claims", text, ("power",))]


def limits(facts: ClaimFacts) -> list[str]:
    """State what a verdict does not say."""
    return [
        "A supported claim is one that this study agrees with, and no proof of it; an undecided "
        "one is not refuted. The power of a claim takes the fitted dispersion for the true one."
    ]
