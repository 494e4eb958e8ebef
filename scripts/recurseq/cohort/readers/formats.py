"""Which tool wrote a file: recognised by what is in it, never by its name."""

from __future__ import annotations

from recurseq.cohort.readers.refused_tables import not_counts
from recurseq.io.bytes import fail
from recurseq.io.cells import is_number
from recurseq.io.files import Content, header_of

FEATURECOUNTS_HEADER = ["geneid", "chr", "start", "end", "strand", "length"]
GDC_HEADER = ["gene_id", "gene_name", "gene_type", "unstranded"]
# First column, and others that are there in whatever order.
QUANTIFIER_HEADERS = {
    "salmon": ("name", {"length", "effectivelength", "tpm", "numreads"}),
    "kallisto": ("target_id", {"length", "eff_length", "est_counts", "tpm"}),
    "rsem": ("gene_id", {"transcript_id(s)", "effective_length", "expected_count", "tpm"}),
    "rsem isoforms": ("transcript_id", {"gene_id", "effective_length", "expected_count", "tpm"}),
}
NAMES_OF_FORMATS = {
    "matrix": "a count matrix",
    "nfcore": "a merged table of nf-core/rnaseq",
    "featurecounts": "featureCounts output",
    "star": "STAR ReadsPerGene.out.tab",
    "htseq": "htseq-count output",
    "gdc_star": "a GDC augmented_star_gene_counts file",
    "salmon": "Salmon quant.sf",
    "kallisto": "kallisto abundance.tsv or abundance.h5",
    "rsem": "RSEM genes.results or isoforms.results",
    "h5ad": "an h5ad (HDF5) file",
}
QUANTIFIERS = {"salmon": "Salmon", "kallisto": "kallisto", "rsem": "RSEM"}
ONE_SAMPLE = frozenset({"star", "htseq", "gdc_star", *QUANTIFIERS})  # a file holds one sample
ID_HEADERS = frozenset(
    {
        *("", "id", "gene", "genes", "geneid", "gene_id", "gene id", "gene.id", "feature"),
        *("feature_id", "ensembl", "ensembl_id", "ensembl_gene_id", "ensgene", "entrez"),
        *("entrezid", "entrez_id", "symbol", "gene_symbol", "gene_name", "external_gene_name"),
        *("hgnc_symbol", "row.names", "rownames", "name", "identifier"),
    }
)
SAMPLE_HEADERS = frozenset({"sample", "samples", "sample_id", "sample id", "sampleid"})
NAME_HEADERS = frozenset(
    {
        *("gene_name", "gene name", "genename", "symbol", "gene_symbol", "gene symbol"),
        *("genesymbol", "external_gene_name", "hgnc_symbol", "mgi_symbol", "gene"),
    }
)
TYPE_HEADERS = frozenset(
    {"gene_type", "gene type", "genetype", "gene_biotype", "biotype", "gene_class"}
)


def recognise(content: Content) -> str:
    """Return the format of a file: a key of `NAMES_OF_FORMATS`."""
    if content.kind == "hdf5":
        return "kallisto" if is_kallisto_h5(content.path) else "h5ad"
    header = [name.lower() for name in header_of(content)]
    for name, (first, others) in QUANTIFIER_HEADERS.items():
        if header[0] == first and others <= set(header):
            return name.removesuffix(" isoforms")
    if header[:6] == FEATURECOUNTS_HEADER:
        return "featurecounts"
    if header[:4] == GDC_HEADER:
        return "gdc_star"
    if header[0] == "n_unmapped" and len(header) == 4:
        return "star"
    if header[:2] == ["gene_id", "gene_name"]:
        return "nfcore"
    if len(header) == 2 and (not has_header(content) or _ends_with_htseq_summary(content)):
        return "htseq"
    return "matrix"


def is_kallisto_h5(path: str) -> bool:
    """Whether an HDF5 file is kallisto's abundance.h5."""
    import h5py  # only where there is such a file

    try:
        with h5py.File(path, "r") as file:
            return "est_counts" in file and "aux/eff_lengths" in file
    except (OSError, RuntimeError):  # h5py, on a damaged file
        return False


def has_header(content: Content) -> bool:
    """Whether the first row holds names: its second cell is no number, or its first is a title.

    A sample may be called ``8042381``, therefore the first cell is looked at too.
    """
    first = header_of(content)
    titles = ID_HEADERS | SAMPLE_HEADERS
    return len(first) < 2 or not is_number(first[1]) or first[0].lower() in titles


def _ends_with_htseq_summary(content: Content) -> bool:
    return content.kind == "text" and any(
        line.startswith(b"__") for line in content.data[-2000:].splitlines()
    )


def agree(content: Content, wanted: str) -> str:
    """Return the format to read a file as, given the configuration's word.

    Raises
    ------
    InputError
        When the configuration names another format than the file has, or when the file is known
        and holds no counts.
    """
    if what := not_counts(content):
        raise fail(content.path, f"this is {what}, no counts", "raw counts of genes in samples")
    found = recognise(content)
    if wanted in ("auto", found):
        return found
    if wanted == "matrix" and found in ("nfcore", "htseq"):
        return "nfcore" if found == "nfcore" else "matrix"
    # Without their rows N_unmapped and __no_feature, these two can only be told by the user.
    if found == "matrix" and {"htseq": 2, "star": 4}.get(wanted) == len(header_of(content)):
        return wanted
    raise fail(
        content.path,
        f"the configuration says {wanted}, the file looks like {NAMES_OF_FORMATS[found]}",
        NAMES_OF_FORMATS.get(wanted, wanted),
        "set counts.format to auto",
    )
