"""What can be wrong with claims, known before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import quoted, suggest
from recurseq.claims.claim import Claim
from recurseq.cohort.genes.symbols import resolve_symbols


def claim_problems(
    claims: Sequence[Claim],
    contrasts: Sequence[str],
    collections: Mapping[str, Sequence[str]],
) -> list[Problem]:
    """Compare claims with the contrasts and gene sets of a study.

    Parameters
    ----------
    claims
        In the order of the configuration.
    contrasts
        Names of the study's contrasts.
    collections
        Collection to the names of its sets; None in place of them where they cannot be read.
    """
    return [
        problem
        for place, claim in enumerate(claims)
        for problem in (
            *_contrast_problems(f"config: claims.{place}", claim, contrasts),
            *_direction_problems(f"config: claims.{place}", claim),
            *_set_problems(f"config: claims.{place}", claim, collections),
        )
    ]


def _contrast_problems(where: str, claim: Claim, contrasts: Sequence[str]) -> list[Problem]:
    if claim.contrast in contrasts:
        return []
    found = f"{quoted(claim.contrast)} is no contrast of the study"
    fix = suggest(claim.contrast, contrasts)
    return [Problem(f"{where}.contrast", found, f"one of {', '.join(contrasts)}", fix)]


def _direction_problems(where: str, claim: Claim) -> list[Problem]:
    if claim.change is None:
        return []
    place = f"{where}.log2FoldChange"
    if not claim.of_gene:
        return [Problem(place, "given for a gene set", "only for a gene", "remove the key")]
    sign = 1 if claim.direction == "up" else -1
    if claim.change * sign > 0:
        return []
    side = "above" if sign > 0 else "below"
    found = f"found {claim.change:g}, and the direction is {claim.direction!r}"
    fix = "correct the sign, the direction, or what the contrast has above the line"
    return [Problem(place, found, f"a number {side} 0", fix)]


def _set_problems(
    where: str, claim: Claim, collections: Mapping[str, Sequence[str]]
) -> list[Problem]:
    if claim.of_gene:
        return []
    if claim.collection not in collections:
        found = f"{quoted(claim.collection)} is no collection of the study"
        allowed = f"one of {', '.join(collections)}" if collections else "a collection"
        fix = suggest(claim.collection, collections) or "name it in enrichment.collections"
        return [Problem(f"{where}.collection", found, allowed, fix)]
    names = collections[claim.collection]
    if names is None or claim.name in names:
        return []
    found = f"{quoted(claim.name)} is no set of the collection {claim.collection!r}"
    allowed = f"one of its {len(names)} sets"
    return [Problem(f"{where}.set", found, allowed, suggest(claim.name, names))]


def claim_notes(
    claims: Sequence[Claim], genes: pd.DataFrame, annotation: pd.DataFrame, orthologues: str = ""
) -> list[str]:
    """Name the genes of claims that the counts do not have; no error, for they are told as such.

    Parameters
    ----------
    claims
        Claims without problems.
    genes
        Columns ``gene_id`` and ``gene_name``.
    annotation
        For older symbols.
    orthologues
        ``genes.orthologues`` of the configuration, or an empty text.
    """
    names = list(dict.fromkeys(claim.name for claim in claims if claim.of_gene))
    if not names:
        return []
    rows = resolve_symbols(names, genes["gene_id"], genes["gene_name"], annotation, orthologues)
    absent = rows[rows["gene_id"].isna()]
    return [
        f"a claim about {row.query} cannot be decided: {row.note}"
        for row in absent.itertuples(index=False)
    ]
