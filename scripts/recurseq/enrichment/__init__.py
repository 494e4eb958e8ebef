"""Gene rankings, scores and tests of gene sets, themes of sets, and over-representation.

All tests of a contrast's sets are `recurseq.enrichment.set_tests.enrich`, which loads the engine.
"""

from recurseq.enrichment.overrepresentation import overrepresentation
from recurseq.enrichment.prerank import prerank, sets_of_allowed_size
from recurseq.enrichment.ranking import rank_genes, running_score, tested_genes

__all__ = [
    "overrepresentation",
    "prerank",
    "rank_genes",
    "running_score",
    "sets_of_allowed_size",
    "tested_genes",
]
