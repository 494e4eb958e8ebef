"""A new configuration as text, each key with a comment for the person who will edit it."""

from __future__ import annotations

from recurseq.command.clinical_columns import ClinicalProposal
from recurseq.command.clinical_text import clinical_text
from recurseq.command.proposal import Proposal
from recurseq.command.text_parts import comment, items, scalar


def clinical_config_text(title: str, proposal: ClinicalProposal) -> str:
    """Write the whole file of a study without counts."""
    study = f"study:\n  title: {scalar(title)} # of the report\n"
    return "\n".join([_HEAD, study, clinical_text(proposal), _SEED])


def config_text(proposal: Proposal, clinical: ClinicalProposal | None = None) -> str:
    """Write the whole file."""
    parts = [
        _HEAD,
        _inputs(proposal),
        _genes(proposal),
        _FILTER,
        _design(proposal),
        _contrasts(proposal),
        _omnibus(proposal),
        _TESTING,
        _liver(proposal),
        *([] if clinical is None else [clinical_text(clinical)]),
        _SEED,
    ]
    return "\n".join(parts)


_HEAD = """\
# Written by `recurseq init`. Edit it, then: recurseq check, recurseq run.
# Paths are relative to the folder of the study. All keys: config/README.md of recurseq.
"""

_FILTER = """\
# A gene is fitted when at least min_samples samples have min_count counts.
filter:
  min_count: 10
  min_samples: auto # the size of the smallest compared group, above 10 samples less
"""

_TESTING = """\
testing:
  alpha: 0.05 # adjusted p-value (false-discovery rate) below which a gene is called
  min_abs_lfc: auto # called genes also change at least two-fold; slopes by any amount
  lfc_threshold: 0 # above 0: test that the absolute log2 fold change exceeds it
  independent_filtering: true # leave genes with few counts out of the correction where that helps
  cooks: true # withhold or repair genes that hang on one outlying count
  shrinkage: apeglm # shrunken fold changes beside the maximum-likelihood ones; or none
"""

_PAIRS = """
# Genes that are asked to go together; samples are classed as high in both.
# coexpression:
#   pairs: [[MYCN, HMGA2]]
#   sets: [metallothioneins]
"""

_SEED = """\
seed: 20160901 # of everything random
"""


def _inputs(proposal: Proposal) -> str:
    lines = [
        "study:",
        f"  title: {scalar(proposal.title)} # of the report",
        "",
        "# Raw, whole-number counts of reads. Never TPM, FPKM or log values.",
        "counts:",
        f"  {proposal.counts_key}: {scalar(proposal.counts)}",
        f"  format: auto # recognised as {proposal.counts_kind}",
    ]
    if proposal.transcripts is not None:
        lines += [
            f"  transcripts: {scalar(proposal.transcripts)} # genes of the transcripts",
            "  lengths: offset # average transcript lengths enter the model; or ignore",
        ]
    if proposal.estimated == "estimated":
        lines.append(
            "  round: true # estimated counts of a quantifier, with decimals, become whole"
        )
    elif proposal.estimated == "unclear":
        lines.append("  # round: true # only if these are estimated counts, not FPKM or the like")
    if proposal.stranded:
        lines.append("  strand: auto # or unstranded, forward, reverse")
    lines += [
        "",
        "# One row for each sample; the column `id` holds the names used in the counts.",
        "samples:",
        f"  path: {scalar(proposal.samples)}",
        f"  id: {scalar(proposal.sample_id)}",
    ]
    if proposal.missing:
        lines.append(f"  missing: {items(proposal.missing)} # words for a missing value")
    if proposal.keep:
        lines += [
            "  # Only samples with these values are used; the others are left out of everything.",
            "  keep:",
            *(f"    {scalar(name)}: {items(values)}" for name, values in proposal.keep.items()),
        ]
    return "\n".join([*lines, ""])


def _genes(proposal: Proposal) -> str:
    comment = "# Gene symbols: builtin (human), none, or a GTF, GFF3 or table; identifiers stay."
    lines = [comment, "genes:", f"  annotation: {scalar(proposal.annotation)}"]
    if proposal.mouse:
        lines += [
            "  # Human names in panel, gene sets and claims stand for their one mouse orthologue.",
            f"  {'' if proposal.liver else '# '}orthologues: mouse",
        ]
    return "\n".join([*lines, ""])


