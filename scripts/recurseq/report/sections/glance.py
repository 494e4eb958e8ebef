"""The study at a glance: what was called in each contrast, risk models, what else stands out."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.report.results import Results
from recurseq.report.section import gather
from recurseq.report.sections import contrasts, omnibus, quality, risk
from recurseq.report.sections.contrasts import ContrastFacts
from recurseq.report.sections.markers import VERDICTS, verdict_counts
from recurseq.report.sections.omnibus import OmnibusFacts
from recurseq.report.sections.quality import QualityFacts
from recurseq.report.sections.risk import RiskFacts
from recurseq.study import Study

TITLE = "At a glance"


@dataclass(frozen=True)
class Glance:
    """What the first section shows; the facts are those of the other sections.

    Attributes
    ----------
    quality
        None for a study without counts.
    verdicts
        Contrast to verdict to number of genes of the panel; empty without a panel.
    panel
        Genes of the panel.
    risks
        Risk models; empty without any.
    """

    contrasts: list[ContrastFacts]
    omnibus: OmnibusFacts | None
    quality: QualityFacts | None
    verdicts: dict[str, dict[str, int]]
    panel: int
    risks: list[RiskFacts]
    verdict_names: tuple[str, ...] = VERDICTS


def collect(results: Results, study: Study) -> Glance | None:
    """Gather what the other sections found; None without counts and without a risk model."""
    risks = gather(risk, results) or []
    if not study.has_counts:
        return Glance([], None, None, {}, 0, risks) if risks else None
    tested, markers = gather(contrasts, results), results.table("markers")
    known = [] if markers is None else list(dict.fromkeys(markers["contrast"]))
    return Glance(
        contrasts=tested.contrasts if tested else [],
        omnibus=gather(omnibus, results),
        quality=gather(quality, results),
        verdicts={name: verdict_counts(markers, name) for name in known},
        risks=risks,
        panel=0 if markers is None else len(markers[["set", "query"]].drop_duplicates()),
    )
