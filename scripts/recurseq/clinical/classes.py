"""Classes of pairs of genes by patient, from the table that coexpression made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.h5ad import open_h5ad
from recurseq.base.tables import read_table
from recurseq.base.text import few
from recurseq.clinical.genes import linked
from recurseq.clinical.settings import BOTH_HIGH, BOTH_LOW, Clinical, Measure


def pair_problems(settings: Clinical, pairs: Sequence[Sequence[str]]) -> list[Problem]:
    """Find measures of pairs that the study does not class samples by.

    Parameters
    ----------
    settings
        The clinical sections.
    pairs
        ``coexpression.pairs``.
    """
    known = {_key(pair) for pair in pairs}
    shown = few(("/".join(pair) for pair in pairs), 6) if pairs else "no pair there"
    return [
        Problem(
            f"config: measures.{name}.coexpression",
            f"{'/'.join(measure.pair)} is no pair of coexpression.pairs",
            f"a pair of coexpression.pairs ({shown})",
            f"add [{', '.join(measure.pair)}] to coexpression.pairs",
        )
        for name, measure in settings.measures.items()
        if measure.pair is not None and _key(measure.pair) not in known
    ]


def read_classes(
    settings: Clinical, samples: Sequence[str | Path], model: Sequence[str], patients: list[str]
) -> dict[str, pd.Series]:
    """Return the class of each patient for each measure of a pair.

    Parameters
    ----------
    settings
        The clinical sections, with ``clinical.links``.
    samples
        Path of the table ``coexpression_samples``; empty when no measure is a pair.
    model
        Path of the model, whose sheet names the patients.
    patients
        Patients of the clinical table.

    Raises
    ------
    InputError
        When a pair has no class in any sample, or samples cannot be told to patients.
    """
    wanted = {name: one for name, one in settings.measures.items() if one.pair is not None}
    if not wanted:
        return {}
    table = read_table(samples[0], "coexpression_samples")
    keys = [_key(pair) for pair in zip(table["gene_a"], table["gene_b"], strict=True)]
    patient = linked(settings, open_h5ad(model[0]), patients)
    found, problems = {}, []
    for name, measure in wanted.items():
        own = table[[key == _key(measure.pair) for key in keys]]
        if own["class"].isna().all():
            reason = few(own["note"].dropna().unique()).replace("'", "") or "the pair is not there"
            where = f"config: measures.{name}.coexpression"
            allowed = "a pair by which samples are classed"
            fix = "another pair, or where a cut-off is 0 a higher coexpression.high"
            problems.append(Problem(where, f"no sample has a class: {reason}", allowed, fix))
            continue
        classes = own.set_index("sample_id")["class"].map(_levels(measure, own.iloc[0]))
        found[name] = classes.reindex(patient.index).set_axis(patient.to_numpy())
    if problems:
        raise InputError(problems)
    return found


def _levels(measure: Measure, row: pd.Series) -> dict[str, str]:
    """Name the classes of the table by the genes as the measure writes them."""
    one, other = measure.pair
    if _plain(one) != _plain(row["gene_a"]):
        one, other = other, one
    return {
        BOTH_LOW: BOTH_LOW,
        "only_a": f"only_{one}",
        "only_b": f"only_{other}",
        BOTH_HIGH: BOTH_HIGH,
    }


def _key(pair: Sequence[str]) -> frozenset[str]:
    return frozenset(map(_plain, pair))


def _plain(gene: str) -> str:
    return str(gene).strip().casefold()
