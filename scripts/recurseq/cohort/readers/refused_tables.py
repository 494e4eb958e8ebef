"""Files that lie beside counts and are none: recognised, to say what they are."""

from __future__ import annotations

from recurseq.io.files import Content, header_of

_BEGINNINGS = {
    b"##gff-version": "an annotation (GFF3)",
    b"@HD\t": "alignments (SAM)",
    b"@SQ\t": "alignments (SAM)",
    b"!Series_": "a series matrix of GEO",
}
_LOOKED_AT = 100_000  # bytes
# Titles of which one in the header is enough.
_TITLES = {
    "results of a differential expression": {"log2foldchange", "logfc", "basemean", "padj"},
    "a sample sheet of nf-core/rnaseq": {"fastq_1"},
}
_MULTIQC_TITLES = frozenset(
    {"assigned", "total_reads", "uniquely_mapped", "percent_assigned", "total sequences"}
)


def not_counts(content: Content) -> str:
    """Say what a file is that is known and holds no counts; empty when it may hold some."""
    if content.kind == "hdf5":
        return ""
    data = content.data[:_LOOKED_AT]
    for beginning, what in _BEGINNINGS.items():
        if data.startswith(beginning):
            return what
    if b'gene_id "' in data:
        return "an annotation (GTF)"
    if b"Started job on |" in data:
        return "the log of a STAR run (Log.final.out)"
    header = [title.lower() for title in header_of(content)]
    if header[0] == "status" and any(row[0] == "Assigned" for row in content.lines[1:] if row):
        return "the summary of a featureCounts run"
    if "_mqc-" in " ".join(header) or (
        header[0] == "sample" and _MULTIQC_TITLES.intersection(header)
    ):
        return "a table of MultiQC"
    return next((what for what, titles in _TITLES.items() if titles.intersection(header)), "")
