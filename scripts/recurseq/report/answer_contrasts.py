"""The answers of the contrasts, from the codes of their tables."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from recurseq.base.text import capital, listed
from recurseq.design.calling import is_called
from recurseq.design.confounding import ASSOCIATED, INSEPARABLE
from recurseq.design.contrast import Contrast
from recurseq.evidence.support import CARRIED, CONFIRMED
from recurseq.evidence.verdict import ABOVE, IN_WORDS, LIKE, UNTESTABLE
from recurseq.markers.verdicts import AS_EXPECTED, NO_EXPECTATION, NOT_TESTED, OPPOSITE
from recurseq.report.answer import MOST_SENTENCES, Answer, Line
from recurseq.report.results import Results
from recurseq.report.sections.contrasts import AllContrasts, ContrastFacts, called_in_words
from recurseq.report.words import count, first, is_missing, many, number, pvalue, spaced
from recurseq.signatures.settings import COMPOSITION
from recurseq.study import Study

TOP_SETS = 3
NAMES_SHOWN = 4
SMALL_SIDE = 6  # samples


def answers_of_contrasts(results: Results, study: Study, facts: AllContrasts) -> list[Answer]:
    """Answer every contrast.

    Parameters
    ----------
    results, study
        The study.
    facts
        What the section of contrasts gathered.
    """
    return [_answer(results, study, one) for one in facts.contrasts]


def _answer(results: Results, study: Study, one: ContrastFacts) -> Answer:
    found = [
        Line("", called_in_words(one)),
        *_markers(results, one.name),
        *_sets(results, study, one.name),
    ]
    return Answer(
        anchor=f"contrast-{one.name}",
        title=one.title,
        key="" if one.title == one.name else one.name,
        setup=f"{_sides(one)}, model {study.formula}. Called when {one.rule}.",
        found=found,
        trust=[
            *_calls(one),
            *_flags(results, one.contrast),
            *_columns(results, one.name),
        ],
        not_to_conclude=list(_not_to_conclude(results, one))[:MOST_SENTENCES],
    )


def _sides(one: ContrastFacts) -> str:
    if one.n_numerator is None:
        return f"Log2 fold change = {one.numerator}"
    return f"{one.n_numerator} v {one.n_denominator} samples"


def _rows(results: Results, table: str, contrast: str) -> pd.DataFrame:
    """Rows of a contrast in a table of all contrasts; none where there is no table."""
    found = results.table(table)
    return pd.DataFrame() if found is None else found[found["contrast"] == contrast]


def _markers(results: Results, contrast: str) -> Iterator[Line]:
    rows = _rows(results, "markers", contrast)
    if rows.empty:
        return
    tested = rows[rows["verdict"] != NOT_TESTED]
    expected, opposite = (tested[tested["verdict"] == code] for code in (AS_EXPECTED, OPPOSITE))
    unasked = int((tested["verdict"] == NO_EXPECTATION).sum())
    if len(tested) and unasked == len(tested):
        text = f"{count(len(tested))} tested; the panel expects nothing of this contrast."
        yield Line("Markers", text)
        return
    text = f"{count(len(expected))} of {count(len(tested))} tested as expected"
    evidence = results.table("contrast_evidence", contrast=contrast)
    if evidence is not None and len(expected):
        sure = evidence.loc[evidence["support"] == CONFIRMED, "gene_id"]
        text += f" ({count(expected['gene_id'].isin(sure).sum())} confirmed)"
    text += f", {count(len(opposite))} opposite"
    if len(opposite):
        text += f" ({first(opposite['query'].tolist(), NAMES_SHOWN)})"
    if unasked:
        text += f", {count(unasked)} without an expectation"
    yield Line("Markers", f"{text}.")


def _sets(results: Results, study: Study, contrast: str) -> Iterator[Line]:
    tables = {
        name: results.table("gsea", contrast=contrast, collection=name)
        for name in study.collections
    }
    known = [table for table in tables.values() if table is not None and len(table)]
    if not known:
        return
    rows = pd.concat(known, ignore_index=True)
    called = rows[is_called(rows)]
    tested = count(rows["competitivePadj"].notna().sum())
    if called.empty:
        yield Line("Gene sets", f"None of {tested} survives the correlation of its genes.")
        return
    size = called["NES"].abs()
    top = called.assign(size=size).sort_values(
        ["competitivePadj", "size", "set"], ascending=[True, False, True], kind="stable"
    )
    names = [
        f"{'▲' if row.direction == 'up' else '▼'} {spaced(row.set)} "
        f"(padj {pvalue(row.competitivePadj)})"
        for row in top.head(TOP_SETS).itertuples()
    ]
    text = f"{count(len(called))} of {tested} survive the correlation of their genes"
    yield Line("Gene sets", f"{text}: {', '.join(names)}.")


def _calls(one: ContrastFacts) -> Iterator[Line]:
    """Say what stands behind the calls: a second test, few samples, shuffled labels."""
    if one.support is None:
        return
    row = one.support.summary
    if one.support.called and row:
        called = count(row["called_up"] + row["called_down"])
        yield Line(
            "Second test",
            f"{count(row['confirmed'])} of {called} calls confirmed by limma-voom; "
            f"{count(row['carried_by_few'])} carried by few samples.",
        )
    if row and not is_missing(row["verdict"]):
        yield Line("Shuffled labels", _chance(row))


def _chance(row: dict) -> str:
    verdict = capital(IN_WORDS[row["verdict"]])
    if row["verdict"] == UNTESTABLE:
        return f"{verdict}."
    shuffles, found = int(row["permutations"]), row["permutation_pvalue"]
    least = ", the least they can show" if found * (1 + shuffles) < 1.5 else ""
    return (
        f"{verdict} (p = {number(found)} from {shuffles} shuffles{least}); "
        f"they call {count(round(row['permuted_median']))} in the median, up to "
        f"{count(round(row['permuted_q95']))} in 95 %."
    )


def _flags(results: Results, contrast: Contrast) -> Iterator[Line]:
    flags = results.table("qc_flags")
    if flags is None:
        return
    compared = contrast.compared(results.samples)
    own = set(results.samples.index if compared is None else results.samples.index[compared])
    names = [name for name in dict.fromkeys(flags["sample_id"]) if name in own]
    told = f"{many(len(names), 'sample')} flagged"
    if names:
        told += f" ({first(names, NAMES_SHOWN)}), none removed"
    yield Line("Quality", f"{capital(told)}.")


def _columns(results: Results, contrast: str) -> Iterator[Line]:
    rows = _rows(results, "qc_confounding", contrast)
    if rows.empty:
        return
    inseparable, uneven = _related(rows)
    told = [
        *([f"cannot be told apart from the sides: {listed(inseparable)}"] if inseparable else []),
        *([f"uneven between the sides: {listed(uneven)}"] if uneven else []),
    ]
    text = "; ".join(told) or "none differs strongly between the sides"
    yield Line("Other columns", f"{capital(text)}.")


def _related(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Columns that cannot be told apart from the sides, and those that are associated with them."""
    inseparable = rows.loc[rows["relation"].isin(INSEPARABLE), "column"].tolist()
    return inseparable, rows.loc[rows["relation"] == ASSOCIATED, "column"].tolist()


