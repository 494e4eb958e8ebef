"""Which gene of another study is which gene of this one."""

from __future__ import annotations

import pandas as pd

from recurseq.cohort.genes.annotation import strip_version
from recurseq.cohort.genes.species import species_of
from recurseq.replication.codes import ABSENT, AMBIGUOUS

BY_IDENTIFIER, BY_SYMBOL = "identifier", "symbol"
_UNLIKE = {frozenset({"mouse", "mouse or rat"}), frozenset({"rat", "mouse or rat"})}


def match_genes(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Match by stable identifier without version; what has none there, by symbol.

    Parameters
    ----------
    own, other
        ``gene_id`` and ``gene_name``, one row per gene.

    Returns
    -------
    pandas.DataFrame
        One row per gene of `own`, in its order: ``place``, the row of `other`, NA when there is
        none; ``matched_by``: ``identifier``, ``symbol``, ``ambiguous`` or ``absent``. A key that
        two genes of either side carry matches none of them.
    """
    first = _by_key(_stable(own["gene_id"]), _stable(other["gene_id"]))
    second = _by_key(_symbols(own), _symbols(other))
    taken = set(first["place"].dropna())
    by_symbol = second["place"].notna() & ~second["place"].isin(taken)
    found = first["place"].notna()
    use = ~found & ~first["twice"] & by_symbol
    place = first["place"].where(found, second["place"].where(use))
    matched_by = pd.Series(ABSENT, own.index, dtype=object)
    matched_by[first["twice"] | (~found & second["twice"])] = AMBIGUOUS
    matched_by[found] = BY_IDENTIFIER
    matched_by[use] = BY_SYMBOL
    return pd.DataFrame({"place": place.astype("Int64"), "matched_by": matched_by})


def _by_key(own: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Find the row of each key in the other table, if both have it once."""
    clear = ~other.duplicated(keep=False) & (other != "")
    places = pd.Series(range(len(other)), index=other, dtype="Int64")[clear.to_numpy()]
    known = own.isin(other[other != ""])
    several = own.duplicated(keep=False) | own.isin(other[other.duplicated(keep=False)])
    place = own.map(places).where(~several)
    return pd.DataFrame({"place": place, "twice": known & several})


def _stable(identifiers: pd.Series) -> pd.Series:
    return identifiers.astype(str).map(strip_version)


def _symbols(genes: pd.DataFrame) -> pd.Series:
    names = genes["gene_name"].fillna("").astype(str)
    return names.mask(names == "", genes["gene_id"].astype(str))


def species_differ(own: pd.DataFrame, other: pd.DataFrame) -> tuple[str, str] | None:
    """Return both species where genes are certainly of two, else None."""
    species = [
        species_of(genes["gene_id"]) or species_of(genes["gene_name"]) for genes in (own, other)
    ]
    if "" in species or species[0] == species[1] or frozenset(species) in _UNLIKE:
        return None
    return species[0], species[1]
