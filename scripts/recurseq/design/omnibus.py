"""What the omnibus test asks: the terms of the design that its reduced design lacks."""

from __future__ import annotations

from recurseq.base.text import listed
from recurseq.design.formula import Formula, formula_of


def reduced_without(formula: Formula, factor: str) -> str:
    """Write the design without every term that holds a factor.

    Parameters
    ----------
    formula
        The design.
    factor
        What is compared. The intercept stays: a factor of the design always spans it.
    """
    return formula_of([term for term in formula.terms if factor not in term])


def tested_terms(full: Formula, reduced: Formula) -> list[tuple[str, ...]]:
    """Return the terms of the full design that the reduced one lacks."""
    kept = {frozenset(term) for term in reduced.terms}
    return [term for term in full.terms if frozenset(term) not in kept]


def beyond_factor(full: Formula, reduced: Formula, factor: str) -> bool:
    """Whether the test takes terms together of which some have nothing to do with a factor."""
    terms = tested_terms(full, reduced)
    return any(factor in term for term in terms) and any(factor not in term for term in terms)


def question(full: Formula, reduced: Formula, factor: str) -> str:
    """Say in words what the test asks of a gene.

    Parameters
    ----------
    full, reduced
        The designs that are compared.
    factor
        What the first contrast compares; empty when none compares levels.
    """
    terms = {frozenset(term) for term in tested_terms(full, reduced)}
    own = {frozenset(term) for term in full.terms if factor in term}
    if terms == own:
        return "differs anywhere among the groups"
    names = [":".join(term) for term in tested_terms(full, reduced)]
    if len(names) == 1:
        return f"depends on {names[0]}"
    return f"depends on any of {listed(names)}, tested together"
