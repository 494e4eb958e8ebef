"""Gene sets, gene rankings, preranked enrichment and over-representation.

GSEApy is imported when `prerank` runs, not before: reading gene sets must stay quick.
"""

from recurseq.enrichment.gene_sets import GeneSet, GeneSets, gene_set_problems, read_gene_sets
from recurseq.enrichment.overrepresentation import overrepresentation
from recurseq.enrichment.prerank import prerank
from recurseq.enrichment.ranking import rank_genes, running_score, tested_genes

__all__ = [
    "GeneSet",
    "GeneSets",
    "gene_set_problems",
    "overrepresentation",
    "prerank",
    "rank_genes",
    "read_gene_sets",
    "running_score",
    "tested_genes",
]
