"""Which genes of a collection a study has, which sets can be scored, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from recurseq.base.tables import describe
from recurseq.cohort.genes.gene_sets import GeneSets, name_genes

SCORED, TOO_FEW, NONE_FOUND, EVERY_GENE = "scored", "too_few_genes", "none_found", "every_gene"
REASONS = MappingProxyType(
    {
        TOO_FEW: "{used} of its {genes} genes are fitted in this study; min_size asks for {least}",
        NONE_FOUND: "none of its {genes} genes is in the counts",
        EVERY_GENE: "it holds every fitted gene, and nothing is left to compare it with",
    }
)
JOINT = ":"  # between collection and set, where two collections have a set of one name


def genes_by_name(genes: pd.DataFrame, gene_sets: GeneSets) -> pd.Series:
    """Name genes as a collection names them, each name once.

    Of genes with the same name the one with the highest baseMean stands for it, then the first by
    identifier: it carries most of the reads.

    Parameters
    ----------
    genes
        Columns ``gene_id``, ``gene_name`` and ``baseMean``, one row per gene of the counts.
    gene_sets
        The collection.

    Returns
    -------
    pandas.Series
        gene_id by name.

    Raises
    ------
    InputError
        When the genes are of another species or kind of identifier.
    """
    named = genes.assign(name=name_genes(genes, gene_sets))
    ordered = named.sort_values(["baseMean", "gene_id"], ascending=[False, True], kind="stable")
    return ordered.drop_duplicates("name").set_index("name")["gene_id"]


def look_up(
    collections: Mapping[str, GeneSets],
    genes: pd.DataFrame,
    usable: pd.Index,
    least: int,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Find the genes of every set, and say of each whether it is scored.

    Parameters
    ----------
    collections
        Name to collection.
    genes
        As for `genes_by_name`.
    usable
        Identifiers of the genes that can be scored.
    least
        Smallest number of them in a scored set.

    Returns
    -------
    pandas.DataFrame
        Table ``signature_sets``, in the order of the files.
    dict
        Column of the scores to the identifiers of the set's genes, for the scored sets.
    """
    names = column_names({key: [one.name for one in c.sets] for key, c in collections.items()})
    scorable, rows, members = set(usable), [], {}
    for key, collection in collections.items():
        known = genes_by_name(genes, collection)
        for entry in collection.sets:
            found = [known[gene] for gene in entry.genes if gene in known.index]
            used = list(dict.fromkeys(gene for gene in found if gene in scorable))
            status = _status(len(found), len(used), len(scorable), least)
            told = {"used": len(used), "genes": len(entry.genes), "least": least}
            column = names[key, entry.name]
            if status == SCORED:
                members[column] = used
            row = {"collection": key, "set": entry.name, "status": status}
            row["column"] = column if status == SCORED else None
            row |= {"genes": len(entry.genes), "found": len(found), "used": len(used)}
            row["note"] = REASONS[status].format(**told) if status != SCORED else None
            rows.append(row | {"description": entry.description})
    columns = describe("signature_sets").names
    return pd.DataFrame(rows, columns=columns), members


def _status(found: int, used: int, usable: int, least: int) -> str:
    if not found:
        return NONE_FOUND
    if used < least:
        return TOO_FEW
    return EVERY_GENE if used == usable else SCORED


def column_names(sets: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], str]:
    """Name the column of each set: its own name, with its collection where that is taken.

    Parameters
    ----------
    sets
        Collection to the names of its sets.
    """
    taken = Counter(name for names in sets.values() for name in names)
    taken.update(describe("signature_scores").names)
    return {
        (collection, name): name if taken[name] == 1 else f"{collection}{JOINT}{name}"
        for collection, names in sets.items()
        for name in names
    }
