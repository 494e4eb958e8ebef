"""``recurseq check``: what is wrong with a study, or what it will do."""

from __future__ import annotations

import contextlib

import pandas as pd

from recurseq.base.errors import InputError
from recurseq.cohort.readers.formats import NAMES_OF_FORMATS
from recurseq.command.folder import StudyFolder, advised
from recurseq.command.plan import jobs
from recurseq.command.terminal import complain, heading, say, say_whole, show_table
from recurseq.design.contrast import SIDES, Contrast
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.preflight.check import studies_of
from recurseq.preflight.examine import Examination, examine
from recurseq.study import Study
from recurseq.study.config_file import read_config


def check_folder(folder: StudyFolder) -> Examination:
    """Examine a study as its configuration is now."""
    config = read_config(folder.config_path)
    with contextlib.chdir(folder.path):
        return examine(config)


def show(found: Examination, folder: StudyFolder) -> bool:
    """Print an examination and return whether the study can run."""
    if found.problems:
        complain(InputError(found.problems))
        return False
    study, samples = found.study, found.samples
    say(study.title, "bold")
    parts = _inputs_of_counts(found) if study.has_counts else []
    show_table(
        ["part", "what was found"], [*parts, *_other_studies(study), *_inputs_of_patients(found)]
    )
    if study.has_counts:
        heading("Contrasts")
        show_table(
            ["contrast", "numerator", "n", "denominator", "n"],
            [_contrast_row(contrast, samples) for contrast in study.contrasts.values()],
        )
    _show_endpoints(found)
    if found.notes:
        heading("Notes")
        for note in found.notes:
            say(f"- {note}")
    _show_plan(study, folder)
    return True


def _other_studies(study: Study) -> list[tuple[str, str]]:
    """Name the studies in which the called genes are looked up."""
    return [
        (
            f"study {one.name}",
            f"{one.table}: simulated by the run" if one.simulated else one.results or one.table,
        )
        for one in studies_of(study)
    ]


def _inputs_of_patients(found: Examination) -> list[tuple[str, str]]:
    """Describe the clinical table and the assays, each in a line."""
    study, clinical = found.study, found.clinical
    if study.clinical is None:
        return []
    path = study.clinical["clinical"]["path"]
    assays = [
        (f"assay {name}", one["path"]) for name, one in study.clinical.get("assays", {}).items()
    ]
    if clinical is None:
        return [("patients", f"{path}: simulated by the run"), *assays]
    everyone, analysed = clinical.patients
    left = f", {analysed} of them analysed" if analysed < everyone else ""
    return [("patients", f"{path}: {everyone} patients{left}"), *assays]


def _show_endpoints(found: Examination) -> None:
    """Show events, missing values and follow-up of each endpoint."""
    clinical = found.clinical
    if clinical is None or clinical.endpoints is None or clinical.endpoints.empty:
        return
    heading("Endpoints")
    rows = [
        [
            row.endpoint,
            row.rule,
            int(row.n),
            int(row.events),
            int(row.missing),
            "" if pd.isna(row.too_short) else int(row.too_short),
            "" if pd.isna(row.median_follow_up) else f"{row.median_follow_up:.1f}",
        ]
        for row in clinical.endpoints.itertuples()
    ]
    header = ["endpoint", "rule", "n", "events", "missing", "too short", "follow-up, months"]
    show_table(header, rows)


def _inputs_of_counts(found: Examination) -> list[tuple[str, str]]:
    """Describe counts, samples, markers, gene sets and design, each in a line."""
    study = found.study
    rows = [
        (
            "samples",
            f"{study.cohort.samples_path}: {len(found.samples)} samples are used{_kept(study)}",
        )
    ]
    if "counts" in study.simulates:
        rows.insert(0, ("counts", f"{study.cohort.counts.location}: simulated by the run"))
    else:
        kind = NAMES_OF_FORMATS.get(found.format, found.format)
        size = f"{found.genes:,} genes, {found.columns} samples"
        rows.insert(0, ("counts", f"{study.cohort.counts.location}: {kind}, {size}"))
        rows.append(("filter", _filter(found)))
    if found.markers is not None:
        panel, present = found.markers
        rows.append(("markers", f"{present} of the panel's {panel} genes are in the counts"))
    rows += [
        (
            "gene sets",
            f"{name}: {sets} sets, {present:,} of their {genes:,} genes are in the counts",
        )
        for name, (sets, genes, present) in found.collections.items()
    ]
    return [*rows, ("design", _design(study, found.samples))]


def _filter(found: Examination) -> str:
    """Say how many genes pass the filter, and by which limits."""
    least, text = found.study.cohort.min_count, f"{found.kept:,} of {found.genes:,} genes have "
    if least <= 0:
        return f"{text}a count and are fitted"
    samples = "sample" if found.needed == 1 else "samples"
    return f"{text}{least} counts or more in at least {found.needed} {samples}"


def _kept(study: Study) -> str:
    parts = [f"{column}: {', '.join(levels)}" for column, levels in study.cohort.keep.items()]
    return f", kept by {'; '.join(parts)}" if parts else ""


def _design(study: Study, samples: pd.DataFrame) -> str:
    columns = list(design_matrix(parse_formula(study.formula), samples).columns)
    return f"{study.formula}, with the coefficients {', '.join(columns)}"


def _contrast_row(contrast: Contrast, samples: pd.DataFrame) -> list[object]:
    row: list[object] = [contrast.name]
    for side, size in zip(SIDES, contrast.sizes(samples), strict=True):
        row += [contrast.side_name(side) or "", "" if size is None else size]
    return row


def _show_plan(study: Study, folder: StudyFolder) -> None:
    counted = jobs(study)
    heading(f"A complete run has {sum(counted.values())} jobs")
    say(", ".join(rule if n == 1 else f"{rule} × {n}" for rule, n in counted.items()))
    say()
    say("No problem was found.", "green")
    if folder.results.is_dir():
        say("There are results already, and a run makes only what is missing or out of date; see")
        say_whole(f"  {advised('run', folder.path)} --dry-run")
    else:
        say_whole(f"Next: {advised('run', folder.path)}")
