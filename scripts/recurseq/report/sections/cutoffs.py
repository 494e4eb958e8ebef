"""Cut-offs: which were taken, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Cutoff
from recurseq.clinical.words import corrected_pvalue_text, cut_text
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.study import Study

TITLE = "Cut-offs"
METHODS = {
    "fixed": "given beforehand",
    "median": "the median",
    "tertiles": "tertiles",
    "youden": "the largest Youden index",
    "maxstat": "the largest log-rank statistic",
}


@dataclass(frozen=True)
class CutoffFacts:
    """One cut-off."""

    cutoff: Cutoff
    method: str
    cut: str
    pvalue: str
    row: dict
    sizes: list[tuple[str, int]]
    cautions: list[dict]
    figures: list[DrawnFigure]
    link: str


def collect(results: Results, study: Study) -> list[CutoffFacts] | None:
    """Gather the facts of every cut-off; None when the study has none."""
    if study.clinical is None:
        return None
    found = []
    for name, cutoff in clinical_settings(study.clinical).cutoffs.items():
        table = results.table("clinical_cutoff", cutoff=name)
        if table is None:
            continue
        row = table.iloc[0].to_dict()
        found.append(
            CutoffFacts(
                cutoff=cutoff,
                method=METHODS[cutoff.method],
                cut=cut_text(table),
                pvalue=corrected_pvalue_text(table),
                row=row,
                sizes=_sizes(cutoff, table),
                cautions=cautions_of(results, f"cutoffs.{name}"),
                figures=results.figures("cutoffs", scan=name),
                link=results.table_link("clinical_cutoff", cutoff=name),
            )
        )
    return found or None


def _sizes(cutoff: Cutoff, table) -> list[tuple[str, int]]:
    """Count the patients of each group."""
    below = [0, *table["n_low"].astype(int), int(table["n"].iloc[0])]
    steps = [high - low for low, high in pairwise(below)]
    return list(zip(cutoff.levels, steps, strict=True))


def methods(facts: list[CutoffFacts]) -> list[Paragraph]:
    """Write how cut-offs were chosen."""
    told = [f"{one.cutoff.measure} was cut at {one.cut}, {one.method}" for one in facts]
    text = "; ".join(told) + "."
    cites: tuple[str, ...] = ()
    if any(one.cutoff.method == "maxstat" for one in facts):
        text += (
            " Best log-rank cut-offs were searched among the configured share of patients; their "
            "p-values are corrected for the search by permutation and by the limits of Lausen and "
            "Schumacher, and their hazard ratios are also given less the bootstrap's optimism."
        )
        cites = ("lausen", "hothorn")
    return [Paragraph("Cut-offs", text, cites)]


def limits(facts: list[CutoffFacts]) -> list[str]:
    """State what a cut-off that was chosen by the outcome cannot show."""
    chosen = [one.cutoff.name for one in facts if one.cutoff.optimised]
    if not chosen:
        return []
    return [
        f"{', '.join(chosen)}: chosen by the outcome in these patients. Groups made by such a "
        "cut-off look further apart here than they will in others."
    ]
