"""The cautions of a risk model, shared out among the parts of its article."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.clinical.cautions import NOTE
from recurseq.report.cautions import cautions_of
from recurseq.report.results import Results

UNCALIBRATED = "uncalibrated"
# Part of an article to the table of its cautions and the wildcard of that.
CAUTIONS = {
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
    def uncalibrated(self) -> list[dict]:
        """Those that say that risks are not right."""
        return [one for one in self.calibration if one["severity"] != NOTE]


def shared_out(results: Results, name: str) -> Cautions:
    """Share the cautions of a risk model out; those that no part wrote belong to the model."""
    written = {part: _keys(results, *where, name) for part, where in CAUTIONS.items()}
    parts: dict[str, list[dict]] = {part: [] for part in ("model", "calibration", *CAUTIONS)}
    for row in cautions_of(results, f"risk.{name}"):
        key = row["code"], row["message"]
        part = next((part for part, keys in written.items() if key in keys), "model")
        at = "calibration" if part == "performance" and row["code"] == UNCALIBRATED else part
        if row not in parts[at]:
            parts[at].append(row)
    return Cautions(**parts)


def _keys(results: Results, table: str, wildcard: str, name: str) -> set[tuple[str, str]]:
    found = results.table(table, **{wildcard: name})
    return set() if found is None else set(zip(found["code"], found["message"], strict=True))
