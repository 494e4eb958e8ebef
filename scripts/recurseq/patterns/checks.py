"""What can be wrong with the section ``patterns``, and what is often not meant."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from recurseq.base.errors import Problem
from recurseq.base.text import quoted, suggest
from recurseq.design.contrast import Contrast
from recurseq.patterns.classify import margin_of

WHERE = "config: patterns"


def pattern_problems(section: Mapping | None, contrasts: Mapping[str, Contrast]) -> list[Problem]:
    """Compare the section with the contrasts of a study.

    Parameters
    ----------
    section
        The section, following its schema; None when the study has none.
    contrasts
        All contrasts by name.
    """
    if section is None:
        return []
    problems, factor = [], section.get("factor")
    for name in section["contrasts"]:
        if name not in contrasts:
            found = f"{quoted(name)} is no contrast of the study"
            allowed, fix = f"among {', '.join(contrasts)}", suggest(name, contrasts)
            problems.append(Problem(f"{WHERE}.contrasts", found, allowed, fix))
        elif factor is not None and contrasts[name].factor != factor:
            found = f"the contrast {name!r} does not compare levels of {quoted(factor)}"
            fix = "leave out factor, or choose contrasts of it"
            problems.append(Problem(f"{WHERE}.contrasts", found, f"contrasts of {factor!r}", fix))
    return problems


def pattern_notes(section: Mapping | None, contrasts: Mapping[str, Contrast]) -> list[str]:
    """Remark on steps that are no chain, or that cannot be shown unchanged.

    Parameters
    ----------
    section, contrasts
        As for `pattern_problems`, which found nothing.
    """
    if section is None:
        return []
    steps = [contrasts[name] for name in section["contrasts"]]
    notes = [
        f"patterns: {one.name} ends at {one.side_name('numerator')}, and {following.name} begins "
        f"at {following.side_name('denominator')}: the steps are no chain, and a pattern says only "
        "what each of them does"
        for one, following in pairwise(steps)
        if not one.of_levels
        or not following.of_levels
        or set(one.numerator) != set(following.denominator)
    ]
    return notes + [
        f"patterns: min_abs_lfc of {step.name} is 0, so that no gene can be shown unchanged in it"
        for step in steps
        if margin_of(step.rule) <= 0
    ]
