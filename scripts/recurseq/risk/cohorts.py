"""The two cohorts of a risk model: the one it is made in, and the one it is judged in."""

from __future__ import annotations

from recurseq.clinical.model_rows import Rows
from recurseq.risk.recipe import Recipe

DEVELOPMENT, VALIDATION = "development", "validation"


def cohorts_of(recipe: Recipe) -> dict[str, Rows]:
    """Return the patients of the development and, where there are such, of the validation.

    Patients with gaps are among them where the model imputes.
    """
    found = {DEVELOPMENT: recipe.rows(recipe.risk.develop)}
    if recipe.risk.validate is not None:
        found[VALIDATION] = recipe.rows(recipe.risk.validate)
    return found
