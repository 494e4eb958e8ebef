"""Is it a count matrix, and does it fit the sample sheet? Every problem at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.names import name_problems
from recurseq.base.tables import MISSING
from recurseq.base.text import few, suggest
from recurseq.cohort.genes.excel_names import changed_by_excel
from recurseq.cohort.readers.count_scale import may_be_scaled, scale_evidence
from recurseq.cohort.readers.count_table import CountTable, as_numbers
from recurseq.io.cells import is_number
from recurseq.study.coverage import explaining_keep

if TYPE_CHECKING:
    from recurseq.study import Counts, NormalizationSettings

LARGEST_COUNT = 2.0**53  # beyond, floating-point arithmetic does not tell neighbours apart
_SHOWN = 3
_LONGEST_TEXT = 30
_NAMED_SAMPLES = 5
_FEWEST_TO_ADD_UP = 10  # genes: with fewer, one may be the sum of the others by chance
_WITH_COMMAS = re.compile(r"[+-]?\d+(,\d+)+(\.\d+)?|[+-]?\d+(\.\d+)+(,\d+)?")
_ROUND = (
    "if these are estimated counts of a quantifier (Salmon, kallisto, RSEM, tximport), set "
    "counts.round: true, which rounds them; or name the quantifier's own files as counts.directory"
)
_FIX_OF_DATES = (
    "Excel turned gene names into dates: take them from the original file; where it is not to be "
    "had, genes.excel_dates: drop leaves these rows out"
)
_FIX_OF_REPEATS = (
    "use stable identifiers (Ensembl) rather than symbols, or add up the rows with "
    "genes.duplicates: sum"
)
_SCALED = "_scaled."  # nf-core's gene_counts_scaled and gene_counts_length_scaled


def matrix_problems(table: CountTable, samples: pd.DataFrame, path: str) -> list[Problem]:
    """List everything that keeps a table from being the counts of these samples.

    Parameters
    ----------
    table
        What was read.
    samples
        Kept rows of the sample sheet, indexed by sample.
    path
        The file or folder, for messages.

    Returns
    -------
    list of Problem
        Empty when the table can be used. Only columns of samples in the sheet are looked at; when
        there is none, all are.
    """
    wanted = [str(sample) for sample in samples.index]
    used = np.flatnonzero(table.counts.columns.isin(wanted))
    problems = [*_sample_problems(table, samples, path), *_column_problems(table, path)]
    some = 0 < len(used) < table.counts.shape[1]
    counts = table.counts.iloc[:, used] if some else table.counts
    problems += [*_gene_problems(table, path), *_sheet_problems(counts, samples, path)]
    return [*problems, *_value_problems(counts, path), *_total_problems(counts, path)]


def length_problems(
    table: CountTable, counts: Counts, normalization: NormalizationSettings
) -> list[Problem]:
    """Find settings that would correct counts twice, or not as it was asked for.

    Parameters
    ----------
    table
        What was read.
    counts, normalization
        Of the study.
    """
    own = "the lengths of the quantifier are offsets already"
    if table.lengths is not None and normalization.lengths is not None:
        where = "config: normalization.lengths"
        fix = "remove the key, or set counts.lengths to ignore"
        return [Problem(where, f"given, and {own}", "one set of lengths", fix)]
    if table.lengths is not None and normalization.size_factors is not None:
        where = "config: normalization.size_factors"
        fix = "remove the key, or set counts.lengths to ignore"
        return [Problem(where, f"given, and {own}", "size factors or lengths", fix)]
    if counts.path and normalization.lengths and _SCALED in Path(counts.path).name:
        found = f"given, and the name of {counts.path} says that its counts are scaled by length"
        fix = "take gene_counts.tsv of the same folder, or remove normalization.lengths"
        return [Problem("config: normalization.lengths", found, "counts as they were seen", fix)]
    return []


def nfcore_notes(
    table: CountTable, counts: Counts, normalization: NormalizationSettings
) -> list[str]:
    """Say what the name of a merged table of nf-core/rnaseq tells about transcript lengths.

    Parameters
    ----------
    table, counts, normalization
        As for `length_problems`, which found nothing.
    """
    if table.format != "nfcore" or not counts.path or normalization.lengths:
        return []
    path = Path(counts.path)
    if _SCALED in path.name:
        return [f"{path}: by its name, scaled by transcript length already; no lengths are needed"]
    lengths = path.with_name(path.name.replace("gene_counts", "gene_lengths"))
    if lengths == path or not lengths.is_file():
        return []
    return [
        f"{lengths} lies beside the counts and was not used; with normalization.lengths: {lengths} "
        "the average transcript lengths enter the model as offsets"
    ]


def _sample_problems(table: CountTable, samples: pd.DataFrame, path: str) -> list[Problem]:
    wanted = [str(sample) for sample in samples.index]
    columns = [column for column in table.counts.columns if column]
    missing = [sample for sample in wanted if sample not in set(columns)]
    allowed = "every sample of the sheet has a column of counts"
    if missing and len(missing) == len(wanted):
        found = f"no sample of the sheet is in the counts; columns: {few(columns)}; "
        fix = _named_elsewhere(samples, columns) or _why_none_matches(table, columns, wanted)
        found += f"sheet: {few(wanted)}"
        return [Problem(path, found, "column names as in the sample sheet", fix)]
    if keep := explaining_keep(samples, ~samples.index.astype(str).isin(missing)):
        ((column, values),) = keep.items()
        found = f"{len(missing)} samples of the sheet are not in the counts: {few(missing)}; "
        found += f"all of them differ from the others in {column!r}"
        fix = f"leave them out: samples.keep: {{{column}: [{', '.join(values)}]}}"
        return [Problem(path, found, allowed, fix)]
    problems = [
        Problem(
            f"{path}, sample {sample!r}",
            "in the sample sheet, not in the counts",
            allowed,
            _closest(sample, [column for column in columns if column not in wanted]),
        )
        for sample in missing[:_NAMED_SAMPLES]
    ]
    if rest := missing[_NAMED_SAMPLES:]:
        found = f"{len(rest)} more samples of the sheet are not in the counts: {few(rest)}"
        problems.append(Problem(path, found, allowed))
    return problems


def _named_elsewhere(samples: pd.DataFrame, columns: Sequence[str]) -> str:
    """Find another column of the sheet that holds the names of the counts."""
    shared = {name: int(values.astype(str).isin(columns).sum()) for name, values in samples.items()}
    best = max(shared, key=shared.__getitem__, default=None)
    if best is None or 2 * shared[best] < len(samples):
        return ""
    return f"the column {best!r} of the sheet holds names of the counts: set samples.id: {best}"


def _why_none_matches(table: CountTable, columns: Sequence[str], wanted: Sequence[str]) -> str:
    if in_rows := int(table.counts.index.isin(wanted).sum()):
        return (
            f"{in_rows} samples of the sheet stand in the first column; with half of them there, "
            "or more, the table would be read with samples in rows"
        )
    numbers = all(is_number(column.removeprefix("column ")) for column in columns)
    if columns and numbers and len(columns) > 1:
        return "the first row holds numbers only: is the header row missing?"
    return _closest(wanted[0], columns)


def _closest(sample: str, columns: Sequence[str]) -> str:
    """Suggest a column; R turns dashes into dots and puts X before a leading digit."""
    as_r_writes = "".join(c if c.isalnum() or c in "._" else "." for c in sample)
    for name in (as_r_writes, f"X{as_r_writes}"):
        if name in columns:
            return (
                f"the counts have {name!r}, as R rewrites names: write them with "
                "check.names = FALSE, or rename the column"
            )
    return suggest(sample, columns)


def _column_problems(table: CountTable, path: str) -> list[Problem]:
    columns, problems = table.counts.columns, []
    if twice := list(columns[columns.duplicated() & (columns != "")].unique()):
        problems.append(
            Problem(
                f"{path}, header",
                f"columns with the same name: {few(twice)}",
                "one column for each sample",
                "rename or remove one of them; sequencing runs of one sample are added up first",
            )
        )
    if unnamed := int((columns == "").sum()):
        problems.append(Problem(f"{path}, header", f"{unnamed} columns of counts have no name"))
    return problems


def _gene_problems(table: CountTable, path: str) -> list[Problem]:
    genes, problems = table.counts.index, []
    where = f"{path}, first column"
    if unnamed := [row + 1 for row in np.flatnonzero(genes == "")]:
        found = f"no gene identifier in data rows {few(unnamed)}"
        problems.append(Problem(where, found, "an identifier for each row"))
    if MISSING in genes:
        found = f"a gene called {MISSING!r}"
        allowed = f"identifiers; {MISSING} stands for a missing value in every table"
        fix = "usually a failed conversion of identifiers: use the original ones, or drop the row"
        problems.append(Problem(where, found, allowed, fix))
    problems += name_problems(where, "gene identifier", genes)
    if table.gene_names is not None:
        problems += name_problems(path, "gene name", table.gene_names)
    named = genes[genes != ""]
    if twice := list(named[named.duplicated()].unique()):
        problems.append(
            Problem(
                where,
                f"gene identifiers on several rows: {few(twice)}",
                "one row for each identifier",
                _FIX_OF_DATES if changed_by_excel(twice) else _FIX_OF_REPEATS,
            )
        )
    return problems


def _sheet_problems(counts: pd.DataFrame, samples: pd.DataFrame, path: str) -> list[Problem]:
    """Find columns of the sheet that stand among the genes, as where samples are in rows."""
    both = samples.index.intersection(counts.columns)
    names = [name for name in samples.columns if name in counts.index]
    unique = all(axis.is_unique for axis in (*counts.axes, *samples.axes))
    if not len(both) or not names or not unique:
        return []
    written = samples.loc[both, names].astype(str)
    in_sheet = written.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    among_genes = as_numbers(counts.loc[names, both]).T
    return [
        Problem(
            f"{path}, gene {name!r}",
            "has the values of the sample sheet's column of that name",
            "counts alone",
            "remove it from the count table",
        )
        for name, same in zip(names, (in_sheet == among_genes).all(axis=0), strict=True)
        if same
    ]


def _value_problems(counts: pd.DataFrame, path: str) -> list[Problem]:
    if _are_plain(counts):
        return []
    numbers = as_numbers(counts)
    missing = counts.isna().to_numpy()
    text = np.isnan(numbers) & ~missing
    with np.errstate(invalid="ignore"):
        negative = numbers < 0
        fractional = np.isfinite(numbers) & (numbers != np.rint(numbers))
        too_large = np.isfinite(numbers) & (numbers > LARGEST_COUNT)
    evidence = scale_evidence(numbers)
    problems = []
    if evidence:
        example = _cells(counts, fractional if fractional.any() else numbers > 0, 1)
        problems.append(
            Problem(
                path,
                f"these are no counts but look like {evidence}; for instance {example}",
                "raw counts: whole numbers of reads or fragments",
                "use the table the quantifier wrote before normalisation"
                + (f"; {_ROUND}" if "FPKM" in evidence else ""),
            )
        )
    kinds = [
        ("text instead of a count", text, _why_text(counts, text)),
        ("missing count", missing, "0 where no read was seen"),
        ("infinite count", np.isinf(numbers), ""),
        ("negative count", negative & ~np.isinf(numbers), ""),
        ("fractional count", fractional & ~negative, _ROUND),
        ("count above 2^53", too_large, ""),
    ]
    for what, where, fix in kinds:
        if where.any() and not (evidence and what in ("fractional count", "negative count")):
            problems.append(_cells_problem(counts, where, what, fix, path))
    bad = (text | missing).any(axis=0)
    empty = [
        column
        for column, total, unusable in zip(
            counts.columns, np.nansum(np.abs(numbers), axis=0), bad, strict=True
        )
        if total == 0 and not unusable
    ]
    if empty:
        found = f"samples without a single count: {few(empty)}"
        fix = "leave them out of the sample sheet"
        problems.append(Problem(path, found, "at least one count in every sample", fix))
    return problems


def _total_problems(counts: pd.DataFrame, path: str) -> list[Problem]:
    """Find the row of a spreadsheet that adds up all others, and would be taken for a gene."""
    first = as_numbers(counts.iloc[:, :1])[:, 0]
    total = np.nansum(first)
    candidates = np.flatnonzero(2 * first == total) if total > 0 else []
    if len(counts) < _FEWEST_TO_ADD_UP or not len(candidates):
        return []
    numbers = as_numbers(counts)
    sums = np.nansum(numbers, axis=0)
    return [
        Problem(
            f"{path}, first column",
            f"the row {counts.index[row]!r} is the sum of all other rows in every sample",
            "one row for each gene",
            "remove the row of totals",
        )
        for row in candidates
        if (2 * numbers[row] == sums).all()
    ]


def _are_plain(counts: pd.DataFrame) -> bool:
    """Whether nothing can be wrong with the values, told at once for most studies."""
    if not all(kind.kind == "i" for kind in counts.dtypes):
        return False
    values = counts.to_numpy()
    sums = values.sum(axis=0, dtype=float)
    in_range = bool(values.size and values.min() >= 0 and values.max() <= LARGEST_COUNT)
    return in_range and sums.min() > 0 and not may_be_scaled(values, sums)


def _why_text(counts: pd.DataFrame, text: np.ndarray) -> str:
    """Explain cells that are numbers in another spelling."""
    rows, columns = np.nonzero(text)
    first = str(counts.iat[rows[0], columns[0]]) if len(rows) else ""
    if not _WITH_COMMAS.fullmatch(first):
        return ""
    return "write numbers without thousands separators, and with a point where decimals begin"


def _cells_problem(
    counts: pd.DataFrame, where: np.ndarray, what: str, fix: str, path: str
) -> Problem:
    """Name the first few cells and count the rest."""
    number = int(where.sum())
    size = "1 cell" if number == 1 else f"{number} cells"
    more = f"; and {number - _SHOWN} more" if number > _SHOWN else ""
    found = f"{what} ({size}): {_cells(counts, where, _SHOWN)}{more}"
    return Problem(path, found, "whole numbers from 0", fix)


def _cells(counts: pd.DataFrame, where: np.ndarray, limit: int) -> str:
    rows, columns = np.nonzero(where)
    return "; ".join(
        f"gene {counts.index[row]!r}, sample {counts.columns[column]!r}: "
        f"{_shown(counts.iat[row, column])}"
        for row, column in zip(rows[:limit], columns[:limit], strict=True)
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "…")
    return "empty" if pd.isna(value) else f"{value:.10g}"
