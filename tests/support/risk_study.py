"""Risk models of small tables, by the steps of the workflow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recurseq.clinical.patients import Patients
from recurseq.risk.recipe import Recipe
from recurseq.risk.settings import risk_settings
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.clinical_study import read_through


def recipes_of(folder: Path, table: pd.DataFrame, sections: dict) -> dict[str, Recipe]:
    """Recipes of the section risk, of patients written to and read from a table."""
    table = table.copy()
    table.insert(0, "patient_id", [f"P{number:04d}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    config = {"study": {"title": "x"}, **sections}
    config["clinical"] = {"path": "clinical.tsv", **sections["clinical"]}
    patients: Patients = read_through(folder, config)
    risks = risk_settings(clinical_sections(with_defaults(config)))
    models = patients.settings.models
    return {name: Recipe(risk, models[risk.model], patients) for name, risk in risks.items()}
