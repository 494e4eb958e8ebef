"""The results of risk models as the rules leave them, by the library's own steps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from recurseq.base.tables import describe, write_table
from recurseq.clinical.cautions import as_table, gather
from recurseq.risk.build import build
from recurseq.risk.cohorts import cohorts_of
from recurseq.risk.files import MODEL
from recurseq.risk.grow_tree import grow_tree
from recurseq.risk.performance import validate_risk
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_model import write_model
from recurseq.risk.stratify import divider, patient_table, stratify


def tables_of(name: str, recipes: Mapping[str, Recipe]) -> dict[str, pd.DataFrame]:
    """All tables of one risk model by their names."""
    recipe = recipes[name]
    built, judged = build(recipe), validate_risk(name, recipes, 1)
    found = {"risk_cautions": as_table(built.cautions), **judged.tables}
    found["performance_cautions"] = as_table(judged.cautions)
    tree = None
    if recipe.risk.tree is not None:
        grown = grow_tree(recipe, 1)
        tree = grown.tree
        found |= {"risk_tree": grown.nodes, "risk_tree_tests": grown.tests}
        found |= {"risk_tree_stability": grown.stability}
        found["risk_tree_cautions"] = as_table(grown.cautions)
    cohorts = cohorts_of(recipe)
    divided = divider(recipe, built.model, tree, cohorts)
    found["risk_patients"] = patient_table(divided)
    if recipe.risk.strata is not None:
        strata = stratify(divided, cohorts)
        found |= {"risk_strata": strata.strata, "risk_strata_curve": strata.curves}
        found["risk_strata_cautions"] = as_table(strata.cautions)
    return found


def cautions_of(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The cautions of all tables of a risk model, as they are gathered."""
    return gather(
        [one for name, one in tables.items() if name.endswith("cautions")], simulated=False
    )


def write_results(folder: Path, recipes: Mapping[str, Recipe]) -> dict[str, dict]:
    """Write the results of all risk models into a folder, and return their tables."""
    found = {name: tables_of(name, recipes) for name in recipes}
    for name, tables in found.items():
        for table, frame in tables.items():
            file = describe(table).file
            path = folder / file.replace(file[file.index("{") : file.index("}") + 1], name)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_table(frame, path, table)
        write_model(build(recipes[name]).model, folder / MODEL.format(risk_model=name))
    everything = gather([cautions_of(tables) for tables in found.values()], simulated=False)
    write_table(everything, folder / "clinical/cautions.tsv", "clinical_cautions")
    return found
