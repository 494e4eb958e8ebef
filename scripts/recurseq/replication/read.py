"""Tables of other studies: genes in DESeq2's columns, and what is said of the study as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few, quoted
from recurseq.io.files import Content, header_of, load, read_columns
from recurseq.io.sheets import read_sheet
from recurseq.replication.settings import OPPOSITE, OtherStudy
from recurseq.stats.tails import two_sided

NUMBERS = ("log2FoldChange", "lfcSE", "pvalue", "padj")
SYMBOLS = ("gene_name", "symbol", "gene_symbol", "external_gene_name", "hgnc_symbol")
IDENTIFIER = "gene_id"
# Titles of other tools, to say what to rename.
FOREIGN = {"logfc": NUMBERS[0], "pvalue": NUMBERS[2], "p.value": NUMBERS[2], "fdr": NUMBERS[3],
           "adj.p.val": NUMBERS[3]}  # fmt: skip
ALLOWED = "an identifier, log2FoldChange and, as far as there are, lfcSE, pvalue, padj, gene_name"


@dataclass(frozen=True)
class OtherGenes:
    """A contrast of another study.

    Attributes
    ----------
    genes
        ``gene_id``, ``gene_name``, and the columns of `NUMBERS`, NaN where the table has none; the
        sign is that of this study.
    numerator, denominator
        Its sides as its summary names them, after the sign; empty when unknown.
    n_numerator, n_denominator
        Its samples on each side; None when unknown.
    """

    genes: pd.DataFrame
    numerator: str = ""
    denominator: str = ""
    n_numerator: int | None = None
    n_denominator: int | None = None


@dataclass(frozen=True)
class OtherFacts:
    """What a result folder says of its study: names and counts of samples, whether simulated.

    Attributes
    ----------
    library_sizes
        Sum of counts of each sample, by name; empty when unknown.
    """

    library_sizes: Mapping[str, int] = field(default_factory=dict)
    simulated: bool = False


def header_problems(path: str | Path) -> list[Problem]:
    """Look at the header of a table of another tool."""
    try:
        _places(load(path))
    except InputError as error:
        return list(error.problems)
    return []


def _places(content: Content) -> dict[str, int]:
    """Find the columns by their titles, in whatever case; the first one identifies by default."""
    header = header_of(content)
    titles = {title.casefold(): at for at, title in reversed(list(enumerate(header)))}
    places = {name: titles[name.casefold()] for name in NUMBERS if name.casefold() in titles}
    if NUMBERS[0] not in places:
        known = [f"{title} as {FOREIGN[title.casefold()]}" for title in header
                 if title.casefold() in FOREIGN]  # fmt: skip
        fix = f"name {', '.join(known)}" if known else "name the columns as DESeq2 does"
        found = f"no column log2FoldChange among {few(header)}"
        raise InputError([Problem(content.path, found, ALLOWED, fix)])
    places[IDENTIFIER] = titles.get(IDENTIFIER, 0)
    if places[IDENTIFIER] in [places[name] for name in NUMBERS if name in places]:
        found = f"no column with identifiers of genes before {header[0]!r}"
        raise InputError([Problem(content.path, found, ALLOWED, "name the genes in column 1")])
    symbols = [titles[name] for name in SYMBOLS if name in titles]
    if symbols:
        places["gene_name"] = symbols[0]
    return places


def read_genes(path: str | Path) -> pd.DataFrame:
    """Read a table of genes in DESeq2's columns (TSV, CSV or xlsx, packed or not).

    Parameters
    ----------
    path
        The file. Genes are named by the column ``gene_id``, else by the first one, as R writes
        row names; further columns mean nothing.

    Returns
    -------
    pandas.DataFrame
        ``gene_id``, ``gene_name`` (the identifier where the table has no symbols) and `NUMBERS`;
        rows without an identifier are left out. Without p-values but with errors, the p-value is
        that of the normal distribution.

    Raises
    ------
    InputError
        When there is no fold change, or a cell of the columns above is no number.
    """
    content = load(path)
    places = _places(content)
    numbers = {at for name, at in places.items() if name in NUMBERS}
    width = len(header_of(content))
    frame = read_columns(content, set(range(width)) - numbers, has_header=True)
    raise_for = [p for name in NUMBERS if name in places
                 for p in _cell_problems(content.path, name, frame[places[name]])]  # fmt: skip
    if raise_for:
        raise InputError(raise_for)
    found = pd.DataFrame(
        {name: frame[places[name]].astype(float) if name in places else np.nan for name in NUMBERS}
    )
    identifier = frame[places[IDENTIFIER]].fillna("").astype(str).str.strip()
    symbol = frame[places["gene_name"]] if "gene_name" in places else identifier
    symbol = symbol.fillna("").astype(str).str.strip()
    found.insert(0, "gene_name", symbol.mask(symbol.isin(["", "NA"]), identifier))
    found.insert(0, "gene_id", identifier)
    found["lfcSE"] = found["lfcSE"].where(found["lfcSE"] > 0)
    if "pvalue" not in places:
        found["pvalue"] = two_sided((found["log2FoldChange"] / found["lfcSE"]).to_numpy())
    return found[~identifier.isin(["", "NA"])].reset_index(drop=True)


def _cell_problems(path: str, name: str, values: pd.Series) -> list[Problem]:
    numbers = pd.to_numeric(values, errors="coerce")
    wrong = values.notna() & (numbers.isna() | np.isinf(numbers))
    if name in ("pvalue", "padj"):
        wrong |= (numbers < 0) | (numbers > 1)
    if not wrong.any():
        return []
    row = int(np.flatnonzero(wrong)[0])
    found = f"{quoted(values.iloc[row])} in row {row + 2}, and {int(wrong.sum())} such cells in all"
    allowed = "numbers from 0 to 1, or NA" if name in ("pvalue", "padj") else "numbers, or NA"
    return [Problem(f"{path}, column {name!r}", found, allowed)]


def read_contrast(study: OtherStudy, contrast: str) -> OtherGenes:
    """Read the other study's table for a contrast of this one, with the sign of this one."""
    genes = read_genes(study.genes_file(contrast))
    row = _summary_row(study, contrast)
    sides = [str(row.get(name, "")) for name in ("numerator", "denominator")]
    sizes = [_whole(row.get(f"n_{name}")) for name in ("numerator", "denominator")]
    if study.sign == OPPOSITE:
        genes["log2FoldChange"] = -genes["log2FoldChange"]
        sides, sizes = sides[::-1], sizes[::-1]
    return OtherGenes(genes, *sides, *sizes)


