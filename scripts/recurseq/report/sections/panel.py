"""Genes of the panel in the patients whose samples were sequenced."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.clinical.words import plain
from recurseq.report.cautions import cautions_of
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.study import Study

TITLE = "Panel and patients"
SHOWN = 15


@dataclass(frozen=True)
class PanelFacts:
    """The panel at one endpoint.

    Attributes
    ----------
    genes
        How many have a ratio.
    rows
        Those with the smallest p-values.
    """

    endpoint: str
    patients: int
    events: int
    genes: int
    rows: list[dict]
    cautions: list[dict]
    link: str

    @property
    def title(self) -> str:
        """The endpoint in words."""
        return plain(self.endpoint)


def collect(results: Results, study: Study) -> list[PanelFacts] | None:
    """Gather the panel by endpoint; None where no sample names a patient."""
    table = results.table("clinical_panel") if "patients_panel" in study.parts else None
    if table is None or table.empty:
        return None
    found = []
    for endpoint, own in table.groupby("endpoint", sort=False):
        told = own.dropna(subset="hr").sort_values("pvalue", kind="stable")
        found.append(
            PanelFacts(
                endpoint=str(endpoint),
                patients=int(own["n"].max()),
                events=int(own["events"].max()),
                genes=len(told),
                rows=told.head(SHOWN).to_dict("records"),
                cautions=cautions_of(results, f"panel.{endpoint}"),
                link=results.table_link("clinical_panel"),
            )
        )
    return found


def methods(facts: list[PanelFacts]) -> list[Paragraph]:
    """Write how genes of the panel were related to endpoints."""
    if not any(one.genes for one in facts):
        return []
    text = (
        "Each gene of the panel was related to each endpoint by a Cox model of its transformed "
        "count alone (hazard ratio for a doubling, p-values by likelihood ratio, adjusted over the "
        "genes of an endpoint by Benjamini and Hochberg's method), and by a log-rank test between "
        "patients above and below its median."
    )
    return [Paragraph("Panel and patients", text, ("cox", "bh"))]
