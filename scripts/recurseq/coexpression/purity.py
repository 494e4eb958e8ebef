"""How much of each sample is hepatocytes, as far as its genes tell: a proxy of purity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored, gene_columns
from recurseq.base.places import SHIPPED
from recurseq.cohort.genes.gene_sets import read_gene_sets
from recurseq.cohort.genes.orthologues import translated
from recurseq.cohort.genes.species import HUMAN, species_of

SET = "HEPATOCYTE_IDENTITY"
FEWEST_GENES = 10
FILE = SHIPPED / "gene_sets" / "liver_cancer.gmt"


class PurityProxy:
    """Mean z-score of the hepatocyte genes in each sample, without the genes of a pair.

    Attributes
    ----------
    genes
        Genes that it is made of.
    reason
        Why there is none; empty when there is one.
    """

    def __init__(self, scores: pd.DataFrame, reason: str = ""):
        self._scores, self.reason = scores, reason

    @property
    def genes(self) -> list[str]:
        """Identifiers of the genes."""
        return list(self._scores.columns)

    def without(self, genes: set[str | None]) -> np.ndarray:
        """Return the proxy of each sample, without the named genes."""
        own = self._scores.columns.isin([gene for gene in genes if gene is not None])
        return self._scores.loc[:, ~own].mean(axis=1).to_numpy(dtype=float)


def read_proxy(model: Stored, orthologues: str = "") -> PurityProxy:
    """Make the proxy from the variance-stabilised values of the fitted genes.

    Parameters
    ----------
    model
        The fitted model. Genes are found by their symbol as it is in the counts.
    orthologues
        Species whose orthologues stand for the human genes, or an empty text.
    """
    fitted = model.var[model.var["kept"].to_numpy(dtype=bool)]
    names = fitted["gene_name"].astype(str)
    species = species_of(model.var_names) or species_of(names)
    if not orthologues and species not in ("", HUMAN):
        return _none(f"the hepatocyte genes are human, the counts of {species}")
    shipped = translated(
        read_gene_sets(FILE), orthologues, fitted.rename_axis("gene_id").reset_index()
    )
    wanted = next(one.genes for one in shipped.sets if one.name == SET)
    found = list(names[names.isin(wanted)].drop_duplicates().index)
    if len(found) < FEWEST_GENES + 2:  # a pair may take two of them away
        return _none(f"{len(found)} of the {len(wanted)} hepatocyte genes were fitted")
    values = gene_columns(model, "vst", found)
    spread = values.std(axis=0)
    return PurityProxy(((values - values.mean()) / spread).loc[:, spread > 0])


def _none(reason: str) -> PurityProxy:
    return PurityProxy(pd.DataFrame(), reason)
