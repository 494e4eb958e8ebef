"""What can be wrong with the section ``coexpression``, and what is worth a remark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.names import name_problems
from recurseq.base.text import few, quoted, suggest
from recurseq.coexpression.named_sets import find_sets
from recurseq.coexpression.settings import MOST_GENES, Coexpression, pair_key
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.design.contrast import Contrast

WHERE = "config: coexpression"


def coexpression_problems(
    settings: Coexpression,
    contrasts: Mapping[str, Contrast],
    sources: Mapping[str, Mapping[str, tuple[str, ...]]] | None,
) -> list[Problem]:
    """Compare the section with the contrasts and sets of a study.

    Parameters
    ----------
    settings
        The section.
    contrasts
        All contrasts by name.
    sources
        From `recurseq.coexpression.named_sets.sources_of`; None where a file of them is wrong.
    """
    return [
        *_pair_problems(settings),
        *_contrast_problems(settings, contrasts),
        *([] if sources is None else _set_problems(settings, sources)),
    ]


def _pair_problems(settings: Coexpression) -> list[Problem]:
    problems, known = [], {}
    for place, pair in enumerate(settings.pairs):
        where = f"{WHERE}.pairs.{place}"
        problems += name_problems(where, "gene", pair)
        key = pair_key(pair)
        if len(key) < 2:
            problems.append(Problem(where, f"the gene {quoted(pair[0])} twice", "two genes"))
        elif key in known:
            found = f"the same pair as coexpression.pairs.{known[key]}"
            problems.append(Problem(where, found, "each pair once", "remove one of them"))
        known.setdefault(key, place)
    return problems


def _contrast_problems(settings: Coexpression, contrasts: Mapping[str, Contrast]) -> list[Problem]:
    name = settings.contrast
    if name is None or (name in contrasts and contrasts[name].of_levels):
        return []
    groups = [one.name for one in contrasts.values() if one.of_levels]
    allowed = f"one of {', '.join(groups)}" if groups else "a study that compares groups"
    if name in contrasts:
        found = f"the contrast {name!r} compares no groups"
        return [Problem(f"{WHERE}.contrast", found, allowed)]
    found = f"{quoted(name)} is no contrast of the study"
    return [Problem(f"{WHERE}.contrast", found, allowed, suggest(name, groups))]


def _set_problems(
    settings: Coexpression, sources: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> list[Problem]:
    problems = []
    for place, (query, one) in enumerate(find_sets(settings.sets, sources).items()):
        where = f"{WHERE}.sets.{place}"
        if one is None:
            names = [name for sets in sources.values() for name in sets]
            found = f"{quoted(query)} is no set of {_listed(sources)}"
            fix = suggest(query, names) or "name the genes as pairs, or add the set to the panel"
            allowed = f"one of {few(names, 12)}" if names else "a marker panel or gene sets"
            problems.append(Problem(where, found, allowed, fix))
        elif len(one.genes) > MOST_GENES:
            size = len(one.genes)
            found = f"the set {one.name} of {one.source} has {size} genes"
            allowed = f"at most {MOST_GENES}, for all pairs of genes are told of"
            fix = "name its leading genes as pairs, or as a set of the panel"
            problems.append(Problem(where, found, allowed, fix))
    return problems


def _listed(sources: Mapping[str, object]) -> str:
    return " or ".join(sources) if sources else "the study, which has no panel and no gene sets"


def coexpression_notes(
    settings: Coexpression,
    genes: pd.DataFrame,
    annotation: pd.DataFrame,
    orthologues: str = "",
) -> list[str]:
    """Name the genes of pairs that the counts do not have; no error, for they are told as such.

    Parameters
    ----------
    settings
        A section without problems.
    genes
        Columns ``gene_id`` and ``gene_name``.
    annotation
        For older symbols.
    orthologues
        As for `recurseq.coexpression.genes.find_genes`.
    """
    names: Sequence[str] = list(dict.fromkeys(name for pair in settings.pairs for name in pair))
    rows = resolve_symbols(names, genes["gene_id"], genes["gene_name"], annotation, orthologues)
    absent = rows[rows["gene_id"].isna()]
    return [
        f"coexpression: nothing can be said of pairs of {row.query}: {row.note}"
        for row in absent.itertuples(index=False)
    ]
