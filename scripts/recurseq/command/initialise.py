"""``recurseq init``: look at the user's files and write a configuration that fits them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import typer

from recurseq.base.places import SHIPPED
from recurseq.base.text import suggest
from recurseq.base.whole_file import write_whole
from recurseq.cohort.genes.species import HUMAN, MOUSE
from recurseq.cohort.readers.estimates import decimals
from recurseq.cohort.readers.formats import NAMES_OF_FORMATS
from recurseq.command.clinical_columns import ClinicalProposal, propose_clinical
from recurseq.command.columns import (
    SheetColumn,
    clear_winner,
    describe_columns,
    factor_candidates,
    missing_words,
    other_variables,
    reference_rank,
)
from recurseq.command.config_text import clinical_config_text, config_text
from recurseq.command.design_remarks import design_remarks
from recurseq.command.find import Wanted, look
from recurseq.command.folder import PLACES
from recurseq.command.init_words import say_names, say_of_sheet, show_files, show_proposal
from recurseq.command.proposal import (
    Proposal,
    choose_contrasts,
    choose_levels,
)
from recurseq.command.recognition import (
    matched_counts,
    samples_with_counts,
    speaks_of_liver,
    species,
)
from recurseq.command.terminal import heading, say, show_table
from recurseq.command.wishes import (
    Wishes,
    answer,
    choose_file,
    choose_formula,
    choose_kept,
    factor_of_formula,
    label_levels,
    rows_kept,
)
from recurseq.io.bytes import fail
from recurseq.io.sheets import read_sheet, read_sheet_and_notes
from recurseq.markers.panel import EXPECTED, read_panel
from recurseq.study.samples import kept_rows, without_words
from recurseq.study.schema import RESERVED

USUAL_ID = "sample_id"
_STRANDED = ("star", "gdc_star")


def refuse_overwriting(folder: Path) -> None:
    """Raise `InputError` when the folder has a configuration already."""
    for place in PLACES:
        if (folder / place).exists():
            fix = "edit it, or write a new one with --force"
            raise fail(str(folder / place), "there is a configuration already", "", fix)


def propose(folder: Path, wishes: Wishes) -> Proposal:
    """Look at the files, ask what cannot be seen, and say what the configuration will hold.

    Raises
    ------
    InputError
        When a file cannot be read, a wish does not fit it, or there is nobody to ask what only the
        user can know.
    """
    whole, notes = read_sheet_and_notes(wishes.samples, wishes.sample_id or USUAL_ID)
    missing = missing_words(whole)
    whole = without_words(whole, missing, wishes.sample_id or "")
    wanted = choose_kept(wishes, whole)
    sheet = rows_kept(whole, wanted)
    columns = describe_columns(sheet)
    sample_id, table = matched_counts(
        wishes.counts, wishes.transcripts, sheet, columns, wishes.sample_id
    )
    whose = species(table)
    show_files(wishes, sheet, columns, sample_id, table, whose)
    with_counts = samples_with_counts(sheet, sample_id, table)
    say_of_sheet(sheet, notes, missing, with_counts)
    sheet = kept_rows(sheet, with_counts)
    columns = describe_columns(sheet)
    by_name = {column.name: column for column in columns}
    factor = _choose_factor(wishes, columns, sample_id)
    levels = _choose_levels(wishes, factor)
    formula = choose_formula(wishes, by_name, factor.name)
    labels = label_levels(formula, wishes, by_name, factor.name)
    human, mouse = whose == HUMAN, whose.startswith(MOUSE)
    annotation = _annotation(wishes.annotation, folder, human)
    say_names(wishes, table, annotation)
    expected = _expected() if human else []
    contrasts = choose_contrasts(levels, wishes.contrasts, expected)
    likely = bool({*contrasts} & {*expected}) or speaks_of_liver(_texts(folder, wishes, sheet))
    remarks = design_remarks(
        sheet, other_variables(columns, sample_id, factor.name), factor.name, levels
    )
    return Proposal(
        title=_title(folder, wishes),
        counts=_relative(wishes.counts, folder),
        counts_key="directory" if wishes.counts.is_dir() else "path",
        counts_kind=NAMES_OF_FORMATS.get(table.format, table.format),
        estimated=decimals(table),
        transcripts=wishes.transcripts and _relative(wishes.transcripts, folder),
        stranded=table.format in _STRANDED,
        samples=_relative(wishes.samples, folder),
        sample_id=sample_id,
        factor=factor.name,
        levels=levels,
        formula=formula,
        labels=labels,
        keep=wanted | with_counts | _leaving_out(factor, levels),
        contrasts=contrasts,
        annotation=annotation,
        liver=(human or mouse) and _wants_liver(wishes, likely, mouse),
        mouse=mouse,
        adjustable={text: held for text, held in remarks.adjustable.items() if text != formula},
        not_adjustable=remarks.not_adjustable,
        names_of_numbers={name: own for name, own in remarks.labels.items() if name not in labels},
        missing=missing,
        gene_sets=_collections(wishes.gene_sets, folder),
    )


def _texts(folder: Path, wishes: Wishes, sheet: pd.DataFrame) -> list[str]:
    """Gather names of files, the title and the sheet: what tells of which tissue a study is."""
    named = [folder.resolve().name, wishes.counts.name, wishes.samples.name, wishes.title or ""]
    return [*named, *map(str, sheet.columns), *map(str, sheet.to_numpy().ravel())]


def _wants_liver(wishes: Wishes, likely: bool, mouse: bool) -> bool:
    """Ask whether the shipped panel and gene sets are wanted; say what was done without asking."""
    what = "the marker panel and gene sets of liver cancer that come with recurseq"
    what += " (human genes, each by its one mouse orthologue)" if mouse else ""
    if wishes.asking:
        return typer.confirm(f"Use {what}?", default=likely)
    if not likely:
        say(
            f"- {what} are left out, for nothing speaks of liver; builtin under markers.panel and "
            "enrichment.collections takes them in"
        )
    return likely


def _leaving_out(factor: SheetColumn, levels: Sequence[str]) -> dict[str, Sequence[str]]:
    """Keep the levels that are compared, where other values stand in the column."""
    others = factor.missing > 0 or set(levels) != set(factor.values)
    return {factor.name: levels} if others else {}


def _collections(files: Iterable[Path], folder: Path) -> dict[str, str]:
    """Name collections of gene sets after their files, in letters, digits, ``_`` and ``-``."""
    found: dict[str, str] = {}
    for path in files:
        stem = re.sub(r"\.gmt(\..*)?$", "", path.name, flags=re.IGNORECASE)
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_-")[:40] or "sets"
        taken = {name.casefold() for name in found}
        while name.casefold() in taken or name.casefold() in RESERVED:
            name = f"{name}_sets"
        found[name] = _relative(path, folder)
    return found


def _choose_factor(wishes: Wishes, columns: Sequence[SheetColumn], sample_id: str) -> SheetColumn:
    """Take the column to compare from the user, else from the likeliest of the sheet."""
    by_name = {column.name: column for column in columns if column.name != sample_id}
    if wishes.factor is not None:
        return _factor_named(wishes.factor, by_name)
    if wishes.formula is not None:
        return _factor_named(factor_of_formula(wishes.formula, by_name), by_name)
    candidates = factor_candidates(columns, sample_id)
    if not wishes.asking and not clear_winner(candidates):
        names = ", ".join(column.name for column in candidates) or "none holds groups"
        fix = "name the column with --factor"
        raise fail(str(wishes.samples), f"which column to compare? {names}", "one column", fix)
    likely = candidates[0].name if candidates else None
    return answer(wishes, "Column to compare", likely, lambda text: _factor_named(text, by_name))


def _factor_named(name: str, by_name: dict[str, SheetColumn]) -> SheetColumn:
    if name not in by_name:
        allowed = f"one of {', '.join(by_name)}"
        raise fail("--factor", f"{name!r} is no column", allowed, suggest(name, by_name))
    if by_name[name].kind == "numbers":
        fix = "config/README.md of recurseq shows contrasts of a numeric column"
        raise fail("--factor", f"{name!r} holds measurements", "a column of groups", fix)
    if "`" in name:
        raise fail("--factor", f"{name!r} cannot stand in a formula", "a name without backticks")
    return by_name[name]


def _choose_levels(wishes: Wishes, factor: SheetColumn) -> tuple[str, ...]:
    """Take levels and reference from the user, else from the names of the groups."""
    levels = choose_levels(factor, wishes.levels, wishes.reference)
    if wishes.levels or wishes.reference:
        return levels
    if wishes.asking:
        question = f"Groups of {factor.name} to compare, the reference first"
        return answer(
            wishes, question, ", ".join(levels), lambda text: choose_levels(factor, [text], None)
        )
    if reference_rank(levels[0]) == 2:
        say(
            f"No group of {factor.name} is called like a reference (normal, control, …): "
            f"{levels[0]} was taken. --reference names another."
        )
    return levels


def _title(folder: Path, wishes: Wishes) -> str:
    named = folder.resolve().name.replace("_", " ").strip() or "Study"
    return wishes.title or answer(wishes, "Title of the report", named, str)


def _expected() -> list[str]:
    """Names of the contrasts that the marker panel of recurseq has expectations for."""
    panel = read_panel(SHIPPED / "markers.tsv")
    return [c.removeprefix(EXPECTED) for c in panel.columns if c.startswith(EXPECTED)]


def _annotation(wanted: str | None, folder: Path, human: bool) -> str:
    if wanted is None:
        return "builtin" if human else "none"
    return wanted if wanted in ("builtin", "none") else _relative(Path(wanted), folder)


def _relative(path: Path, folder: Path) -> str:
    """Name a file from the study's folder when it lies in it or beside it, else absolutely."""
    base = folder.resolve()
    target = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
    if target.is_relative_to(base):
        return target.relative_to(base).as_posix()
    beside = base.parent
    if target.is_relative_to(beside) and beside != Path(beside.anchor):
        return (Path("..") / target.relative_to(beside)).as_posix()
    return str(target)