def _summary_row(study: OtherStudy, contrast: str) -> Mapping[str, str]:
    path = study.side_files.get("summary")
    if path is None:
        return {}
    summary = read_sheet(path, "contrast")
    if "contrast" not in summary:
        return {}
    rows = summary[summary["contrast"] == study.contrasts[contrast]].to_dict("records")
    return rows[0] if rows else {}


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def contrasts_of(results: str | Path) -> list[str]:
    """Name the contrasts of a result folder."""
    folder = Path(results) / "contrasts"
    return sorted(path.parent.name for path in folder.glob("*/genes.tsv"))


def read_facts(study: OtherStudy) -> OtherFacts:
    """Read what a result folder says of its study; nothing is known of a lone table."""
    files, simulated = study.side_files, study.simulated
    if "provenance" in files:
        simulated |= _says_simulated(files["provenance"])
    sizes: dict[str, int] = {}
    if "library_sizes" in files:
        sheet = read_sheet(files["library_sizes"], "sample_id")
        if {"sample_id", "library_size"} <= set(sheet):
            totals = pd.to_numeric(sheet["library_size"], errors="coerce").fillna(-1)
            sizes = dict(zip(sheet["sample_id"], totals.astype("int64"), strict=True))
    return OtherFacts(sizes, simulated)


def _says_simulated(path: Path) -> bool:
    """Whether a record of provenance has the section of simulated data."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return bool(record["config"].get("demo"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def shared_samples(own: Mapping[str, int], other: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Find samples that two studies may share.

    Parameters
    ----------
    own, other
        Sum of counts by name of the sample.

    Returns
    -------
    list of str, list of str
        Samples of this study whose name the other has too, and those of which it has one with
        exactly as many counts: that is the same sequencing, whatever its name.
    """
    totals = {size for size in other.values() if size > 0}
    return [n for n in own if n in other], [n for n, size in own.items() if size in totals]