def _not_to_conclude(results: Results, one: ContrastFacts) -> Iterator[str]:
    """Say what this contrast does not show; the gravest first."""
    row = one.support.summary if one.support else {}
    called, verdict = one.up + one.down, row.get("verdict")
    columns = _rows(results, "qc_confounding", one.name)
    inseparable, uneven = _related(columns) if len(columns) else ([], [])
    if not called:
        yield "that the sides are alike: none called is no proof of equal expression"
    if called and verdict == LIKE:
        yield "that the list as a whole is a finding: shuffled labels call as many genes"
    if inseparable:
        yield f"that the sides make the difference and not {listed(inseparable, 'or')}"
    if called and verdict != ABOVE and verdict != LIKE:
        yield "that the calls are more than chance: shuffled labels could not tell"
    made_of = _made_of(results, one.name)
    if called and made_of:
        yield f"that cells changed what they express: the sides also differ in {listed(made_of)}"
    if called and row.get(CARRIED):
        few = count(row[CARRIED])
        yield f"that each call holds in most samples: few samples carry {few} of {count(called)}"
    if uneven:
        yield f"that {listed(uneven)} {'plays' if len(uneven) == 1 else 'play'} no part"
    if one.n_numerator is not None and min(one.n_numerator, one.n_denominator) < SMALL_SIDE:
        least = min(one.n_numerator, one.n_denominator)
        yield f"that genes not called are unchanged: a side of {least} misses moderate changes"
    yield "that a called gene causes the difference, or would tell the side of another patient"


def _made_of(results: Results, contrast: str) -> list[str]:
    """Proxies of composition in which the sides differ."""
    rows = _rows(results, "signature_tests", contrast)
    if rows.empty:
        return []
    called = is_called(rows)
    return rows.loc[called & (rows["collection"] == COMPOSITION), "set"].map(spaced).tolist()
