"""What else differs between the samples compared, and what adjusting for it would change."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from recurseq.design.confounding import ASSOCIATED, BALANCED, INSEPARABLE, STRONG, TOO_FEW, V
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.report.words import spaced
from recurseq.study import Study

TITLE = "What else differs"
MARKERS_SHOWN = 40


@dataclass(frozen=True)
class Columns:
    """Columns of the sheet by how they lie to two sides; sentences where there is trouble.

    Several contrasts compare the same sides when only their thresholds differ.
    """

    names: list[str]
    title: str
    inseparable: list[str]
    associated: list[str]
    balanced: list[str]
    untold: list[str]


@dataclass(frozen=True)
class Added:
    """Calls of each contrast before and after one column was added; None where it was not."""

    column: str
    coefficients: int
    calls: list[dict | None]


@dataclass(frozen=True)
class ConfoundingFacts:
    """Every comparison, every column that was added, and markers whose call or sign it changes."""

    comparisons: list[Columns]
    contrasts: list[str]
    added: list[Added]
    not_added: list[tuple[str, str]]
    markers: list[dict]
    marker_count: int
    marker_link: str
    links: dict[str, str] = field(default_factory=dict)

    @property
    def refitted(self) -> bool:
        """Whether models with further columns were fitted."""
        return bool(self.added or self.not_added)


def collect(results: Results, study: Study) -> ConfoundingFacts | None:
    """Gather the tables of confounding; None without them, or without a further column."""
    table = results.table("qc_confounding")
    if table is None or table.empty:
        return None
    adjusted, panel = results.table("qc_adjusted"), results.table("qc_adjusted_markers")
    changed = None if panel is None else panel[_is_changed(panel)]
    return ConfoundingFacts(
        comparisons=[_columns(table, names, label) for label, names in _sides(study).items()],
        contrasts=list(study.contrasts),
        added=[] if adjusted is None else _added(adjusted, list(study.contrasts)),
        not_added=[] if adjusted is None else _not_added(adjusted),
        markers=[] if changed is None else changed.head(MARKERS_SHOWN).to_dict("records"),
        marker_count=0 if changed is None else len(changed),
        marker_link=results.table_link("qc_adjusted_markers"),
        links={name: results.table_link(name) for name in ("qc_confounding", "qc_adjusted")},
    )


def _sides(study: Study) -> dict[str, list[str]]:
    """Names of the contrasts by what they compare."""
    found: dict[str, list[str]] = {}
    for name, contrast in study.contrasts.items():
        found.setdefault(contrast.label, []).append(name)
    return found


def _columns(table: pd.DataFrame, names: list[str], label: str) -> Columns:
    rows = table[table["contrast"] == names[0]]

    def those(codes: tuple[str, ...], what: str) -> list[str]:
        return rows.loc[rows["relation"].isin(codes), what].tolist()

    return Columns(
        names=names,
        title=spaced(label),
        inseparable=those(INSEPARABLE, "meaning"),
        associated=those((ASSOCIATED,), "meaning"),
        balanced=those((BALANCED,), "column"),
        untold=those((TOO_FEW,), "column"),
    )


def _added(adjusted: pd.DataFrame, contrasts: list[str]) -> list[Added]:
    fitted = adjusted[adjusted["called_after"].notna()]
    found = []
    for column, rows in fitted.groupby("column", sort=False):
        by_contrast = {row["contrast"]: row for row in rows.to_dict("records")}
        calls = [by_contrast.get(name) for name in contrasts]
        found.append(Added(str(column), int(rows["coefficients"].iloc[0]), calls))
    return found


def _not_added(adjusted: pd.DataFrame) -> list[tuple[str, str]]:
    """Columns that were added for no contrast, by reason."""
    fitted = set(adjusted.loc[adjusted["called_after"].notna(), "column"])
    rest = adjusted[~adjusted["column"].isin(fitted)].drop_duplicates("column")
    return [
        (reason, ", ".join(rows["column"])) for reason, rows in rest.groupby("note", sort=False)
    ]


def _is_changed(panel: pd.DataFrame) -> pd.Series:
    """Whether a gene is called by one model only, or by both in opposite directions."""
    before, after = (panel[f"called_{when}"].fillna(False) for when in ("before", "after"))
    turned = panel["log2FoldChange_before"] * panel["log2FoldChange_after"] < 0
    return ((before != after) | (before & after & turned)).astype(bool)


def methods(facts: ConfoundingFacts) -> list[Paragraph]:
    """Write how columns were held against contrasts."""
    text = (
        "Every column of the sample sheet was held against every contrast: labels by Cramér's V "
        "corrected for bias, numbers by adjusted R². A column is called associated from "
        f"V = {STRONG[V]:g} or R² = {STRONG['adjusted_r_squared']:g}; it cannot be told apart "
        "where no value occurs on both sides, or numbers do not overlap."
    )
    if facts.added:
        text += (
            " The whole model was fitted again with each column that can be added to the formula, "
            "and genes were called by the same rule."
        )
    return [Paragraph("Confounding", text, ("bergsma",))]


def limits(facts: ConfoundingFacts) -> list[str]:
    """State what neither the sheet nor a further fit can show."""
    said = [
        "Only columns of the sample sheet can be looked at: what was not recorded, such as the "
        "share of tumour cells, may differ between groups unseen. A column that is balanced here "
        "may still differ; few samples cannot show it."
    ]
    if facts.added:
        said.append(
            "Calls that change when a column is added need not have come from it: fewer samples "
            "are left to estimate the variance from, and where hardly two samples share all "
            "values, as with any number, outlier counts can no longer be replaced. A column that "
            "is a consequence of the groups, such as an outcome, must not be adjusted for; "
            "confounding.leave_out takes it out."
        )
    return said
