"""What the registries of tables and figures share: which entries a study has, and where."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol, TypeVar

_WILDCARD = re.compile(r"\{(\w+)\}")
# Conditions that are no section of the configuration, in words that follow "only".
SPECIAL = {
    "adjusted": "when the formula has variables beside the main factor",
    "several_contrasts": "with two contrasts or more",
    "demo_counts": "in the demo study",
    "demo_second": "in a demo study with a second cohort",
    "demo_halves": "in the demo study, unless `demo.halves` is false",
    "shuffles": "unless `evidence.permutations` is 0",
    "covariates": "unless `confounding.refit` is false",
    "covariate_markers": "with the section `markers`, and unless `confounding.refit` is false",
    "demo_clinical": "in studies of simulated patients",
    "coexpression_pairs": "with `coexpression.pairs`",
    "coexpression_sets": "with `coexpression.sets`",
    "imputed_model": "with a model that imputes",
    "selected_risk": "with a risk model whose terms are chosen by the data",
    "early": "with an endpoint within a time",
    "traced": "with the section `flow` or `cohorts`",
    "concordance": "with an assay of a gene that the counts have too",
    "scan": "with a cut-off that has an endpoint",
    "described": "with a description that counts levels",
    "competing": "with survival of an endpoint with several states",
    "subgroups": "with survival in subgroups",
    "risk_tree": "with a risk model that has a tree",
    "risk_strata": "with a risk model that has strata",
    "risk_centres": "with a risk model whose model names centres",
    "benefit_times": "with a treatment whose endpoint has times",
    "patients_panel": "with the sections `markers`, `clinical.links` and an endpoint with times",
}


class Entry(Protocol):
    """One entry of a registry: the path of its files, and the condition under which it exists."""

    file: str
    when: str


Registered = TypeVar("Registered", bound=Entry)


def study_files(
    entries: Iterable[Registered], parts: Collection[str], wildcards: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Registered, str, dict[str, str]]]:
    """Find the files that the entries of a registry have in a study.

    Parameters
    ----------
    entries
        Of a registry, in its order.
    parts
        Conditions that the study meets.
    wildcards
        As for `expansions`.

    Yields
    ------
    (entry, str, dict)
        The entry, the path of a file, and the values of its wildcards.
    """
    for entry in entries:
        if is_part(entry.when, parts):
            for chosen, path in expansions(entry.file, wildcards):
                yield entry, path, chosen


def wildcards_in(pattern: str) -> list[str]:
    """Return the wildcards of a path, each once, in order."""
    return list(dict.fromkeys(_WILDCARD.findall(pattern)))


def expansions(
    pattern: str, wildcards: Mapping[str, Sequence[str]]
) -> Iterator[tuple[dict[str, str], str]]:
    """Fill the wildcards of a path in every way that a study has.

    Parameters
    ----------
    pattern
        Such as ``contrasts/{contrast}/genes.tsv``.
    wildcards
        Name of a wildcard to its values, such as the contrasts of a study.

    Yields
    ------
    (dict, str)
        Values of the wildcards, and the path; the last wildcard changes fastest.
    """
    names = wildcards_in(pattern)
    for values in product(*(wildcards[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        yield chosen, pattern.format(**chosen)


def condition_in_words(condition: str) -> str:
    """Say when a study has an entry that it does not always have, to follow "only"."""
    return SPECIAL.get(condition, f"with the section `{condition}`")


def is_part(condition: str, parts: Collection[str]) -> bool:
    """Whether an entry belongs to a study; an entry without a condition belongs to every one."""
    return not condition or condition in parts
