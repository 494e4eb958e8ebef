"""A set in one row per stratum: table ``coexpression_sets``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.tables import describe
from recurseq.coexpression.correlate import TESTED, ZEROS
from recurseq.coexpression.genes import Gene, names_text, present
from recurseq.coexpression.named_sets import NamedSet
from recurseq.coexpression.strata import Stratum

TOO_FEW_GENES, NONE_TESTED = "too_few_genes", "none_tested"


def summarise_sets(
    sets: Sequence[NamedSet],
    genes: Mapping[str, Gene],
    pairs: pd.DataFrame,
    strata: Sequence[Stratum],
    alpha: float,
) -> pd.DataFrame:
    """Summarise the pairs of every set in every stratum.

    Parameters
    ----------
    sets
        The sets.
    genes
        From `recurseq.coexpression.genes.find_genes`.
    pairs
        Table ``coexpression_pairs``.
    strata
        In order.
    alpha
        Adjusted p-value below which a correlation is called.
    """
    rows = [_row(one, genes, pairs, stratum, alpha) for one in sets for stratum in strata]
    columns = describe("coexpression_sets").names
    return pd.DataFrame(
        [{**dict.fromkeys(columns), **row} for row in rows], columns=columns, dtype=object
    )


def _row(
    one: NamedSet,
    genes: Mapping[str, Gene],
    pairs: pd.DataFrame,
    stratum: Stratum,
    alpha: float,
) -> dict:
    there = present(one, genes)
    missing = [name for name in one.genes if genes[name].gene_id is None]
    head = {
        "set": one.query,
        "found_as": one.name,
        "source": one.source,
        "kind": stratum.kind,
        "stratum": stratum.name,
        "given": ";".join(stratum.given) or None,
        "n": len(stratum.rows),
        "genes": len(there),
        "missing": ";".join(missing) or None,
    }
    absent = f"not in the counts: {names_text(missing)}" if missing else None
    if len(there) < 2:
        count = "one gene" if there else "no gene"
        note = "; ".join(text for text in (f"{count} of the set is in the counts", absent) if text)
        return {**head, "pairs": 0, "tested": 0, "status": TOO_FEW_GENES, "note": note}
    inside = pairs["sets"].map(lambda text: isinstance(text, str) and one.query in text.split(";"))
    own = pairs[inside & (pairs["stratum"] == stratum.name) & (pairs["kind"] == stratum.kind)]
    tested = own[own["status"].isin([TESTED, ZEROS])]
    head |= {"pairs": len(own), "tested": len(tested)}
    if tested.empty:
        reasons = list(dict.fromkeys(own["note"].dropna()))
        return {**head, "status": NONE_TESTED, "note": "; ".join(reasons[:1]) or absent}
    rho, padj = tested["rho"].astype(float), tested["padj"].astype(float)
    return {
        **head,
        "median_rho": rho.median(),
        "smallest_rho": rho.min(),
        "largest_rho": rho.max(),
        "share_positive": float((rho > 0).mean()),
        "called_positive": int(((rho > 0) & (padj < alpha)).sum()),
        "called_negative": int(((rho < 0) & (padj < alpha)).sum()),
        "status": TESTED,
        "note": absent,
    }
