"""Gene sets, gene rankings, scores and tests of sets, and over-representation.

GSEApy is imported when `prerank` runs, not before: reading gene sets must stay quick.
"""

from recurseq.enrichment.gene_sets import GeneSet, GeneSets, gene_set_problems, read_gene_sets
from recurseq.enrichment.overrepresentation import overrepresentation
from recurseq.enrichment.prerank import prerank, sets_of_allowed_size
from recurseq.enrichment.ranking import rank_genes, running_score, tested_genes
from recurseq.enrichment.set_tests import enrichment_table

__all__ = [
    "GeneSet",
    "GeneSets",
    "enrichment_table",
    "gene_set_problems",
    "overrepresentation",
    "prerank",
    "rank_genes",
    "read_gene_sets",
    "running_score",
    "sets_of_allowed_size",
    "tested_genes",
]
