"""Identifiers of genes that no symbol looks like."""

from __future__ import annotations

import re

# Of Ensembl (_PAR_Y belongs to it), FlyBase, WormBase, TAIR, RAP, SGD, ZFIN, the databases of
# mouse, rat and man, StringTie, Cufflinks and E. coli.
STABLE = "|".join(
    [
        r"(?:gene:)?ENS[A-Z]{0,4}GR?\d{10,11}(?:\.\d+)?(?:_PAR_Y)?",
        r"FBgn\d{7}",
        r"WBGene\d{8}",
        r"AT[1-5CM]G\d{5}(?:\.\d+)?",
        r"Os\d{2}g\d{7}",
        r"Y[A-P][LR]\d{3}[WC](?:-[A-Z])?",
        r"ZDB-GENE-\d+-\d+",
        r"(?:MGI|RGD|HGNC|GeneID):\d+",
        r"M?STRG\.\d+",
        r"XLOC_\d{6}",
        r"b\d{4}",
    ]
)
STABLE_ALONE = re.compile(STABLE)


def is_identifier(gene: str) -> bool:
    """Whether a text is an identifier, or a number, and so no name that people know."""
    return gene.isdecimal() or bool(STABLE_ALONE.fullmatch(gene))
