"""Designs and contrasts of tests/reference/make_limma_reference.R, and its tables."""

import numpy as np
import pandas as pd

from recurseq.design.formula import design_matrix, parse_formula
from recurseq.limma import tmm_libraries, voom
from support.paths import REFERENCE

FEW = [0, 1, 15, 16, 17]
FORMULAS = {
    "group": "~ group",
    "blocks": "~ batch + age + group",
    "interaction": "~ sex * group",
    "slopes": "~ age * group",
    "few": "~ group",
    "sizes": "~ group",
}
EARLY_NONE = {"group[early]": 1, "group[none]": -1}
CONTRASTS = {
    "group.early_none": EARLY_NONE,
    "group.early_normal": {"group[early]": 1},
    "group.tumour_normal": {"group[early]": 0.5, "group[none]": 0.5},
    "blocks.early_none": EARLY_NONE,
    "blocks.age": {"age": 1},
    "interaction.early": {"sex[male]:group[early]": 1},
    "interaction.in_men": EARLY_NONE | {"sex[male]:group[early]": 1, "sex[male]:group[none]": -1},
    "slopes.early": {"age:group[early]": 1},
    "few.early_normal": {"group[early]": 1},
    "sizes.early_none": EARLY_NONE,
}


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.tsv.gz", sep="\t", index_col="id")


def counts() -> pd.DataFrame:
    """Genes x samples."""
    return table("counts")


def sheet() -> pd.DataFrame:
    samples = table("samples")
    samples["group"] = pd.Categorical(samples["group"], ["normal", "none", "early"])
    return samples.astype({"batch": "category", "sex": "category"})


def design_of(name: str, samples: pd.DataFrame) -> pd.DataFrame:
    part = samples.iloc[FEW] if name == "few" else samples
    part = part.assign(group=part["group"].cat.remove_unused_categories())
    return design_matrix(parse_formula(FORMULAS[name]), part)


def weights_of(contrast: str, design: pd.DataFrame) -> np.ndarray:
    """Weights of the design's columns."""
    return pd.Series(CONTRASTS[contrast]).reindex(design.columns, fill_value=0).to_numpy(float)


def fitted(name: str):
    """Fit a design as R did; its Voom and its design."""
    design = design_of(name, sheet())
    values = counts()[design.index].to_numpy()
    libraries = tmm_libraries(values)
    if name == "sizes":
        libraries = 1e6 * table("size_factors")["size_factor"].to_numpy()
    return voom(values, design.to_numpy(), libraries), design


def sets() -> list[np.ndarray]:
    """Positions of the genes of each set."""
    index = counts().index
    return [index.get_indexer(names.split(";")) for names in table("limma.sets")["genes"]]
