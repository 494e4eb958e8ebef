"""Gene rankings, scores and tests of gene sets, themes of sets, and over-representation."""

from recurseq.enrichment.overrepresentation import overrepresentation
from recurseq.enrichment.prerank import prerank, sets_of_allowed_size
from recurseq.enrichment.ranking import rank_genes, running_score, tested_genes
from recurseq.enrichment.set_tests import enrich

__all__ = [
    "enrich",
    "overrepresentation",
    "prerank",
    "rank_genes",
    "running_score",
    "sets_of_allowed_size",
    "tested_genes",
]