def write_config(text: str, folder: Path) -> Path:
    """Write the configuration of a study, making its folder when needed."""
    target = folder / PLACES[0]
    write_whole(text, target)
    return target


def proposed_text(folder: Path, wishes: Wishes) -> str:
    """Look at the files, show what was recognised, and return the configuration as text.

    Raises
    ------
    InputError
        As `propose` does, or when the clinical table does not say who the patients are.
    """
    wishes = with_found_files(folder, wishes)
    clinical = None if wishes.clinical is None else _clinical(folder, wishes)
    if wishes.counts is None:
        return clinical_config_text(_title(folder, wishes), clinical)
    proposal = propose(folder, wishes)
    show_proposal(proposal)
    if clinical is not None:
        clinical = replace(clinical, link=_link(wishes, clinical))
    return config_text(proposal, clinical)


def with_found_files(folder: Path, wishes: Wishes) -> Wishes:
    """Look for files in the folder where the user named none, and print what was found.

    Raises
    ------
    InputError
        When what the configuration needs is not there, or could be several files.
    """
    alone = wishes.counts is None and wishes.samples is None
    if (alone and wishes.clinical is not None) or (wishes.counts and wishes.samples):
        return wishes
    wanted = Wanted(wishes.counts, wishes.samples, clinical=wishes.clinical is None)
    found = look(folder, partial(choose_file, wishes), wanted)
    heading(f"Files of {folder}")
    show_table(["file", "used as", "why"], found.said)
    return replace(
        wishes,
        counts=found.counts,
        samples=found.samples,
        clinical=wishes.clinical or found.clinical,
        transcripts=wishes.transcripts or found.transcripts,
        annotation=wishes.annotation or (found.annotation and str(found.annotation)),
        gene_sets=found.gene_sets,
    )


