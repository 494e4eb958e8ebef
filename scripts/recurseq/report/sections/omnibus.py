"""The omnibus test: which genes differ anywhere among the groups."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.design.calling import CallingRule, rule_by_padj, strongest_first
from recurseq.design.formula import parse_formula
from recurseq.design.omnibus import question
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.report.sections.contrasts import reasons
from recurseq.report.words import many
from recurseq.study import Study

TITLE = "Omnibus test"
TOP_GENES = 15


@dataclass(frozen=True)
class OmnibusFacts:
    """Designs compared, genes called, the first rows."""

    full: str
    reduced: str
    question: str
    degrees: int
    rule: CallingRule
    samples: int
    genes: int
    adjusted: int
    called: int
    missing: list[tuple[str, int]]
    top: list[dict]
    link: str


def collect(results: Results, study: Study) -> OmnibusFacts | None:
    """Gather the facts of the omnibus test; None when the study has none."""
    genes = results.table("omnibus_genes")
    if genes is None:
        return None
    rule = rule_by_padj(study.testing.alpha)
    head = strongest_first(genes[genes[rule.column].notna()], rule.column)
    degrees = genes["df"].dropna()
    return OmnibusFacts(
        full=study.formula,
        reduced=study.omnibus_reduced or "",
        question=question(
            parse_formula(study.formula),
            parse_formula(study.omnibus_reduced),
            study.main_factor,
        ),
        degrees=int(degrees.iloc[0]) if len(degrees) else 0,
        rule=rule,
        samples=len(results.samples),
        genes=len(genes),
        adjusted=len(head),
        called=int(rule.mask(genes).sum()),
        missing=reasons(genes),
        top=head.head(TOP_GENES).to_dict("records"),
        link=results.table_link("omnibus_genes"),
    )


def methods(facts: OmnibusFacts) -> list[Paragraph]:
    """Write what the test compares."""
    text = (
        f"The omnibus test compares the design {facts.full} with {facts.reduced} by a "
        f"likelihood-ratio test with {many(facts.degrees, 'degree', 'degrees')} of freedom, with "
        f"the dispersions of the full model. It asks whether a gene {facts.question}, not where; "
        "it has no single fold change."
    )
    return [Paragraph("Omnibus test", text, ("deseq2",))]
