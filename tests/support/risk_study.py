"""Studies of risk models, by the steps of the workflow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recurseq.clinical.patients import Patients
from recurseq.risk.recipe import Recipe
from recurseq.risk.settings import risk_settings
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.clinical_study import read_through


def study_config(
    table: pd.DataFrame, folder: Path, columns: dict, models: dict, risk: dict, **sections
) -> dict:
    """Write a table of patients and return the configuration of a study of them."""
    table = table.copy()
    if "patient_id" not in table:
        table.insert(0, "patient_id", [f"P{number:04d}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    return {
        "study": {"title": "Risks"},
        "clinical": {"path": "clinical.tsv", "columns": columns},
        "models": models,
        "risk": risk,
        **sections,
    }


def recipes_in(folder: Path, config: dict) -> dict[str, Recipe]:
    """Recipes of the section risk, of patients read from the folder of the study."""
    patients: Patients = read_through(folder, config)
    models = patients.settings.models
    return {
        name: Recipe(risk, models[risk.model], patients)
        for name, risk in risk_settings(clinical_sections(with_defaults(config))).items()
    }


def recipes_of(folder: Path, table: pd.DataFrame, sections: dict) -> dict[str, Recipe]:
    """Recipes of a table of patients and the clinical sections."""
    own = {"clinical", "models", "risk"}
    rest = {name: section for name, section in sections.items() if name not in own}
    columns = sections["clinical"].get("columns", {})
    config = study_config(table, folder, columns, sections["models"], sections["risk"], **rest)
    config["clinical"] |= sections["clinical"]
    return recipes_in(folder, config)
