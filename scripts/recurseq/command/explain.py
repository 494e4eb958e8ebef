"""``recurseq explain``: why a gene is or is not called, contrast by contrast."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.h5ad import gene_columns
from recurseq.base.text import suggest
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.command.evidence_sentences import evidence_sentences
from recurseq.command.folder import StudyFolder, advised
from recurseq.command.outcome import RESULTS, ContrastResult, Outcome, read_outcome
from recurseq.command.sentences import (
    cooks_sentence,
    dispersion_sentence,
    estimate_sentence,
    filter_sentence,
    number,
    omnibus_sentence,
    pvalue_sentence,
    replication_sentences,
    verdict,
)
from recurseq.command.terminal import complain, heading, say, show_table
from recurseq.deseq import normalized_counts
from recurseq.evidence.verdict import counts_sentence
from recurseq.io.bytes import fail
from recurseq.preflight.check import checked_study
from recurseq.report.gene_notes import marker_sentences, theme_sentences
from recurseq.report.results import MODEL

MOST_SAMPLES_SHOWN = 30


def explain(
    folder: StudyFolder, config: Mapping, queries: Sequence[str], *, samples: bool | None
) -> bool:
    """Explain genes and return whether every one was found.

    Parameters
    ----------
    folder, config
        The study and its configuration.
    queries
        Identifiers or symbols.
    samples
        Whether to list every sample; None lists them when there are at most 30.
    """
    with contextlib.chdir(folder.path):
        study, _ = checked_study(config)
        if not study.has_counts:
            raise fail(str(folder.path), "the study has no counts", "a study with genes")
        if not (RESULTS / MODEL).is_file():
            fix = f"run the study first: {advised('run', folder.path)}"
            raise fail(str(folder.path), "there are no results yet", "a study that has run", fix)
        outcome = read_outcome(study, config)
        found = _found(outcome, queries)
    if outcome.stale:
        say("The configuration was changed after these results were made; a run updates them.")
    listed = len(outcome.model.obs) <= MOST_SAMPLES_SHOWN if samples is None else samples
    for gene_id in found["gene_id"].dropna().unique():
        notes = found.loc[(found["gene_id"] == gene_id) & (found["note"] != ""), "note"]
        _show_gene(outcome, gene_id, list(notes), listed)
    missing = found[found["gene_id"].isna()]
    for row in missing.itertuples():
        complain(f"{row.query}: {row.note}. {_closest(row.query, outcome)}".strip())
    return missing.empty


def _found(outcome: Outcome, queries: Sequence[str]) -> pd.DataFrame:
    """Rows of `resolve_symbols`; the annotation is only read for names the counts do not have."""
    genes = outcome.model.var
    names = (list(genes.index), list(genes["gene_name"]))
    species = outcome.study.orthologues
    found = resolve_symbols(queries, *names, load_annotation("none"), species)
    if found["gene_id"].notna().all():
        return found
    annotation = load_annotation(outcome.study.cohort.annotation)
    return resolve_symbols(queries, *names, annotation, species)


def _closest(query: str, outcome: Outcome) -> str:
    genes = outcome.model.var
    near = [name for name in genes["gene_name"].unique() if _alike(query, name)]
    return suggest(query, near) or suggest(query, [g for g in genes.index if _alike(query, g)])


def _alike(query: str, name: str) -> bool:
    """Whether a name is worth comparing closely: it begins alike and is about as long."""
    first = name[:2].casefold() == query[:2].casefold()
    return first and abs(len(name) - len(query)) <= 3


def _show_gene(outcome: Outcome, gene_id: str, notes: Sequence[str], listed: bool) -> None:
    model = outcome.model
    gene = model.var.loc[gene_id]
    counts = gene_columns(model, "counts", [gene_id])[gene_id]
    normalized = normalized_counts(model, [gene_id])[gene_id]
    replaced = model.uns["replacements"]
    replaced = replaced[replaced["gene_id"] == gene_id]
    place = f"chromosome {gene['chromosome']}" if gene["chromosome"] else ""
    heading(", ".join(part for part in (_name(gene_id, gene), gene["gene_type"], place) if part))
    for note in notes:
        say(note)
    for sentence in (
        filter_sentence(gene, counts, outcome),
        dispersion_sentence(gene),
        cooks_sentence(gene, replaced, outcome),
        *(marker_sentences(_panel_rows(outcome, gene_id)) if outcome.study.panel else ()),
        *theme_sentences(outcome.themes, gene["gene_name"]),
        *replication_sentences(gene_id, outcome.elsewhere),
    ):
        if sentence:
            say(sentence)
    _show_groups(outcome, normalized)
    if listed:
        _show_samples(outcome, counts, normalized)
    _show_contrasts(outcome, gene_id, normalized)


def _name(gene_id: str, gene: pd.Series) -> str:
    return gene_id if gene["gene_name"] == gene_id else f"{gene['gene_name']} ({gene_id})"


def _panel_rows(outcome: Outcome, gene_id: str) -> pd.DataFrame:
    if outcome.markers is None:
        return pd.DataFrame(columns=["set", "expected"])
    return outcome.markers[outcome.markers.index == gene_id]


def _groups(outcome: Outcome) -> pd.Series:
    """Level of the main factor of each sample; one group when there is none."""
    factor, samples = outcome.study.main_factor, outcome.model.obs
    if factor:
        return samples[factor].astype(object)
    return pd.Series("all samples", index=samples.index)


def _show_groups(outcome: Outcome, normalized: pd.Series) -> None:
    groups = _groups(outcome)
    say()
    levels = outcome.study.cohort.levels.get(outcome.study.main_factor) or sorted(groups.unique())
    rows = []
    for level in levels:
        values = normalized[groups == level]
        shown = (values.mean(), values.median(), values.min(), values.max())
        rows.append([level, len(values), *map(number, shown), int((values > 0).sum())])
    header = ["normalised counts", "n", "mean", "median", "lowest", "highest", "above 0"]
    show_table(header, rows)


def _show_samples(outcome: Outcome, counts: pd.Series, normalized: pd.Series) -> None:
    groups = _groups(outcome)
    order = normalized.sort_values(ascending=False, kind="stable").index
    say()
    show_table(
        ["sample", "group", "count", "normalised"],
        [[s, groups[s], f"{int(counts[s])}", number(normalized[s])] for s in order],
    )


def _show_contrasts(outcome: Outcome, gene_id: str, normalized: pd.Series) -> None:
    for name, contrast in outcome.study.contrasts.items():
        result = outcome.contrasts.get(name)
        if result is None or gene_id not in result.genes.index:
            heading(f"{name}: not tested yet")
            continue
        row = result.genes.loc[gene_id]
        word, sentence = verdict(row, result)
        heading(f"{contrast.name}: {word}")
        for text in (
            _counts(result),
            estimate_sentence(row, result, normalized),
            pvalue_sentence(row, result),
            sentence,
            *_evidence(result, gene_id),
        ):
            if text:
                say(text)
    study, omnibus = outcome.study, outcome.omnibus
    if omnibus is not None and study.omnibus_reduced is not None and gene_id in omnibus.index:
        say()
        say(omnibus_sentence(omnibus.loc[gene_id], study.omnibus_reduced, study.formula))


def _counts(result: ContrastResult) -> str:
    """Say what the contrast calls in all, and what chance would."""
    return f"In all: {counts_sentence(result.summary)}." if result.summary else ""


def _evidence(result: ContrastResult, gene_id: str) -> list[str]:
    if result.evidence is None or gene_id not in result.evidence.index:
        return []
    return evidence_sentences(result.evidence.loc[gene_id], result)
