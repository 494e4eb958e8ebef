"""Tissue mixed from tumour cells, hepatocytes, stroma and immune cells, with known shares."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from recurseq.base.places import SHIPPED_SETS
from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets, read_gene_sets
from recurseq.signatures.composition import PROXIES, T_CELLS

CELLS = ("hepatocytes", "stroma", "immune")  # beside tumour cells; sinusoids are none of them
OTHERS = 1500  # genes of no cell in particular
SIZE = 30  # genes of a set of one's own


def own_sets() -> GeneSets:
    """Sets of genes that no proxy has: of stroma, with an effect of their own, and of nothing."""
    names = {"OF_STROMA": 0, "OWN_EFFECT": 1, "OF_NOTHING": 2}
    sets = [
        GeneSet(name, "planted", tuple(f"OTHER{SIZE * k + i}" for i in range(SIZE)))
        for name, k in names.items()
    ]
    return GeneSets("own.gmt", tuple(sets))


def shares(groups: np.ndarray, random: np.random.Generator, shift) -> pd.DataFrame:
    """Draw shares of cells; `shift` is by how much log amounts of the others are lower in case."""
    lower = np.outer(groups == "case", np.broadcast_to(shift, 3))
    logs = random.normal(0, 0.7, (len(groups), 3)) - lower
    parts = np.column_stack([np.exp(logs) * [0.25, 0.2, 0.1], np.full(len(groups), 1.0)])
    whole = parts.sum(axis=1, keepdims=True)
    return pd.DataFrame(parts / whole, columns=[*CELLS, "tumour"])


def mixed_model(
    per_group: int = 14, *, shift: float | tuple = 1.0, effect: float = 1.0, seed: int = 3
) -> SimpleNamespace:
    """A fitted model, as far as signatures look at it: log2 expression of mixed tissue.

    Parameters
    ----------
    per_group
        Samples of control and of case.
    shift
        How much less of the other cells (log) the tumours of case hold: of all, or of hepatocytes,
        stroma and immune cells.
    effect
        Log2 fold change of the set OWN_EFFECT in tumour cells of case.
    seed
        Of the random numbers.
    """
    random = np.random.default_rng(seed)
    groups = np.repeat(["control", "case"], per_group)
    parts = shares(groups, random, shift)
    shipped = {entry.name: entry.genes for entry in read_gene_sets(SHIPPED_SETS).sets}
    home = {f"OTHER{i}": "tumour" for i in range(OTHERS)}
    home |= {gene: "tumour" for genes in shipped.values() for gene in genes}
    for cell in CELLS:
        home |= {gene: cell for name in PROXIES[cell] for gene in shipped[name]}
    exhausted = {*shipped["T_CELL_EXHAUSTION"], *shipped["CYTOTOXIC_LYMPHOCYTES"], *T_CELLS.genes}
    home |= dict.fromkeys(exhausted, "immune")
    stroma, own, _ = own_sets().sets
    home |= dict.fromkeys(stroma.genes, "stroma")
    genes = sorted(home)
    level = random.normal(7, 2, len(genes))
    share = parts[[home[gene] for gene in genes]].to_numpy()
    log2 = level + np.log2(0.005 + share) + random.normal(0, 0.3, share.shape)
    log2[np.ix_(groups == "case", np.isin(genes, own.genes))] += effect
    names = [f"s{i:02d}" for i in range(len(groups))]
    factor = pd.Categorical(groups, ["control", "case"])
    design = pd.DataFrame({"Intercept": 1.0, "group[case]": (groups == "case") * 1.0}, names)
    return SimpleNamespace(
        obs=pd.DataFrame({"group": factor, "dose": np.arange(len(names)) * 1.0}, names),
        var=pd.DataFrame({"gene_name": genes, "kept": True, "baseMean": 2.0**level}, genes),
        obs_names=pd.Index(names),
        var_names=pd.Index(genes),
        layers={"vst": log2},
        obsm={"design_matrix": design},
        uns={"formula": "~ group", "main_factor": "group"},
        shares=parts.set_axis(names),
    )
