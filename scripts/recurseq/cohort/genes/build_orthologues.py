"""Derive the table of mouse orthologues; run once for each new source, never by the workflow.

``python -m recurseq.cohort.genes.build_orthologues HCOP BIOMART TARGET``
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.build_annotation import packed
from recurseq.cohort.genes.orthologues import COLUMNS, ONE_TO_ONE

FEWEST_SOURCES = 3  # of twelve: fewer are often one family of proteins taken for one gene
COMPETES = 0.5  # of the sources of the best partner: more than these make a second orthologue
_HCOP = ["human_id", "human_symbol", "mouse_id", "mouse_symbol", "sources"]


def derive(hcop: pd.DataFrame, biomart: pd.DataFrame) -> pd.DataFrame:
    """Choose the orthologues of each human gene and say whether they are one to one.

    A mouse gene counts when at least `FEWEST_SOURCES` databases give the pair, and more than
    `COMPETES` of those that give the best partner of the human gene. A pair is one to one when
    neither gene has a second partner by the same measure.

    Parameters
    ----------
    hcop
        Columns ``Gene stable ID``, ``Gene name``, ``Mouse gene stable ID``, ``Mouse gene name``,
        ``supporting_source`` (databases separated by commas), one row for each pair; ``-`` where
        a gene has no symbol.
    biomart
        Columns ``Gene stable ID`` and ``Gene name`` of mouse genes in an older release of Ensembl.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, one row for each human gene with an orthologue, by symbol. Identifiers, the
        older symbol and the number of sources are those of the one orthologue, empty for several.
    """
    pairs = hcop.set_axis(_HCOP, axis=1)
    pairs = pairs.assign(sources=pairs["sources"].str.split(",").str.len())
    pairs = pairs[(pairs[["human_symbol", "mouse_symbol"]] != "-").all(axis=1)]
    pairs = pairs[pairs["sources"] >= FEWEST_SOURCES]
    current = load_annotation("builtin")["gene_id"]
    pairs = pairs.assign(listed=pairs["human_id"].isin(current), named=pairs["mouse_id"] != "-")
    # Genes on alternative assemblies have several identifiers: the one of the annotation first.
    pairs = pairs.sort_values(
        ["human_symbol", "sources", "listed", "named", "mouse_symbol", "human_id", "mouse_id"],
        ascending=[True, False, False, False, True, True, True],
        kind="stable",
    ).drop_duplicates(["human_symbol", "mouse_symbol"])
    for side in ("human_symbol", "mouse_symbol"):
        best = pairs.groupby(side)["sources"].transform("max")
        pairs[f"counts_for_{side}"] = pairs["sources"] > COMPETES * best
    mouse_of = pairs.groupby("human_symbol")["counts_for_human_symbol"].transform("sum")
    human_of = pairs.groupby("mouse_symbol")["counts_for_mouse_symbol"].transform("sum")
    pairs["single"] = (
        pairs["counts_for_human_symbol"] & (mouse_of == 1)
        & pairs["counts_for_mouse_symbol"] & (human_of == 1)
    )  # fmt: skip
    return _one_row_each(pairs[pairs["counts_for_human_symbol"]], biomart)


def _one_row_each(pairs: pd.DataFrame, biomart: pd.DataFrame) -> pd.DataFrame:
    older = dict(zip(biomart["Gene stable ID"], biomart["Gene name"], strict=True))
    rows = []
    for human, partners in pairs.groupby("human_symbol", sort=True):
        one = partners.iloc[0]
        names = "|".join(partners["mouse_symbol"])
        if not one["single"]:
            relation = "one_to_many" if len(partners) > 1 else "shared"
            rows.append((human, one["human_id"], names, "", "", relation, ""))
            continue
        identifier = "" if one["mouse_id"] == "-" else one["mouse_id"]
        old = older.get(identifier, "")
        old = "" if old == one["mouse_symbol"] else old
        rows.append((human, one["human_id"], names, identifier, old, ONE_TO_ONE, one["sources"]))
    return pd.DataFrame(rows, columns=COLUMNS).astype(str)


def main(hcop: str, biomart: str, target: str) -> None:
    """Write the table gzipped; the bytes depend on the sources alone."""
    sources = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in (hcop, biomart)]
    Path(target).write_bytes(packed(derive(*sources)))


if __name__ == "__main__":
    main(*sys.argv[1:])
