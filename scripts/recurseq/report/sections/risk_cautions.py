"""The cautions of a risk model, shared out among the parts of its article."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.clinical.cautions import NOTE
from recurseq.report.results import Results

UNCALIBRATED = "uncalibrated"
# Part of an article to the table of its cautions and the wildcard of that.
CAUTIONS = {
    "model": ("risk_cautions", "risk_model"),
    "performance": ("performance_cautions", "risk_model"),
    "tree": ("risk_tree_cautions", "risk_tree"),
    "strata": ("risk_strata_cautions", "risk_strata"),
}


@dataclass(frozen=True)
class Cautions:
    """Cautions of a risk model by what they stand beside.

    Each stands once, but those of calibration before everything that shows single risks.
    """

    model: list[dict]
    performance: list[dict]
    calibration: list[dict]
    tree: list[dict]
    strata: list[dict]

    @property
    def all(self) -> list[dict]:
        """Every one."""
        return [*self.model, *self.performance, *self.calibration, *self.tree, *self.strata]

    @property
    def uncalibrated(self) -> list[dict]:
        """Those that say that risks are not right."""
        return [one for one in self.calibration if one["severity"] != NOTE]


def shared_out(results: Results, name: str) -> Cautions:
    """Share the cautions of a risk model out among the parts they belong to."""
    shown: set[tuple] = set()
    parts: dict[str, list[dict]] = {}
    for part, (table, wildcard) in CAUTIONS.items():
        found = results.table(table, **{wildcard: name})
        rows = [] if found is None else found.to_dict("records")
        parts[part] = [row for row in rows if (row["code"], row["message"]) not in shown]
        shown |= {(row["code"], row["message"]) for row in rows}
    judged = parts["performance"]
    parts["calibration"] = [row for row in judged if row["code"] == UNCALIBRATED]
    parts["performance"] = [row for row in judged if row["code"] != UNCALIBRATED]
    return Cautions(**parts)
