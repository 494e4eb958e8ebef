"""Whose genes these are, by their identifiers or by the case of their symbols."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from recurseq.base.errors import Problem, raise_if_any
from recurseq.base.places import SHIPPED
from recurseq.base.text import few
from recurseq.cohort.genes.annotation import load_annotation, lookup_key

HUMAN, MOUSE = "human", "mouse"
_TRANSLATE = (
    "set genes.orthologues: mouse, which replaces each human gene by its one orthologue; or "
)
_PATTERNS = {
    r"ENSG\d{11}": HUMAN,
    r"ENSMUSG\d{11}": MOUSE,
    r"ENSRNOG\d{11}": "rat",
    r"ENSDARG\d{11}": "zebrafish",
    r"ENSSSCG\d{11}": "pig",
    r"ENSBTAG\d{11}": "cow",
    r"ENSOARG\d{11}": "sheep",
    r"ENSECAG\d{11}": "horse",
    r"ENSGALG\d{11}": "chicken",
    r"ENSCAFG\d{11}": "dog",
    r"ENSOCUG\d{11}": "rabbit",
    r"ENSMMUG\d{11}": "rhesus macaque",
    r"ENSMFAG\d{11}": "crab-eating macaque",
    r"ENSXETG\d{11}": "frog",
    r"ENS[A-Z]{3,4}G\d{11}": "another vertebrate",
    r"FBgn\d{7}": "fruit fly",
    r"WBGene\d{8}": "worm",
    r"(?i:AT[1-5CM]G\d{5})": "thale cress",
    r"(?i:Os\d{2}g\d{7})": "rice",
    r"(Y[A-P][LR]\d{3}[WC](-[A-Z])?|Q\d{4})": "yeast",
    r"SP(AC|AP|BC|BP|CC|CP)[A-Z0-9]+\.\d+c?": "fission yeast",
}
_LOOKED_AT = 2_000  # genes, spread over all of them
_MOST = 0.5
_SYMBOLS_SHARED = 0.3  # of the names in the human annotation, whatever their case
# Human symbols are capitals (C1orf112 aside), those of mouse and rat begin with one, those of fish
# have none.
_CASES = {"capitals": HUMAN, "capitalised": "mouse or rat", "small": "fish or frog"}


def species_of(genes: Iterable[str]) -> str:
    """Say whose genes these are.

    Parameters
    ----------
    genes
        Identifiers or symbols.

    Returns
    -------
    str
        ``human``, another species, ``mouse or rat`` or ``fish or frog`` where only the case of
        symbols tells, or an empty text. Symbols in capitals are taken for human where a third of
        them is: those of other mammals that write capitals cannot be told from these.
    """
    names = [lookup_key(str(gene).strip()) for gene in genes]
    names = names[:: max(1, len(names) // _LOOKED_AT)]
    if not names:
        return ""
    for pattern, name in _PATTERNS.items():
        if sum(map(bool, map(re.compile(pattern).fullmatch, names))) > _MOST * len(names):
            return name
    return _by_symbols(names)


def _by_symbols(names: list[str]) -> str:
    known = load_annotation("builtin")
    numbers = set(known["entrez_id"])
    if sum(name in numbers for name in names) >= _SYMBOLS_SHARED * len(names):
        return HUMAN
    symbols = {symbol.casefold() for symbol in known["gene_name"]}
    shared = [name for name in names if name.casefold() in symbols]
    if len(shared) < _SYMBOLS_SHARED * len(names):
        return ""
    cases = [_case_of(name) for name in shared if sum(map(str.isalpha, name)) > 1]
    most = max(_CASES, key=cases.count)
    return _CASES[most] if cases.count(most) > _MOST * len(cases) else ""


def _case_of(name: str) -> str:
    letters = "".join(filter(str.isalpha, name)).replace("orf", "")
    if letters == letters.upper():
        return "capitals"
    if letters == letters.lower():
        return "small"
    return "capitalised" if letters == letters.capitalize() else "mixed"


def human_file_problems(
    files: Mapping[str, str], genes: pd.DataFrame, orthologues: str = ""
) -> list[Problem]:
    """Find files of human genes that come with recurseq in a study of another species.

    Some symbols of other species are spelt as human ones, or differ by case alone: they would be
    taken for the genes of the panel, or of a set, without a word.

    Parameters
    ----------
    files
        Key of the configuration to the path that it means.
    genes
        Columns ``gene_id`` and ``gene_name``, one row per gene.
    orthologues
        ``genes.orthologues`` of the configuration: the species for which human names are
        translated, or none.
    """
    species = species_of(genes["gene_id"]) or species_of(genes["gene_name"])
    if orthologues and species and orthologues not in species:
        return [_other_species(orthologues, species, genes)]
    human = {key: path for key, path in files.items() if Path(path).is_relative_to(SHIPPED)}
    if not human or orthologues or species in ("", HUMAN):
        return []
    return [
        Problem(
            f"config: {key}",
            f"builtin is of human genes, the counts are of {species} genes such as "
            f"{few(genes['gene_id'].head(3), 3)}",
            f"a file of {species} genes",
            f"{_TRANSLATE if MOUSE in species else ''}remove the key, or name a file in which each "
            "human gene is replaced by its orthologue",
        )
        for key in human
    ]


def _other_species(orthologues: str, species: str, genes: pd.DataFrame) -> Problem:
    return Problem(
        "config: genes.orthologues",
        f"found {orthologues!r}, and the counts are of {species} genes such as "
        f"{few(genes['gene_id'].head(3), 3)}",
        f"counts of {orthologues} genes",
        "remove the key"
        if species == HUMAN
        else "remove the key, and panel and sets of human genes with it",
    )


def refuse_human_files(
    files: Mapping[str, str], genes: pd.DataFrame, orthologues: str = ""
) -> None:
    """Raise `InputError` with the problems of `human_file_problems`."""
    raise_if_any(human_file_problems(files, genes, orthologues))
