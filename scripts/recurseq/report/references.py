"""What the methods cite, as text, as BibTeX and in the Citation File Format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from recurseq.base.places import read_shipped

ET_AL = "et al"
# Letters that LaTeX reads as commands; the text itself is UTF-8.
LATEX = re.compile(r"([&%$#_{}])")
# What the schema of the Citation File Format takes for a DOI; old ones have other signs.
CFF_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")


@dataclass(frozen=True)
class Reference:
    """One reference; a book has a publisher in place of a journal.

    Attributes
    ----------
    authors
        Family name and initials of each, ``et al`` for those that are not named.
    volume, pages
        As printed; empty where there is none.
    """

    key: str
    authors: tuple[str, ...]
    title: str
    year: int
    doi: str
    journal: str = ""
    publisher: str = ""
    volume: str = ""
    pages: str = ""

    @property
    def text(self) -> str:
        """The reference as a list of references has it, without its DOI."""
        who = f"{', '.join(self.authors)}. {self.title}{'' if self.title.endswith('?') else '.'}"
        if self.publisher:
            return f"{who} {self.publisher}; {self.year}."
        volume = f";{self.volume}" if self.volume else ""
        return f"{who} {self.journal} {self.year}{volume}:{self.pages}."

    @property
    def bibtex(self) -> str:
        """The reference as an entry of BibTeX."""
        fields = {
            "author": " and ".join(map(_bibtex_name, self.authors)),
            # Braces of its own, or BibTeX takes the capitals out of the names of genes.
            "title": f"{{{_latex(self.title)}}}",
            "journal": _latex(self.journal),
            "publisher": _latex(self.publisher),
            "year": str(self.year),
            "volume": self.volume,
            "pages": self.pages.replace("-", "--"),
            "doi": self.doi,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        kind = "book" if self.publisher else "article"
        return f"@{kind}{{{self.key},\n" + ",\n".join(lines) + "\n}\n"

    @property
    def cff(self) -> dict:
        """The reference as an entry under ``references`` of a citation file."""
        first, _, last = self.pages.partition("-")
        fields = {
            "type": "book" if self.publisher else "article",
            "title": self.title,
            "authors": [_cff_name(author) for author in self.authors],
            "journal": self.journal,
            "publisher": {"name": self.publisher} if self.publisher else None,
            "year": self.year,
            "volume": self.volume,
            "start": first,
            "end": last,
            **_cff_place(self.doi),
        }
        return {name: value for name, value in fields.items() if value}


@cache
def references() -> Mapping[str, Reference]:
    """Return what the methods may cite, by its key."""
    entries = read_shipped(Path(__file__).parent / "references.yaml")
    return {
        key: Reference(key, tuple(entry.pop("authors")), **entry) for key, entry in entries.items()
    }


def _latex(text: str) -> str:
    return LATEX.sub(r"\\\1", text)


def _parts(author: str) -> tuple[str, str]:
    """Family name, and initials with dots: ``Love MI`` is ``Love`` and ``M. I.``."""
    family, _, initials = author.rpartition(" ")
    return family, " ".join(f"{letter}." for letter in initials)


def _bibtex_name(author: str) -> str:
    return "others" if author == ET_AL else ", ".join(_parts(author))


def _cff_place(doi: str) -> dict[str, str]:
    if CFF_DOI.fullmatch(doi):
        return {"doi": doi}
    return {"url": f"https://doi.org/{quote(doi)}"}


def _cff_name(author: str) -> dict[str, str]:
    if author == ET_AL:
        return {"name": f"{ET_AL}."}
    return dict(zip(("family-names", "given-names"), _parts(author), strict=True))
