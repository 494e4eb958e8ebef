"""Names, types and chromosomes of genes, joined without ever losing or changing an identifier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import raise_if_any
from recurseq.base.names import name_problems
from recurseq.base.text import few
from recurseq.cohort.genes.gtf import gtf_genes, is_gtf
from recurseq.cohort.readers.formats import ID_HEADERS, NAME_HEADERS, TYPE_HEADERS
from recurseq.io.bytes import fail
from recurseq.io.files import header_of, load, read_columns

GTF_COLUMNS = 9
_FEATURES = ("gene", "transcript", "exon", "CDS")
_SHOWN = ("gene_id", "gene_name", "gene_type", "chromosome")
COLUMNS = ["gene_id", "entrez_id", "gene_name", "chromosome", "gene_type", "aliases"]
BUILTIN = Path(__file__).parent / "human_genes.tsv.gz"
_CHROMOSOME_HEADERS = frozenset(
    {
        *("chromosome", "chr", "seqname", "chrom", "chromosome_name", "chromosome name"),
        "chromosome/scaffold name",
    }
)
_ALIAS_HEADERS = frozenset(
    {"aliases", "alias", "synonyms", "gene synonym", "external_synonym", "external_gene_synonym"}
)
_ENTREZ_HEADERS = frozenset(
    {
        *("entrez_id", "entrezid", "entrez", "ncbi_gene_id", "entrezgene_id", "entrezgene"),
        *("ncbi gene id", "ncbi gene (formerly entrezgene) id", "entrezgene id"),
    }
)
# Titles of BioMart, in a file of its web page and in a table of the R package biomaRt.
_BIOMART_IDS = frozenset(
    {
        *("gene stable id", "gene stable id version", "ensembl gene id"),
        "ensembl_gene_id_version",
    }
)
_BIOMART_NAMES = frozenset({"associated gene name", "hgnc symbol", "mgi symbol"})
BIOMART = (
    "on ensembl.org (or plants., fungi., metazoa.ensembl.org), BioMart, dataset of the species, "
    "attributes 'Gene stable ID', 'Gene name', 'Gene type', exported as TSV or CSV"
)
# Ensembl: ENS, species letters, G, eleven digits, version; then _PAR_Y in GENCODE. Older GENCODE
# marks the Y copy of a pseudoautosomal gene by an R in place of the first digit instead.
_ENSEMBL = re.compile(r"(?P<gene>ENS[A-Z]*G\d{11}|ENSGR\d{10})(\.\d+)?(?P<copy>_PAR_Y)?")

# featureCounts -g ID on a GFF3 writes the prefix of Ensembl or NCBI too; gene-1 is a plain name.
_PREFIXED = re.compile(r"^gene[:-](?=[A-Za-z])")


def strip_version(gene_id: str) -> str:
    """Return an Ensembl identifier without its version; any other text as it is.

    ``ENSG00000002586.18_PAR_Y`` becomes ``ENSG00000002586_PAR_Y``: the copies stay distinct.
    A clone name such as ``CU104787.1`` is no Ensembl identifier and keeps its end.
    """
    found = _ENSEMBL.fullmatch(gene_id)
    return found["gene"] + (found["copy"] or "") if found else gene_id


def _is_y_copy(gene_id: str) -> bool:
    return gene_id.endswith("_PAR_Y") or gene_id.startswith("ENSGR")


def _bare(gene_id: str) -> str:
    """Return an identifier without the prefix of a GFF3 and without version."""
    return strip_version(_PREFIXED.sub("", gene_id))


@lru_cache(maxsize=200_000)  # the genes of a matrix are looked up several times
def lookup_key(gene_id: str) -> str:
    """Return the identifier under which annotations list a gene: no version, no mark of a copy."""
    stripped = _bare(gene_id).removesuffix("_PAR_Y")
    return "ENSG0" + stripped[5:] if stripped.startswith("ENSGR") else stripped


def load_annotation(source: str | Path) -> pd.DataFrame:
    """Read a gene annotation.

    Parameters
    ----------
    source
        ``builtin`` (human, see ``human_genes.README.md``), ``none``, or the path of a GTF, a
        GFF3 or a table with a header (TSV, CSV, xlsx, Parquet; text may be gzipped).

    Returns
    -------
    pandas.DataFrame
        Text columns ``gene_id`` (without Ensembl version), ``entrez_id``, ``gene_name``,
        ``chromosome``, ``gene_type``, ``aliases`` (separated by ``|``); empty where unknown. An
        identifier may have several rows; the first names the gene. No rows for ``none``.

    Raises
    ------
    recurseq.base.errors.InputError
        When the file cannot be read, or has no column of identifiers and no names.
    """
    if str(source) == "none":
        return pd.DataFrame(columns=COLUMNS, dtype=str)
    if str(source) == "builtin":
        return pd.read_csv(BUILTIN, sep="\t", dtype=str, keep_default_na=False)
    annotation = _from_gtf(source) if is_gtf(source) else _read_table(source)
    names = [p for c in _SHOWN for p in name_problems(str(source), c, annotation[c])]
    raise_if_any(names)
    return annotation


def _read_table(source: str | Path) -> pd.DataFrame:
    content = load(source)
    if content.kind == "hdf5":
        raise fail(str(source), "an HDF5 file", "a GTF, a GFF3 or a table of genes")
    header = header_of(content)
    if len(header) == GTF_COLUMNS and header[2] in _FEATURES:
        raise fail(str(source), "a GTF without gene_id", "gene_id and gene_name in the last column")
    table = read_columns(content, set(range(len(header))), has_header=True)
    return _from_table(content.path, table.set_axis(header, axis=1))


def _from_gtf(path: str | Path) -> pd.DataFrame:
    rows: dict[str, tuple[str, ...]] = {}
    for gene_id, entrez, name, chromosome, kind in gtf_genes(path):
        gene = _bare(gene_id)
        rows.setdefault(gene, (gene, entrez, name, chromosome, kind, ""))
    return pd.DataFrame(list(rows.values()), columns=COLUMNS)


def _from_table(path: str, table: pd.DataFrame) -> pd.DataFrame:
    """Take the columns that are there; identifiers are in the first, or one called gene_id."""
    titles = {title.lower(): at for at, title in reversed(list(enumerate(table.columns)))}
    wanted = {
        "gene_id": (ID_HEADERS | _BIOMART_IDS) - NAME_HEADERS - _ENTREZ_HEADERS,
        "entrez_id": _ENTREZ_HEADERS,
        "gene_name": NAME_HEADERS | _BIOMART_NAMES,
        "chromosome": _CHROMOSOME_HEADERS,
        "gene_type": TYPE_HEADERS,
        "aliases": _ALIAS_HEADERS,
    }
    columns = {
        name: next((at for title, at in titles.items() if title in options), None)
        for name, options in wanted.items()
    }
    if columns["gene_id"] is None:
        columns["gene_id"] = 0
    if all(columns[name] is None for name in ("gene_name", "gene_type", "chromosome")):
        allowed = (
            "columns gene_id and gene_name, gene_type or chromosome, or 'Gene stable ID', "
            "'Gene name' and 'Gene type' of BioMart"
        )
        fix = f"export one: {BIOMART}"
        raise fail(f"{path}, header", f"columns {few(table.columns)}", allowed, fix)
    empty = pd.Series("", index=table.index)
    result = pd.DataFrame(
        {
            name: empty if at is None else table.iloc[:, at].str.strip()
            for name, at in columns.items()
        }
    )[COLUMNS]
    return result.assign(gene_id=[_bare(gene) for gene in result["gene_id"]])


def identifier_type(gene_ids: Sequence[str], annotation: pd.DataFrame) -> str:
    """Return the annotation column that holds most of the identifiers of a matrix.

    Returns
    -------
    str
        ``gene_id``, ``gene_name`` or ``entrez_id``; ``gene_id`` when none of them is found.
    """
    keys = pd.Index([lookup_key(gene) for gene in gene_ids])
    shares = {
        column: float(keys.isin(annotation[column]).mean()) if len(keys) else 0.0
        for column in ("gene_id", "gene_name", "entrez_id")
    }
    return max(shares, key=shares.__getitem__)  # the first of equals


def annotate(
    gene_ids: Sequence[str],
    gene_names: Iterable[str] | None,
    annotation: pd.DataFrame,
    gene_types: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Give every gene of a matrix its name, type and chromosome.

    Parameters
    ----------
    gene_ids
        Identifiers as in the matrix: Ensembl with or without version, symbols or Entrez numbers.
    gene_names, gene_types
        From the matrix file, in the same order; they win over the annotation where not empty.
    annotation
        As `load_annotation` returns it.

    Returns
    -------
    pandas.DataFrame
        Index: `gene_ids`, in their order, none lost or added. Columns ``gene_name`` (the identifier
        itself where there is none), ``gene_type`` and ``chromosome`` (empty where unknown).
    """
    ids = np.array(list(gene_ids), dtype=object)
    column = identifier_type(gene_ids, annotation)
    known = annotation[annotation[column] != ""].drop_duplicates(column).set_index(column)
    keys = np.array([lookup_key(gene) for gene in gene_ids], dtype=object)
    rows = known.index.get_indexer(keys)

    def looked_up(name: str) -> np.ndarray:
        if name == column == "gene_name":  # a symbol behind the prefix of a GFF3
            return np.where((rows >= 0) & (keys != ids), keys, "")
        if name == column or known.empty:
            return np.full(len(rows), "", dtype=object)
        return np.where(rows >= 0, known[name].to_numpy(dtype=object)[rows], "")

    names = _first_nonempty(gene_names, looked_up("gene_name"))
    y_copy = np.array([_is_y_copy(gene) for gene in gene_ids], dtype=bool)
    chromosome = looked_up("chromosome")
    return pd.DataFrame(
        {
            "gene_name": np.where(names == "", ids, names),
            "gene_type": _first_nonempty(gene_types, looked_up("gene_type")),
            "chromosome": np.where(y_copy & (chromosome != ""), "Y", chromosome),
        },
        index=pd.Index(ids, dtype=object),
        dtype=object,
    )


def _first_nonempty(preferred: Iterable[str] | None, otherwise: np.ndarray) -> np.ndarray:
    if preferred is None:
        return otherwise
    texts = np.array(list(preferred), dtype=object)
    return np.where(texts == "", otherwise, texts)
