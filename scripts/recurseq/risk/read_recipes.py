"""Recipes of all risk models, from the files of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from recurseq.clinical.patients import read_patients
from recurseq.clinical.read_settings import clinical_settings
from recurseq.risk.recipe import Recipe
from recurseq.risk.settings import risk_settings


def read_recipes(
    sections: Mapping[str, Mapping],
    patients: str | Path,
    names: Sequence[str],
    cutoffs: Sequence[str | Path],
    seed: int,
) -> dict[str, Recipe]:
    """Read the patients, and return how each risk model is made of them.

    Parameters
    ----------
    sections
        Clinical sections of the configuration, valid by the schema.
    patients
        ``clinical/patients.tsv``.
    names, cutoffs
        The cut-offs that models use, and the table of each.
    seed
        Of what is drawn to fill in missing values.
    """
    settings = clinical_settings(sections)
    known = read_patients(patients, settings, dict(zip(names, cutoffs, strict=True)))
    return {
        name: Recipe(risk, settings.models[risk.model], known, seed)
        for name, risk in risk_settings(sections).items()
    }
