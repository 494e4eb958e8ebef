"""What is said of a gene in a contrast: once, for ``recurseq explain`` and for the report.

A sentence is a tuple of fragments with fields in braces. A fragment whose fields are not all known
is left out, and without its first fragment nothing is said. So the page needs no rule of its own:
it gets the fragments of each contrast and fills them with the numbers that it shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product

from recurseq.design.calling import DIRECTIONS, CallingRule
from recurseq.design.contrast import Contrast
from recurseq.evidence.support import CARRIED, CONFIRMED, UNCONFIRMED

Fragments = tuple[str, ...]
FILTERED = "independent_filtering"
SAMPLES_NAMED = 5
_FIELD = re.compile(r"\{(\w+)\}")
_SUPPORT = {
    CONFIRMED: "Confirmed: limma-voom calls it too",
    UNCONFIRMED: "Not confirmed: limma-voom does not call it",
    CARRIED: "Carried by few samples",
}
# Columns of the table contrast_genes whose absolute value is compared, and the field for it.
_ABSOLUTE = {"log2FoldChange": "absoluteChange"}


def say(fragments: Fragments, values: Mapping[str, str]) -> str:
    """Fill a sentence.

    Parameters
    ----------
    fragments
        As the functions of this module return them.
    values
        Field to text; what is missing is left out.
    """
    known = [part for part in fragments if all(name in values for name in _FIELD.findall(part))]
    if known[:1] != list(fragments[:1]):
        return ""
    return "".join(_FIELD.sub(lambda found: values[found[1]], part) for part in known)


def estimate(contrast: Contrast, way: str) -> Fragments:
    """Say the fold change; `way` is up or down."""
    higher = "higher" if way == "up" else "lower"
    sides = (" in {numerator}", "; mean normalised counts {meanNumerator} and {meanDenominator}")
    return (
        f"log2 fold change {{log2FoldChange}} (standard error {{lfcSE}}): {{times}} times {higher}",
        *(sides if contrast.of_levels else ()),
        "; shrunken {shrunkenLog2FoldChange}",
        ".",
    )


def pvalues(rule: CallingRule, filter_threshold: float) -> Fragments:
    """Say the p-values, and over which genes the deciding one was adjusted."""
    over = " over the genes with a mean count of at least {filterThreshold}"
    filtered = over if filter_threshold > 0 else ""
    if not rule.tests_threshold:
        return ("P-value {pvalue}", f", adjusted {{padj}}{filtered}", ".")
    return (
        "P-value {pvalue}",
        ", adjusted {padj}",
        f"; test of |log2 fold change| above {rule.lfc_threshold:g}: p-value {{pvalueThreshold}}",
        f", adjusted {{padjThreshold}}{filtered}",
        ".",
    )


def verdict(rule: CallingRule, met: Sequence[bool]) -> Fragments:
    """Say which conditions decide; `met` has one answer for each condition of the rule."""
    told = list(zip(rule.conditions, met, strict=True))
    yes = " and ".join(_condition(one, True) for one, holds in told if holds)
    no = " and ".join(_condition(one, False) for one, holds in told if not holds)
    if not no:
        return (f"Called {{direction}}: {yes}.",)
    return (f"Not called: {no}{f', although {yes}' if yes else ''}.",)


def _condition(condition: object, holds: bool) -> str:
    yes, no = ("is below", "is not below") if condition.below else ("is at least", "is below")
    field = _ABSOLUTE.get(condition.column, condition.column)
    against = f"{condition.limit_name} {condition.limit:g}"
    return f"{condition.name} {{{field}}} {yes if holds else no} {against}"


def untested(rule: CallingRule, status: str) -> Fragments:
    """Say why a gene has no adjusted p-value to decide by."""
    if status != FILTERED:
        return ("Not called: {note}.",)
    return (
        "Not called: its mean count {baseMean} is below {filterThreshold}, the threshold of "
        f"independent filtering, so its p-value {{{rule.pvalue_column}}} was not adjusted.",
    )


def second_opinion(support: str, rule: CallingRule) -> Fragments:
    """Say what limma-voom finds, after the word that sums the evidence up."""
    against = f" against {rule.lfc_threshold:g}" if rule.tests_threshold else ""
    found = f"log2 fold change {{voomLog2FoldChange}}, adjusted p-value{against} {{voomPadj}}"
    if support == CARRIED:
        return (f"{_SUPPORT[support]} (limma-voom: {found}).",)
    if support in _SUPPORT:
        return (f"{_SUPPORT[support]} ({found}).",)
    return (f"limma-voom: {found}.",)


AREA = (
    "A sample of {numerator} is higher than one of {denominator} with a chance of {auc} "
    "(95 % interval {aucLower} to {aucUpper})",
    "; Wilcoxon's test: adjusted p-value {wilcoxonPadj}",
    ".",
)
SHARE = ("The two largest samples of the higher side hold {topTwoShare} % of its counts.",)
EMPTY = ("No sample of {emptyGroup} has a count.",)


def hanging(called: bool, several: bool) -> Fragments:
    """Name the samples without which the call would end, or be made."""
    of = "any one of {many} samples ({samples})" if several else "sample {samples}"
    return (f"Without {of} it would {'not ' if called else ''}be called.",)


def omnibus(reduced: str, formula: str) -> Fragments:
    """Say what the likelihood-ratio test found."""
    test = f"Omnibus test of {formula} against {reduced}"
    return (f"{test}: p-value {{omnibusPvalue}}, adjusted {{omnibusPadj}}.",)


def of_contrast(contrast: Contrast, filter_threshold: float) -> dict[str, Fragments]:
    """Return every sentence that may be said of a gene in a contrast, by the codes that choose it.

    Returns
    -------
    dict
        ``estimate.up``; ``pvalues``; ``verdict.3`` (a bit for each condition that is met, the first
        the lowest); ``untested.independent_filtering`` and ``untested`` for every other status;
        ``support.confirmed`` and so on; ``area``, ``share``, ``empty``;
        ``hanging.called.several``.
    """
    rule = contrast.rule
    answers = product((False, True), repeat=len(rule.conditions))
    return {
        **{f"estimate.{way}": estimate(contrast, way) for way in DIRECTIONS},
        "pvalues": pvalues(rule, filter_threshold),
        **{f"verdict.{bits(met)}": verdict(rule, met) for met in answers},
        "untested": untested(rule, ""),
        f"untested.{FILTERED}": untested(rule, FILTERED),
        **{f"support.{one}": second_opinion(one, rule) for one in (*_SUPPORT, "none")},
        "area": AREA,
        "share": SHARE,
        "empty": EMPTY,
        **{
            f"hanging.{'called' if called else 'other'}.{'several' if several else 'one'}": hanging(
                called, several
            )
            for called in (False, True)
            for several in (False, True)
        },
    }


def bits(met: Sequence[bool]) -> int:
    """Return answers as a number, the first as its lowest bit."""
    return sum(1 << place for place, holds in enumerate(met) if holds)