def _clinical(folder: Path, wishes: Wishes) -> ClinicalProposal:
    """Look at the clinical table and print what was recognised."""
    sheet = read_sheet(wishes.clinical)
    proposal = propose_clinical(_relative(wishes.clinical, folder), sheet)
    if proposal is None:
        found = "no column has another text in every row"
        raise fail(str(wishes.clinical), found, "a column that names the patients")
    heading(f"{wishes.clinical}: {len(sheet)} patients, named by {proposal.patient}")
    rows = [[name, "levels", ", ".join(levels)] for name, levels in proposal.levels.items()]
    rows += [[name, "number", unit] for name, unit in proposal.numbers.items()]
    rows += [
        [one.name, "endpoint", ", ".join(f"{k}: {v}" for k, v in one.keys.items())]
        for one in proposal.endpoints
    ]
    show_table(["name", "is", "values"], rows)
    for remark in proposal.remarks:
        say(f"- {remark}: left out")
    return proposal


def _link(wishes: Wishes, clinical: ClinicalProposal) -> str | None:
    """Find the column of the sample sheet with the most names of patients; None without one."""
    patients = set(read_sheet(wishes.clinical)[clinical.patient])
    sheet = read_sheet(wishes.samples)
    shared = {str(name): int(texts.isin(patients).sum()) for name, texts in sheet.items()}
    best = max(shared, key=lambda name: shared[name])
    return best if shared[best] else None