def _design(proposal: Proposal) -> str:
    lines = [
        "# The model: columns of the sheet joined by +; what is compared comes last.",
        "design:",
        f"  formula: {scalar(proposal.formula)}",
    ]
    if proposal.adjustable:
        lines.append("  # To take a batch, pairs or a covariate into account, write for example:")
        lines += [
            f"  #   formula: {scalar(formula)} # {comment(held)}"
            for formula, held in proposal.adjustable.items()
        ]
    lines += [
        f"  # {comment(f'{column} cannot be added: {reason}')}"
        for column, reason in proposal.not_adjustable.items()
    ]
    lines += [
        "  # The first level is the reference. Numbers are labels only when listed here.",
        "  levels:",
        *(f"    {scalar(name)}: {items(values)}" for name, values in proposal.labels.items()),
        f"    {scalar(proposal.factor)}: {items(proposal.levels)}",
    ]
    if proposal.names_of_numbers:
        lines.append("    # Numbers that are names; with the column in the formula, use its line:")
        lines += [
            f"    # {scalar(name)}: {items(levels)}"
            for name, levels in proposal.names_of_numbers.items()
        ]
    return "\n".join([*lines, ""])


def _contrasts(proposal: Proposal) -> str:
    lines = [
        "# Numerator over denominator: positive log2 fold changes are higher in the numerator.",
        "# The names become folders of the results.",
        "contrasts:",
    ]
    for name, (numerator, denominator) in proposal.contrasts.items():
        lines += [
            f"  {scalar(name)}:",
            f"    factor: {scalar(proposal.factor)}",
            f"    numerator: {_side(numerator)}",
            f"    denominator: {_side(denominator)}",
        ]
    if len(proposal.levels) > 2:
        reference, *others = proposal.levels
        lines += [
            "  # a list is the average of its levels:",
            "  # all_vs_reference:",
            f"  #   factor: {scalar(proposal.factor)}",
            f"  #   numerator: {items(others)}",
            f"  #   denominator: {scalar(reference)}",
        ]
    return "\n".join([*lines, ""])


def _side(levels: tuple[str, ...]) -> str:
    return scalar(levels[0]) if len(levels) == 1 else items(levels)


def _omnibus(proposal: Proposal) -> str:
    comment = "# Which genes differ between any of the groups (likelihood-ratio test)."
    section = "omnibus:\n  reduced: auto # the design without the factor of the first contrast"
    if len(proposal.levels) > 2:
        return f"{comment}\n{section}\n"
    switched_off = "\n".join(f"# {line}" for line in section.splitlines())
    return f"{comment} With two groups the contrast says it.\n{switched_off}\n"


def _liver(proposal: Proposal) -> str:
    """Panel and gene sets; those that come with recurseq are of human genes and liver cancer."""
    markers = "markers:\n  panel: builtin"
    sets = "enrichment:\n  collections:\n    liver_cancer: builtin\n  min_size: 5\n  max_size: 500"
    scores = "signatures:\n  collections:\n    liver_cancer: builtin"
    if not proposal.liver:
        markers, sets, scores = (
            "\n".join(f"# {line}" for line in text.splitlines())
            for text in (
                markers.replace("builtin", "markers.tsv"),
                sets.replace("liver_cancer: builtin", "my_sets: sets.gmt"),
                scores.replace("liver_cancer: builtin", "my_sets: sets.gmt"),
            )
        )
    if proposal.gene_sets:
        files = [f"    {name}: {scalar(path)}" for name, path in proposal.gene_sets.items()]
        wanted = proposal.liver and "liver_cancer" not in proposal.gene_sets
        shipped = ["    liver_cancer: builtin"] if wanted else []
        sets = "\n".join(["enrichment:", "  collections:", *files, *shipped])
    return (
        "# Your genes of interest: a file of your own, or builtin (liver cancer, human genes).\n"
        f"{markers}\n\n"
        "# Pathways: name of each collection and its GMT file, or builtin (liver cancer, human "
        "genes).\n"
        f"{sets}\n"
        + (_PAIRS if proposal.liver else "")
        + "\n# Scores of gene sets in every sample, and what of their differences is left with\n"
        "# what samples are made of held equal.\n"
        f"{scores}\n"
    )
