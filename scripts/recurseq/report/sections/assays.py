"""RT-PCR: how many patients were measured, how well, and whether sequencing agrees."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Assay
from recurseq.report.cautions import cautions_of
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.study import Study

TITLE = "Assays"


@dataclass(frozen=True)
class AssayFacts:
    """One assay in numbers; no patient's own value is among them.

    Attributes
    ----------
    patients, measured
        Patients of the assay, and those with a relative expression.
    median, low, high
        Median and quartiles of the relative expression.
    flagged
        Patients whose wells are flagged.
    concordance
        Rows of table ``clinical_concordance``.
    """

    assay: Assay
    patients: int
    measured: int
    median: float
    low: float
    high: float
    undetected: int
    flagged: int
    concordance: list[dict]
    cautions: list[dict]
    link: str


def collect(results: Results, study: Study) -> list[AssayFacts] | None:
    """Gather the facts of every assay; None when the study has none."""
    if study.clinical is None:
        return None
    found = []
    for name, assay in clinical_settings(study.clinical).assays.items():
        table = results.table("clinical_assay", assay=name)
        if table is None:
            continue
        values = table["relative_expression"].dropna()
        low, median, high = values.quantile([0.25, 0.5, 0.75])
        pairs = results.table("clinical_concordance", concordance=name)
        found.append(
            AssayFacts(
                assay=assay,
                patients=len(table),
                measured=len(values),
                median=float(median),
                low=float(low),
                high=float(high),
                undetected=int(table["undetected"].sum()),
                flagged=int(table["flag"].notna().sum()),
                concordance=[] if pairs is None else pairs.to_dict("records"),
                cautions=cautions_of(results, f"assays.{name}"),
                link=results.table_link("clinical_assay", assay=name),
            )
        )
    return found or None


def methods(facts: list[AssayFacts]) -> list[Paragraph]:
    """Write how expression was computed."""
    texts = []
    for one in facts:
        way = "2^-dCt" if one.assay.method == "dct" else "2^-ddCt"
        lost = (
            f"counted as {one.assay.limit:g} cycles"
            if one.assay.undetected == "limit"
            else "were left out"
        )
        texts.append(
            f"Relative expression in the assay {one.assay.name} is {way} of mean threshold cycles "
            f"over replicates; wells without the gene {lost}."
        )
    return [Paragraph("RT-PCR", " ".join(texts), ("livak",))]
