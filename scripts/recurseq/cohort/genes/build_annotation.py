"""Derive the built-in human gene table; run once for each new source, never by the workflow.

``python -m recurseq.cohort.genes.build_annotation SOURCE TARGET``
"""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pandas as pd

from recurseq.cohort.genes.annotation import COLUMNS


def derive(source: pd.DataFrame) -> pd.DataFrame:
    """Choose and order the rows of the built-in table.

    Parameters
    ----------
    source
        Text columns ``entrez_id symbol ensembl_gene_id chromosome aliases gene_type``, one row for
        each pair of Entrez and Ensembl gene.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`; genes with an Ensembl identifier and protein-coding genes without. Where several
        Entrez genes share an Ensembl identifier, protein-coding ones and then the lowest (oldest)
        Entrez number come first: the first row names the gene.
    """
    table = source.rename(columns={"symbol": "gene_name", "ensembl_gene_id": "gene_id"})
    coding = table["gene_type"] == "protein-coding"
    table = table[(table["gene_id"] != "") | coding]
    table = table.assign(
        gene_type=table["gene_type"].str.replace("-", "_"),
        coding_first=~coding,
        number=table["entrez_id"].astype(int),
    )
    return table.sort_values(["gene_id", "coding_first", "number"], kind="stable")[COLUMNS]


def main(source: str, target: str) -> None:
    """Write the table gzipped; the bytes depend on the source alone."""
    table = derive(pd.read_csv(source, sep="\t", dtype=str, keep_default_na=False))
    Path(target).write_bytes(packed(table))


def packed(table: pd.DataFrame) -> bytes:
    """Return a table as gzipped TSV with no time in it."""
    text = table.to_csv(sep="\t", index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=9, fileobj=buffer, mtime=0) as archive:
        archive.write(text)
    return buffer.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
