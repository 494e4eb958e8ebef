"""What can be wrong with the section ``replication``, and what is worth a remark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few, listed, quoted, suggest
from recurseq.design.contrast import Contrast
from recurseq.replication.match import species_differ
from recurseq.replication.read import (
    contrasts_of,
    header_problems,
    read_contrast,
    read_facts,
)
from recurseq.replication.settings import TAKEN, OtherStudy

WHERE = "config: replication.studies"
OWN = "results"


def replication_problems(studies: Sequence[OtherStudy], contrasts: Iterable[str]) -> list[Problem]:
    """Compare the section with the study's contrasts and with what lies in the other studies.

    Parameters
    ----------
    studies
        The other studies; what the run makes itself need not be there yet.
    contrasts
        Names of this study's contrasts.
    """
    names = list(contrasts)
    return [
        problem
        for study in studies
        for problem in (
            *_name_problems(study),
            *_contrast_problems(study, names),
            *([] if study.simulated else _file_problems(study)),
        )
    ]


def _name_problems(study: OtherStudy) -> list[Problem]:
    if study.name.casefold() not in TAKEN:
        return []
    found = f"a study called {study.name!r}"
    return [Problem(WHERE, found, f"another name than {listed(TAKEN, 'or')}", "rename the study")]


def _contrast_problems(study: OtherStudy, contrasts: Sequence[str]) -> list[Problem]:
    return [
        Problem(
            f"{WHERE}.{study.name}.{'contrast' if study.table else 'contrasts'}",
            f"{quoted(name)} is no contrast of the study",
            f"one of {', '.join(contrasts)}",
            suggest(name, contrasts),
        )
        for name in study.contrasts
        if name not in contrasts
    ]


def _file_problems(study: OtherStudy) -> list[Problem]:
    where = f"{WHERE}.{study.name}"
    if study.table is not None:
        return header_problems(study.table)
    folder = Path(study.results)
    if not folder.is_dir():
        found = f"no folder {str(study.results)!r}"
        fix = "paths are relative to the folder of the study (--directory)"
        return [Problem(f"{where}.results", found, "the result folder of a study", fix)]
    if folder.resolve() == Path(OWN).resolve():
        found = f"{str(study.results)!r} is the result folder of this study"
        return [Problem(f"{where}.results", found, "that of another study")]
    there = contrasts_of(folder)
    if not there:
        found = f"no contrasts/<name>/genes.tsv in {str(study.results)!r}"
        fix = "has that study run to its end? A table of another tool goes under table"
        return [Problem(f"{where}.results", found, "the result folder of a study", fix)]
    if not study.chosen:
        return []
    return [
        Problem(
            f"{where}.contrasts.{own}",
            f"the other study has no contrast {quoted(name)}",
            f"one of {few(there, 12)}",
            suggest(name, there),
        )
        for own, name in study.contrasts.items()
        if name not in there
    ]


def replication_notes(
    studies: Sequence[OtherStudy], contrasts: Mapping[str, Contrast], samples: Iterable[str]
) -> list[str]:
    """Remark on studies without an answer, on simulated ones, and on samples of the same name.

    Parameters
    ----------
    studies
        Studies without problems.
    contrasts
        Contrasts of this study by name.
    samples
        Names of its samples.
    """
    notes: list[str] = []
    own = set(samples)
    known: dict[str, set[str]] = {}
    for study in studies:
        label = f"replication: {study.name}"
        if not study.present:
            notes.append(
                f"{label} has none of the contrasts {listed(study.contrasts)}: nothing is looked "
                "up in it; its contrasts of other names go under contrasts"
            )
        facts = read_facts(study)
        if facts.simulated and not study.simulated:  # the demo says so of itself
            notes.append(f"{label}: its data are simulated")
        known[label] = set(facts.library_sizes)
        if shared := sorted(own & known[label]):
            notes.append(
                f"{label} has samples called {few(shared, 3)}, as this study has: the same samples "
                "replicate nothing"
            )
        slopes = [name for name in study.present if not contrasts[name].of_levels]
        if slopes:
            notes.append(
                f"{label}: {listed(slopes)} counts per unit of a column; sizes compare only if "
                "the unit is the same there"
            )
    return notes + _shared_among(known)


def _shared_among(known: Mapping[str, set[str]]) -> list[str]:
    """Remark on other studies that have samples of the same name: they are no two studies."""
    labels = list(known)
    return [
        f"{one} and {other.removeprefix('replication: ')} both have samples called "
        f"{few(sorted(known[one] & known[other]), 3)}: the summary takes them for independent"
        for at, one in enumerate(labels)
        for other in labels[at + 1 :]
        if known[one] & known[other]
    ]


def table_findings(
    studies: Sequence[OtherStudy], genes: pd.DataFrame
) -> tuple[list[Problem], list[str]]:
    """Read every table that is looked up: cells that are no numbers, and genes of other species.

    Parameters
    ----------
    studies
        Studies without problems.
    genes
        ``gene_id`` and ``gene_name`` of this study's counts.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    for study in studies:
        for name in [] if study.simulated else study.present:
            try:
                there = read_contrast(study, name).genes
            except InputError as error:
                problems += error.problems
                continue
            if (species := species_differ(genes, there)) and name == study.present[0]:
                notes.append(
                    f"replication: genes of {study.name} are {species[1]} genes, those of this "
                    f"study {species[0]} genes: nothing is looked up in it, and no orthologue is"
                )
            elif not there["lfcSE"].notna().any():
                notes.append(
                    f"replication: {study.name} has no standard errors (lfcSE): directions only "
                    "for genes without a p-value, and no part in the summary over studies"
                )
    return problems, notes
