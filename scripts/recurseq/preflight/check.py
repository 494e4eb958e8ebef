"""Everything that can be known to be wrong before anything is computed, in one message."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.places import SHIPPED
from recurseq.claims.checks import claim_problems
from recurseq.claims.claim import Claim, read_claims
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.table_problems import ClinicalExamination, examine_clinical
from recurseq.cohort.genes.gene_sets import gene_set_problems, read_gene_sets
from recurseq.cohort.importing import count_problems
from recurseq.cohort.lengths import column_problems
from recurseq.io.files import header_of, load
from recurseq.markers.panel import panel_notes, panel_problems
from recurseq.patterns.checks import pattern_notes, pattern_problems
from recurseq.study import (
    Study,
    config_problems,
    kept_names,
    load_study,
    study_notes,
    study_problems,
    usable_part,
)
from recurseq.study.samples import sheet_of_kept

BUILTIN = "builtin"
DEMO = "demo"


def checked_study(config: Mapping) -> tuple[Study, list[str]]:
    """Build the study of a configuration after checking all that can be checked early.

    Parameters
    ----------
    config
        The parsed configuration. Paths in it are relative to the working directory.

    Returns
    -------
    Study
        With ``builtin`` replaced by the files that come with recurseq.
    list of str
        Remarks that are no errors, for the terminal.

    Raises
    ------
    InputError
        With all problems of configuration, sample sheet, panel and gene sets, and in that case
        those of counts and annotation too; otherwise these are checked when they are imported.
    """
    study, notes, _ = examined_study(config)
    return study, notes


def examined_study(config: Mapping) -> tuple[Study, list[str], ClinicalExamination | None]:
    """Do what `checked_study` does, and also return what was seen of the clinical side."""
    problems = config_problems(config)
    usable = usable_part(config) if problems else config
    if usable is None:
        raise InputError(problems)
    study = _with_shipped_files(load_study(usable))
    problems += _demo_problems(study)
    notes: list[str] = []
    if study.has_counts:
        problems += _problems_of_counts(study, has_problems=bool(problems))
    clinical = _examined_patients(study)
    if clinical is not None:
        problems += clinical.problems
    if problems:
        raise InputError(problems)
    if study.has_counts:
        notes += panel_notes(study.panel, list(study.contrasts)) if study.panel else []
        notes += pattern_notes(study.patterns, study.contrasts)
        notes += study_notes(study)
    return study, notes + (clinical.notes if clinical else []), clinical


def _problems_of_counts(study: Study, *, has_problems: bool) -> list[Problem]:
    problems = study_problems(study)
    names = kept_names(study.cohort)
    problems += _file_problems(study, names or [])
    bad = has_problems or bool(problems)
    if "counts" not in study.simulates and names and (bad or _input_is_absent(study)):
        problems += count_problems(study.cohort, pd.DataFrame(index=names))
    return problems


def _examined_patients(study: Study) -> ClinicalExamination | None:
    """Look at the clinical side; patients that the run simulates are not there yet."""
    if study.clinical is None or study.simulated_patients is not None:
        return None
    samples = sheet_of_kept(study.cohort) if study.cohort else None
    settings = clinical_settings(study.clinical)
    return examine_clinical(settings, samples, has_counts=study.has_counts)


def _input_is_absent(study: Study) -> bool:
    """Whether a file that the import reads is not there: Snakemake's own words would not help."""
    paths = [study.cohort.counts.location, study.cohort.counts.transcripts]
    if study.cohort.annotation not in (BUILTIN, "none"):
        paths.append(study.cohort.annotation)
    return not all(os.path.exists(path) for path in paths if path)  # noqa: PTH110 - False for a path no system allows


def _with_shipped_files(study: Study) -> Study:
    """Replace ``builtin`` by the path of the panel and the collection that come with recurseq."""
    panel = str(SHIPPED / "markers.tsv") if study.panel == BUILTIN else study.panel
    if study.enrichment is None:
        return replace(study, panel=panel)
    own = str(SHIPPED / "gene_sets" / "liver_cancer.gmt")
    collections = {
        name: own if path == BUILTIN else path for name, path in study.collections.items()
    }
    enrichment = replace(study.enrichment, collections=collections)
    return replace(study, panel=panel, enrichment=enrichment)


def _file_problems(study: Study, samples: list[str]) -> list[Problem]:
    problems: list[Problem] = []
    if study.panel is not None:
        problems += panel_problems(study.panel, list(study.contrasts))
    for path in dict.fromkeys(study.collections.values()):
        problems += gene_set_problems(path)
    problems += pattern_problems(study.patterns, study.contrasts)
    claims = read_claims(study.claims)
    problems += claim_problems(claims, list(study.contrasts), _set_names(study, claims))
    if study.normalization.lengths is not None:
        problems += _length_problems(study.normalization.lengths, samples)
    return problems


def _set_names(study: Study, claims: Sequence[Claim]) -> dict[str, list[str] | None]:
    """Names of the sets that a claim may name; None where no claim asks, or the file is wrong."""
    names: dict[str, list[str] | None] = dict.fromkeys(study.collections)
    for name in {claim.collection for claim in claims} & set(names):
        if not gene_set_problems(study.collections[name]):
            names[name] = [one.name for one in read_gene_sets(study.collections[name]).sets]
    return names


def _demo_problems(study: Study) -> list[Problem]:
    """Keep the demo, which writes its data, from taking the place of anybody's."""
    written: dict[str, str | None] = {}
    problems: list[Problem] = []
    if study.truth is not None:
        written |= {"demo.truth": study.truth}
        if study.cohort is None:
            problems.append(Problem("config: demo.truth", "no counts to simulate", "counts"))
        else:
            written |= {"counts.path": study.cohort.counts.path}
    if study.simulated_patients is not None:
        written |= {
            f"demo.clinical.{key}": path
            for key, path in study.simulated_patients.items()
            if key != "cohort"
        }
        if study.clinical is None:
            problems.append(Problem("config: demo.clinical", "no patients to simulate", "clinical"))
        elif study.simulated_patients["cohort"] == "hpr" and study.simulated_cohort != "hpr":
            where = "config: demo.clinical.cohort"
            problems.append(Problem(where, "hpr without its counts", "demo.cohort: hpr"))
        else:
            written |= study.patient_paths
    return problems + [
        Problem(
            f"config: {key}",
            f"the demo would write {str(path)!r}",
            f"a path in the folder {DEMO} inside the study, of its own for each",
            "remove the section demo, unless data are to be simulated",
        )
        for key, path in written.items()
        if path is None or not _below_demo(path) or list(written.values()).count(path) > 1
    ]


def _below_demo(path: str) -> bool:
    folder = Path.cwd() / DEMO
    parts = Path(path).parts
    return parts[:1] == (DEMO,) and Path(path).resolve().is_relative_to(folder) and len(parts) > 1


def _length_problems(path: str, samples: list[str]) -> list[Problem]:
    """Look at the header of the matrix of transcript lengths."""
    try:
        header = header_of(load(path))
    except InputError as error:
        return list(error.problems)
    return column_problems(path, header, samples)
