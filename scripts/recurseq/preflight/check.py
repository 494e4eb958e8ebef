"""Everything that can be known to be wrong before anything is computed, in one message."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.places import SHIPPED, SHIPPED_SETS
from recurseq.claims.checks import claim_problems
from recurseq.claims.claim import Claim, read_claims
from recurseq.clinical.classes import pair_problems
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.table_problems import ClinicalExamination, examine_clinical
from recurseq.coexpression.checks import coexpression_problems
from recurseq.coexpression.named_sets import sources_of
from recurseq.coexpression.settings import read_settings
from recurseq.cohort.genes.gene_sets import gene_set_problems, read_gene_sets
from recurseq.cohort.importing import count_problems
from recurseq.cohort.lengths import column_problems
from recurseq.io.files import header_of, load
from recurseq.markers.panel import panel_notes, panel_problems, read_panel
from recurseq.patterns.checks import pattern_notes, pattern_problems
from recurseq.replication.checks import replication_notes, replication_problems
from recurseq.replication.settings import OtherStudy, other_studies
from recurseq.risk.benefit.checks import benefit_problems
from recurseq.risk.checks import risk_problems
from recurseq.risk.settings import risk_settings
from recurseq.signatures.settings import signature_notes, signature_problems
from recurseq.study import (
    Study,
    config_problems,
    kept_names,
    load_study,
    study_problems,
    usable_part,
)
from recurseq.study.remarks import study_notes
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
    if study.clinical is not None:
        frame = None if clinical is None else clinical.frame
        settings = clinical_settings(study.clinical)
        risks = risk_settings(study.clinical)
        problems += risk_problems(risks, settings, frame)
        problems += benefit_problems(risks, settings, frame)
    is_known = study.coexpression is not None or "coexpression" not in config
    if study.clinical is not None and is_known:
        pairs = (study.coexpression or {"pairs": []})["pairs"]
        problems += pair_problems(clinical_settings(study.clinical), pairs)
    if problems:
        raise InputError(problems)
    if study.has_counts:
        notes += panel_notes(study.panel, list(study.contrasts)) if study.panel else []
        notes += pattern_notes(study.patterns, study.contrasts)
        notes += signature_notes(study.signatures)
        notes += study_notes(study)
        notes += replication_notes(
            studies_of(study), study.contrasts, kept_names(study.cohort) or []
        )
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
    enrichment, signatures = study.enrichment, study.signatures
    if enrichment is not None:
        enrichment = replace(enrichment, collections=_shipped_sets(enrichment.collections))
    if signatures is not None:
        signatures = {**signatures, "collections": _shipped_sets(signatures["collections"])}
    return replace(study, panel=panel, enrichment=enrichment, signatures=signatures)


def _shipped_sets(collections: Mapping[str, str]) -> dict[str, str]:
    return {k: str(SHIPPED_SETS) if path == BUILTIN else path for k, path in collections.items()}


def _file_problems(study: Study, samples: list[str]) -> list[Problem]:
    problems: list[Problem] = []
    if study.panel is not None:
        problems += panel_problems(study.panel, list(study.contrasts))
    for path in study.gene_set_paths:
        problems += gene_set_problems(path)
    problems += signature_problems(study.signatures)
    problems += pattern_problems(study.patterns, study.contrasts)
    if study.coexpression is not None:
        problems += _coexpression_problems(study, files_are_right=not problems)
    problems += replication_problems(studies_of(study), study.contrasts)
    claims = read_claims(study.claims)
    problems += claim_problems(claims, list(study.contrasts), _set_names(study, claims))
    if study.normalization.lengths is not None:
        problems += _length_problems(study.normalization.lengths, samples)
    return problems


def _coexpression_problems(study: Study, *, files_are_right: bool) -> list[Problem]:
    """Check the section; its sets only where panel and gene sets can be read."""
    sources = None
    if files_are_right and study.coexpression["sets"]:
        panel = None if study.panel is None else read_panel(study.panel)
        collections = {name: read_gene_sets(path) for name, path in study.collections.items()}
        sources = sources_of(panel, collections)
    return coexpression_problems(read_settings(study.coexpression), study.contrasts, sources)


def studies_of(study: Study) -> tuple[OtherStudy, ...]:
    """Return the other studies in which the calls are looked up."""
    return other_studies(study.replication, study.contrasts, study.second_cohort)


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
    if study.second_cohort is not None:
        second, found = _second_cohort(study)
        written |= second
        problems += found
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


def _second_cohort(study: Study) -> tuple[dict[str, str], list[Problem]]:
    """Return the files of the demo's second cohort, and what keeps it from being made."""
    name = study.second_cohort
    second = next((one for one in studies_of(study) if one.name == name), None)
    if second is None or second.table is None:
        allowed = "a study of replication.studies that names a table"
        return {}, [Problem("config: demo.second", f"{name!r} is none with a table", allowed)]
    where = f"replication.studies.{name}"
    files = {f"{where}.table": second.table}
    files |= {f"{where} ({role})": path for role, path in second.cohort_files.items()}
    (contrast,) = (study.contrasts.get(own) for own in second.contrasts)
    if contrast is None or contrast.of_levels:
        return files, []
    found = f"{contrast.name!r} compares no levels"
    return files, [Problem(f"config: {where}.contrast", found, "a contrast of simulated groups")]


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
