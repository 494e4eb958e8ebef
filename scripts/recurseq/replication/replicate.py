"""All other studies held beside this one: the tables of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.base.tables import describe
from recurseq.base.text import few, listed
from recurseq.design.calling import is_called
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, SIDES, Contrast
from recurseq.replication.codes import NO_CONTRAST, OTHER_SPECIES
from recurseq.replication.combine import combine
from recurseq.replication.compare import look_up_calls, side_by_side
from recurseq.replication.match import species_differ
from recurseq.replication.read import (
    OtherFacts,
    OtherGenes,
    read_contrast,
    read_facts,
    shared_samples,
)
from recurseq.replication.settings import OPPOSITE, OtherStudy
from recurseq.replication.summary import completed, summary_row


@dataclass(frozen=True)
class Replication:
    """The tables of the room: calls by study, summary, and what all studies say together."""

    genes: dict[str, pd.DataFrame]
    summary: pd.DataFrame
    meta: pd.DataFrame


def replicate(
    studies: Sequence[OtherStudy],
    contrasts: Mapping[str, Contrast],
    own: Mapping[str, pd.DataFrame],
    library_sizes: Mapping[str, int],
    panel: Sequence[str],
) -> Replication:
    """Look every call up in every other study, and summarise over the studies.

    Parameters
    ----------
    studies
        The other studies, whose files are read.
    contrasts, own
        Contrasts of this study, and their tables ``contrast_genes``, by name.
    library_sizes
        Sum of counts of each of its samples, to tell whether another study has the same ones.
    panel
        Identifiers of the panel's genes, in its order.
    """
    rows: list[dict] = []
    calls: dict[str, pd.DataFrame] = {}
    beside: dict[str, dict[str, pd.DataFrame]] = {name: {} for name in contrasts}
    for study in studies:
        facts = read_facts(study)
        shared = shared_samples(library_sizes, facts.library_sizes)
        tables = []
        for name in (one for one in contrasts if one in study.contrasts):
            head = _head(study, name, facts, shared)
            there = read_contrast(study, name) if name in study.present else None
            reason = _why_not(own[name], there)
            cautions = [*_sharing(shared), *_side_cautions(contrasts[name], study, there)]
            sides = _sides(contrasts[name], there)
            rows.append(
                {**head, **sides, "caution": "; ".join(cautions) or None, "verdict": reason}
            )
            if reason:
                rows[-1]["called"] = int(is_called(own[name]).sum())
                continue
            together = side_by_side(own[name], there.genes)
            rule = contrasts[name].rule
            tables.append(look_up_calls(together, name, rule))
            rows[-1] |= summary_row(
                together, tables[-1], rule.alpha, same_sequencing=len(shared[1])
            )
            if not shared[1]:
                beside[name][study.name] = together
        calls[study.name] = _joined(tables, "replication_genes")
    names = [study.name for study in studies]
    meta = [
        combine(name, own[name], beside[name], panel, names)
        for name in contrasts
        if any(name in study.contrasts for study in studies)
    ]
    return Replication(calls, completed(rows), _joined(meta, "replication_meta"))


def _joined(tables: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    if filled:
        return pd.concat(filled, ignore_index=True)
    return tables[0] if tables else pd.DataFrame(columns=describe(name).names)


def _why_not(own: pd.DataFrame, there: OtherGenes | None) -> str | None:
    if there is None:
        return NO_CONTRAST
    return OTHER_SPECIES if species_differ(own, there.genes) else None


def _head(
    study: OtherStudy, contrast: str, facts: OtherFacts, shared: tuple[list[str], list[str]]
) -> dict:
    known = bool(facts.library_sizes)
    return {
        "study": study.name,
        "contrast": contrast,
        "contrast_there": study.contrasts[contrast] if study.table is None else None,
        "sign": study.sign,
        "simulated_there": facts.simulated,
        "shared_names": len(shared[0]) if known else None,
        "shared_samples": len(shared[1]) if known else None,
    }


def _sides(contrast: Contrast, there: OtherGenes | None) -> dict:
    """Both sides here, and there as far as they are known."""
    sides = {side: contrast.side_name(side) for side in SIDES}
    if there is None:
        return sides
    names = {NUMERATOR: there.numerator, DENOMINATOR: there.denominator}
    return {
        **sides,
        **{f"{side}_there": name or None for side, name in names.items()},
        "n_numerator_there": there.n_numerator,
        "n_denominator_there": there.n_denominator,
    }


def _sharing(shared: tuple[list[str], list[str]]) -> list[str]:
    names, same = shared
    if same:
        return [
            f"{few(same, 3)} of this study have exactly as many counts as samples of the other one "
            "and are taken for the same sequencing: the studies are not independent, and the other "
            "one is left out of the summary over studies"
        ]
    if names:
        return [
            f"both studies have samples called {few(names, 3)}, with other counts: are they the "
            "same patients?"
        ]
    return []


def _side_cautions(contrast: Contrast, study: OtherStudy, there: OtherGenes | None) -> list[str]:
    """Say where sides are called otherwise there, or where effects have a unit."""
    cautions = []
    here = [contrast.side_name(side) for side in SIDES]
    if there is not None and there.numerator:
        named = [there.numerator, there.denominator or None]
        if named != here:
            turned = " after the change of sign" if study.sign == OPPOSITE else ""
            cautions.append(
                f"the sides are called {listed(filter(None, named))} there{turned}, "
                f"{listed(filter(None, here))} here: are they the same groups?"
            )
    if not contrast.of_levels:
        cautions.append(
            "fold changes are per unit of a column: their size means the same in both studies only "
            "if the unit is the same"
        )
    return cautions
