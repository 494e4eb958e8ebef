"""Each pair in each stratum, and what is to be held of the pair: table ``coexpression_pairs``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.coexpression.genes import Pair, Values, absent_text, gene_notes
from recurseq.coexpression.strata import (
    GROUP,
    KINDS,
    OVERALL,
    PARTIAL,
    TOO_FEW,
    WITHIN,
    Stratum,
)
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.rank_correlation import FEWEST, Correlation, spearman, within

TESTED, ZEROS, ABSENT = "tested", "zero_inflated", "gene_absent"
SAME, UNEXPRESSED, CONSTANT = "same_gene", "not_expressed", "no_variation"
MOST_ZEROS = 0.5  # share of samples without a count from which on ranks tell little but presence
TOGETHER, OPPOSITE, BETWEEN, NOT_SHOWN = VERDICTS = (
    *("together", "opposite", "between_groups_only", "not_shown"),
)


def correlate(
    pairs: Sequence[Pair], values: Values, strata: Sequence[Stratum], alpha: float
) -> pd.DataFrame:
    """Correlate the genes of every pair in every stratum.

    Parameters
    ----------
    pairs
        From `recurseq.coexpression.genes.all_pairs`.
    values
        Samples x genes.
    strata
        From `recurseq.coexpression.strata.strata_of`.
    alpha
        Adjusted p-value below which a correlation is called.

    Returns
    -------
    pandas.DataFrame
        Table ``coexpression_pairs``, the strata of a pair one below the other. P-values are
        adjusted over all pairs within each kind of stratum.
    """
    rows = [_row(pair, values, stratum) for pair in pairs for stratum in strata]
    columns = describe("coexpression_pairs").names
    table = pd.DataFrame(
        [{**dict.fromkeys(columns), **row} for row in rows], columns=columns, dtype=object
    )
    pvalues = table["pvalue"].astype(float)
    padj = np.full(len(table), np.nan)
    for kind in KINDS:
        own = (table["kind"] == kind).to_numpy()
        padj[own] = benjamini_hochberg(pvalues[own].to_numpy())
    table["padj"] = padj
    for place in range(0, len(table), len(strata)):
        block = table.iloc[place : place + len(strata)]
        told = block.index[block["kind"] == WITHIN][0]
        verdict, sentence = judge(block.to_dict("records"), alpha)
        table.loc[told, "verdict"] = verdict
        notes = [text for text in (table.loc[told, "note"], sentence) if text]
        table.loc[told, "note"] = "; ".join(notes) or None
    return table


def _row(pair: Pair, values: Values, stratum: Stratum) -> dict:
    one, other = pair.one, pair.other
    head = {
        "pair": pair.name,
        "gene_id_a": one.gene_id,
        "gene_name_a": one.gene_name or one.query,
        "gene_id_b": other.gene_id,
        "gene_name_b": other.gene_name or other.query,
        "named": pair.named,
        "sets": ";".join(pair.sets) or None,
        "kind": stratum.kind,
        "stratum": stratum.name,
        "given": ";".join(stratum.given) or None,
    }
    if None in (one.gene_id, other.gene_id):
        return {**head, "status": ABSENT, "note": absent_text(pair)}
    shares = [float(values.zero[gene.gene_id].iloc[stratum.rows].mean()) for gene in (one, other)]
    head |= {"n": len(stratum.rows), "zeros_a": shares[0], "zeros_b": shares[1]}
    found, status, note = _correlation(pair, values, stratum, shares)
    notes = [*gene_notes(pair), note] if stratum.kind == WITHIN else [note]
    text = "; ".join(part for part in notes if part) or None
    if found is None:
        return {**head, "status": status, "note": text}
    estimate = {name: getattr(found, name) for name in ("rho", "lower", "upper", "pvalue")}
    return {**head, **estimate, "status": status, "note": text}


def _correlation(
    pair: Pair, values: Values, stratum: Stratum, shares: Sequence[float]
) -> tuple[Correlation | None, str, str]:
    """Correlate one pair in one stratum, or say by code and sentence why not."""
    one, other = pair.one, pair.other
    if one.gene_id == other.gene_id:
        return None, SAME, f"both names are the gene {one.gene_id}"
    if stratum.reason is not None:
        return None, *stratum.reason
    if len(stratum.rows) < FEWEST:
        return None, TOO_FEW, f"{len(stratum.rows)} samples; {FEWEST} are needed"
    empty = [gene.query for gene, share in zip((one, other), shares, strict=True) if share == 1]
    if empty:
        return None, UNEXPRESSED, f"no sample has a count of {' and '.join(empty)}"
    x, y = (
        values.normalized[gene.gene_id].to_numpy(dtype=float)[stratum.rows] for gene in (one, other)
    )
    if stratum.kind in (OVERALL, GROUP):
        found = spearman(x, y)
    else:
        made = stratum.covariates
        columns = None if made is None else made({one.gene_id, other.gene_id})
        found = within(x, y, stratum.groups, columns)
    if np.isnan(found.rho):
        if found.n - found.given < FEWEST:
            text = f"{found.n} samples, of which {found.given + 1} go to what is taken off"
            return None, TOO_FEW, text
        return None, CONSTANT, "a gene does not vary beside what is taken off"
    return found, *_flag(pair, shares)


def _flag(pair: Pair, shares: Sequence[float]) -> tuple[str, str]:
    """Flag genes that most samples have no count of: their ranks tell presence, and no amount."""
    many = [
        f"{gene.query} in {100 * share:.0f} %"
        for gene, share in zip((pair.one, pair.other), shares, strict=True)
        if share >= MOST_ZEROS
    ]
    if not many:
        return TESTED, ""
    text = f"no count of {' and of '.join(many)} of the samples: ranks tell whether a gene is there"
    return ZEROS, f"{text}, and little of how much; the interval is approximate"


def judge(rows: Sequence[dict], alpha: float) -> tuple[str | None, str]:
    """Say what is to be held of a pair: by the estimate within groups, not by that of all samples.

    ``together`` and ``opposite``: padj within groups is below alpha, and the correlation above or
    below 0. ``between_groups_only``: it is not, padj of all samples is, and the correlation of all
    samples lies outside the interval within groups. ``not_shown``: everything else.

    Parameters
    ----------
    rows
        The pair's rows of ``coexpression_pairs``.
    alpha
        Of the study.

    Returns
    -------
    (str or None, str)
        The verdict, None where nothing was tested within groups; and a sentence, or nothing.
    """
    by_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in KINDS}
    (inner,), (overall,) = by_kind[WITHIN], by_kind[OVERALL]
    if not _known(inner):
        return None, ""
    grouped = bool(by_kind[GROUP])
    called = inner["padj"] < alpha
    outside = grouped and _known(overall) and not inner["lower"] <= overall["rho"] <= inner["upper"]
    if not called and outside and overall["padj"] < alpha:
        sentence = (
            f"{_told('in all samples', overall)}, {_told('within groups', inner)}: the samples go "
            "together because the groups differ, and within groups it is not shown"
        )
        return BETWEEN, sentence
    if not called:
        strong = grouped and _known(overall) and overall["padj"] < alpha
        sentence = f"{_told('in all samples', overall)}, but {_told('within groups', inner)}"
        return NOT_SHOWN, f"{sentence}, where it is not shown" if strong else ""
    sentences = []
    if outside and abs(overall["rho"]) > abs(inner["rho"]):
        sentences.append(
            f"{_told('in all samples', overall)} exceeds {_told('within groups', inner)}: part "
            "of it is the difference between groups"
        )
    lost = [row for row in by_kind[PARTIAL] if _known(row) and not row["padj"] < alpha]
    sentences += [f"not shown {_told(row['stratum'], row)}" for row in lost]
    return TOGETHER if inner["rho"] > 0 else OPPOSITE, "; ".join(sentences)


def _known(row: dict) -> bool:
    return not pd.isna(row["rho"])


def _told(where: str, row: dict) -> str:
    interval = f"{row['lower']:.2f} to {row['upper']:.2f}"
    return f"{where} rho {row['rho']:.2f} ({interval})"
