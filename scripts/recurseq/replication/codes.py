"""What may become of a gene, and of a contrast, in another study: codes and their words."""

from __future__ import annotations

# Of a gene.
LOOKED_UP, NO_PVALUE, NO_ESTIMATE = "looked_up", "no_pvalue", "no_estimate"
ABSENT, AMBIGUOUS = "absent", "ambiguous"
GENE_NOTES = {
    LOOKED_UP: None,
    NO_PVALUE: "no p-value there: direction only",
    NO_ESTIMATE: "no fold change there: too few counts, or left out",
    ABSENT: "not in the other study's table, neither by identifier nor by symbol",
    AMBIGUOUS: "several genes, here or there, carry the identifier or the symbol",
}

# Of a contrast. The first four are verdicts; the others say why there is none.
REPLICATES, DIRECTION_ONLY = "replicates", "direction_only"
LIKE_CHANCE, REVERSED = "like_chance", "reversed"
TOO_FEW, NO_CALLS, NOT_FOUND = "too_few", "no_calls", "not_found"
NO_CONTRAST, OTHER_SPECIES, NOT_INDEPENDENT = "no_contrast", "other_species", "not_independent"
IN_WORDS = {
    REPLICATES: "replicates beyond chance",
    DIRECTION_ONLY: "direction agrees beyond chance, but no gene by itself",
    LIKE_CHANCE: "no more than chance",
    REVERSED: "directions are reversed: are the sides of the contrast exchanged?",
    TOO_FEW: "too few of the calls are found there to tell",
    NO_CALLS: "no gene is called here",
    NOT_FOUND: "none of the genes called here is found there",
    NO_CONTRAST: "the other study has no such contrast",
    OTHER_SPECIES: "the other study is of another species: genes are not matched",
    NOT_INDEPENDENT: "samples of this study are in the other one: it cannot replicate this one",
}
