"""The answer: of each contrast and each analysis of patients, on one printed page."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.report.answer import Answer
from recurseq.report.answer_contrasts import answers_of_contrasts
from recurseq.report.answer_patients import of_benefit, of_model, of_risk, of_survival
from recurseq.report.results import Results
from recurseq.report.section import gather
from recurseq.report.sections import benefit, contrasts, models, omnibus, risk, survival
from recurseq.report.sections.omnibus import OmnibusFacts
from recurseq.study import Study

TITLE = "Answer"
PATIENTS = ((survival, of_survival), (models, of_model), (risk, of_risk), (benefit, of_benefit))


@dataclass(frozen=True)
class Answers:
    """The answers of a study.

    Attributes
    ----------
    contrasts, patients
        In the order of the configuration.
    omnibus
        None without that test.
    promises
        What adjusted p-values promise; empty without contrasts.
    """

    contrasts: list[Answer]
    patients: list[Answer]
    omnibus: OmnibusFacts | None
    promises: list[str]


def collect(results: Results, study: Study) -> Answers | None:
    """Gather the answers; None when nothing was asked."""
    tested = gather(contrasts, results)
    patients = [
        answer
        for section, of_one in PATIENTS
        for one in gather(section, results) or []
        if (answer := of_one(one)) is not None
    ]
    if tested is None and not patients:
        return None
    promises = [one.contrast.rule.promise for one in tested.contrasts] if tested else []
    return Answers(
        contrasts=answers_of_contrasts(results, study, tested) if tested else [],
        patients=patients,
        omnibus=gather(omnibus, results),
        promises=list(dict.fromkeys(promises)),
    )
