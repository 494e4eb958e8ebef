"""What a sample is made of, by proxies from the shipped sets, and scores that are built on them.

Bulk tissue is a mixture. A proxy is a score of genes of one kind of cell: it rises with their
share, but also with their activity, and is no percentage. The tests use them as covariates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError
from recurseq.base.tables import describe
from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets
from recurseq.cohort.genes.species import HUMAN, species_of
from recurseq.signatures.sets import genes_by_name

HEPATOCYTES, STROMA, IMMUNE, PURITY = "hepatocytes", "stroma", "immune", "purity"
SINUSOIDS = "sinusoids"
COVARIATES = (HEPATOCYTES, STROMA, IMMUNE, SINUSOIDS)
# Purity is what the other cells leave, after ESTIMATE, which knows stroma and immune cells; here
# the liver around a tumour counts too. Holding these equal holds it equal.
OTHER_CELLS = (STROMA, IMMUNE, SINUSOIDS)
SHOWN = (PURITY, *COVARIATES)
PROXIES = MappingProxyType(
    {
        HEPATOCYTES: ("HEPATOCYTE_IDENTITY",),
        STROMA: ("STELLATE_CELLS_AND_FIBROSIS",),
        IMMUNE: (
            *("CYTOTOXIC_LYMPHOCYTES", "B_AND_PLASMA_CELLS"),
            *("TUMOUR_ASSOCIATED_MACROPHAGES", "NEUTROPHILS_AND_MYELOID_SUPPRESSION"),
        ),
        SINUSOIDS: ("LIVER_SINUSOIDAL_ENDOTHELIUM", "KUPFFER_CELLS"),
    }
)
T_CELLS = GeneSet("T_CELLS", "Genes that count T cells", ("CD8A", "CD3D", "CD3E", "CD3G"))
PROLIFERATION, G1_S, G2_M = "PROLIFERATION_CORE", "G1_S_TRANSITION", "G2_M_TRANSITION"
EXHAUSTION = "T_CELL_EXHAUSTION"
FEWEST_GENES, LEAST_SHARE = 10, 0.5  # what is left of a proxy's or score's genes
FEWEST_T_CELL_GENES = 2
NON_CYCLING, IN_G1_S, IN_G2_M = "non_cycling", "g1_s", "g2_m"

Genes = tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """The genes behind proxies and built scores that a study has.

    Attributes
    ----------
    genes
        Name to identifiers: proxies, ``proliferation``, ``g1_s``, ``g2_m``, ``exhaustion``
        (without the genes that count T cells), ``t_cells``. What is absent has no entry.
    reasons
        Name to why it is absent.
    """

    genes: Mapping[str, list[str]]
    reasons: Mapping[str, str]

    @property
    def scored(self) -> dict[str, list[str]]:
        """Those that are scored as sets are; T cells are a mean of expression."""
        return {name: genes for name, genes in self.genes.items() if name != "t_cells"}


def with_t_cells(shipped: GeneSets) -> GeneSets:
    """Add the genes that count T cells to the collection that comes with recurseq."""
    return replace(shipped, sets=(*shipped.sets, T_CELLS))


def find_content(
    shipped: GeneSets, genes: pd.DataFrame, usable: pd.Index, *, of_humans: bool = True
) -> Content:
    """Find the genes of proxies and built scores in a study.

    Parameters
    ----------
    shipped
        The collection that comes with recurseq, from `with_t_cells`.
    genes
        Columns ``gene_id``, ``gene_name`` and ``baseMean``, one row per gene of the counts.
    usable
        Identifiers of the genes that can be scored.
    of_humans
        Whether its genes are human, and have not been replaced by those of the study's species.
    """
    wanted = _wanted(shipped)
    species = species_of(genes["gene_id"]) or species_of(genes["gene_name"])
    if of_humans and species not in ("", HUMAN):
        reason = f"its genes are human, and the counts are of {species}"
        return Content({}, dict.fromkeys(wanted, reason))
    try:
        known = genes_by_name(genes, shipped)
    except InputError:
        reason = "the counts have next to none of its genes"
        return Content({}, dict.fromkeys(wanted, reason))
    found, reasons, scorable = {}, {}, set(usable)
    for name, symbols in wanted.items():
        present = [known[symbol] for symbol in symbols if symbol in known.index]
        used = [gene for gene in dict.fromkeys(present) if gene in scorable]
        least = FEWEST_T_CELL_GENES if name == "t_cells" else fewest_left(len(symbols))
        if len(used) >= least:
            found[name] = used
        else:
            reasons[name] = f"{len(used)} of its {len(symbols)} genes are fitted in this study"
    return Content(found, reasons)


def _wanted(shipped: GeneSets) -> dict[str, list[str]]:
    sets = {entry.name: list(entry.genes) for entry in shipped.sets}
    wanted = {name: _union(sets.get(one, ()) for one in parts) for name, parts in PROXIES.items()}
    single = {"proliferation": PROLIFERATION, "t_cells": T_CELLS.name, "g1_s": G1_S, "g2_m": G2_M}
    wanted |= {name: sets.get(one, []) for name, one in single.items()}
    counting = set(wanted["t_cells"])
    return wanted | {
        "exhaustion": [gene for gene in sets.get(EXHAUSTION, ()) if gene not in counting]
    }


def _union(parts: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(gene for part in parts for gene in part))


def fewest_left(genes: int) -> float:
    """Return how many genes of a list have to be left to stand for it."""
    return max(FEWEST_GENES, LEAST_SHARE * genes)


def proxies_without(content: Content, genes: Collection[str]) -> dict[str, list[str]]:
    """Return the genes of each proxy without those of a set, where enough are left.

    A set that shares genes with a proxy would be adjusted for itself.
    """
    own, left = set(genes), {}
    for name in COVARIATES:
        whole = content.genes.get(name, ())
        rest = [gene for gene in whole if gene not in own]
        if rest and len(rest) >= fewest_left(len(whole)):
            left[name] = rest
    return left


def describe_samples(
    content: Content, scores: Mapping[Genes, pd.Series], expression: pd.DataFrame, groups: pd.Series
) -> pd.DataFrame:
    """Put together what samples are made of, proliferation, phase and exhaustion.

    Parameters
    ----------
    content
        What the study has.
    scores
        Genes to their score, one per sample; those of `content` are among them.
    expression
        Samples x genes.
    groups
        Group of each sample; missing without a main factor.

    Returns
    -------
    pandas.DataFrame
        Table ``signature_samples``, indexed by sample; ``exhaustionForTCells`` is filled in by
        the tests, which know the design.
    """
    table = pd.DataFrame(index=expression.index)
    found = {name: scores[tuple(genes)] for name, genes in content.scored.items()}
    table["group"] = groups.reindex(expression.index)
    others = [standardised(found[name]) for name in OTHER_CELLS if name in found]
    if len(others) == len(OTHER_CELLS):
        table[PURITY] = -sum(others) / len(others)
    for name in (*COVARIATES, "proliferation", "exhaustion"):
        table[name] = found.get(name)
    cells = content.genes.get("t_cells")
    if cells is not None:
        table["tCells"] = expression[cells].mean(axis=1)
    if {"g1_s", "g2_m"} <= set(found):
        table["g1S"], table["g2M"] = standardised(found["g1_s"]), standardised(found["g2_m"])
        table["phase"] = phases(table["g1S"], table["g2M"])
    names = [name for name in describe("signature_samples").names if name != "sample_id"]
    return table.reindex(columns=names)


def standardised(values: pd.Series) -> pd.Series:
    """Return values in standard deviations from their mean; 0 where they do not vary."""
    spread = values.std(ddof=1)
    return (values - values.mean()) / (spread if spread > 0 else 1.0)


def phases(first: pd.Series, second: pd.Series) -> np.ndarray:
    """Call the phase whose programme a sample expresses more.

    Non-cycling where neither score lies above its mean in the study, else the higher of the two.

    Parameters
    ----------
    first, second
        Standardised scores of the G1/S and the G2/M programme.

    References
    ----------
    Tirosh et al., Science 352, 189 (2016), who scored single cells by these two programmes.
    """
    cycling = np.maximum(first, second) > 0
    return np.where(cycling, np.where(first > second, IN_G1_S, IN_G2_M), NON_CYCLING)
