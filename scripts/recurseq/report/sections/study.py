"""Samples, genes and design of the model, and what every study of this kind cannot show."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed
from recurseq.cohort.readers.formats import QUANTIFIERS
from recurseq.design.formula import parse_formula
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, many, spaced
from recurseq.study import Study
from recurseq.study.remarks import design_notes

TITLE = "Study"
SMALL_GROUP = 6


@dataclass(frozen=True)
class StudyFacts:
    """Samples, genes and design of the model.

    Attributes
    ----------
    groups
        (level, samples) of the main factor in level order; empty when there is none.
    levels
        Factor to its levels; the first is the reference.
    dropped
        (reason, genes) for genes left out before fitting, the most frequent first.
    counts_format
        What the counts were recognised as; empty when the cohort does not say.
    replaced, withheld, not_converged
        Genes with a replaced outlier count, with p-values withheld for one, and without a
        converged fit.
    messages
        What the import said.
    notes
        What the design and the contrasts mean where that is easily taken for something else.
    needed
        Samples that had to have the counts for a gene to be modelled.
    """

    samples: int
    groups: list[tuple[str, int]]
    levels: dict[str, list[str]]
    genes: int
    kept: int
    dropped: list[tuple[str, int]]
    fit_type: str
    counts_format: str
    replaced: int
    withheld: int
    not_converged: int
    messages: list[str]
    notes: list[str]
    needed: int
    settings: Study


def collect(results: Results, study: Study) -> StudyFacts | None:
    """Gather the facts of the model; None for a study without counts."""
    if not study.has_counts:
        return None
    samples, genes, facts = results.samples, results.genes, results.model_facts
    kept = genes["kept"].astype(bool)
    fitted = genes[kept]
    dropped = genes.loc[~kept, "drop_reason"].astype(str).value_counts()
    factor = study.main_factor
    sizes = samples[factor].value_counts(sort=False) if factor else pd.Series(dtype=int)
    return StudyFacts(
        samples=len(samples),
        groups=[(str(name), int(amount)) for name, amount in sizes.items()],
        levels={
            column: [str(name) for name in samples[column].cat.categories]
            for column in samples.columns
            if isinstance(samples[column].dtype, pd.CategoricalDtype)
            and column in parse_formula(study.formula).variables
        },
        genes=len(genes),
        kept=len(fitted),
        dropped=sorted(
            ((str(reason), int(amount)) for reason, amount in dropped.items()),
            key=lambda item: (-item[1], item[0]),
        ),
        fit_type=str(facts.get("fit_type", "")),
        counts_format=str(facts.get("counts_format", "")),
        replaced=_true(fitted, "replaced"),
        withheld=_true(fitted, "cooksOutlier"),
        not_converged=len(fitted) - _true(fitted, "converged"),
        messages=[str(message) for message in facts.get("messages", [])],
        notes=design_notes(study, samples),
        needed=int(facts["min_samples"]),
        settings=study,
    )


def lead(facts: StudyFacts) -> str:
    """Say how many samples and genes there are, for the head of the page."""
    groups = ", ".join(f"{size} {spaced(name)}" for name, size in facts.groups)
    samples = many(facts.samples, "sample") + (f": {groups}" if groups else "")
    return f"{samples}. {count(facts.kept)} of {count(facts.genes)} genes in the model."


def _true(genes: pd.DataFrame, column: str) -> int:
    return int(genes[column].fillna(False).astype(bool).sum())


def methods(facts: StudyFacts) -> list[Paragraph]:
    """Write of samples, filter and model."""
    return [_samples(facts), _filter(facts), _model(facts)]


def _samples(facts: StudyFacts) -> Paragraph:
    text = f"{many(facts.samples, 'sample')} and {many(facts.genes, 'gene')} entered the analysis"
    if facts.groups:
        sizes = listed(f"{name} (n = {size})" for name, size in facts.groups)
        text += f"; by {facts.settings.main_factor}: {sizes}"
    text += ". Genes keep the identifier of the count matrix throughout."
    cites: tuple[str, ...] = ()
    if facts.counts_format in QUANTIFIERS:
        text += (
            f" Counts were estimated by {QUANTIFIERS[facts.counts_format]}, read for genes by the "
            "rules of tximport and rounded to whole numbers."
        )
        cites = (facts.counts_format, "tximport")
    if facts.settings.simulated:
        text = f"The data are simulated. {text}"
    return Paragraph("Samples", text, cites)


def _filter(facts: StudyFacts) -> Paragraph:
    used = facts.settings.cohort
    where = f"at least {many(facts.needed, 'sample')}"
    if used.min_samples is None:
        where += " (by the size n of the smallest compared group: n, above 10 10 + 0.7 (n - 10))"
    if used.min_count <= 0:
        rule = "Genes without a single count were left out of the model"
    else:
        rule = f"Genes were modelled when {where} had a count of {used.min_count} or more"
    text = (
        f"{rule}: {count(facts.kept)} of {count(facts.genes)} genes were kept. The others stay in "
        "every table, with the reason in the columns status and note."
    )
    return Paragraph("Filter", text)


def _model(facts: StudyFacts) -> Paragraph:
    trend = f" ({facts.fit_type} dispersion trend)" if facts.fit_type else ""
    references = listed(f"{column}: {levels[0]}" for column, levels in facts.levels.items())
    text = (
        f"One negative-binomial model with the design {facts.settings.formula} was fitted to all "
        f"{facts.samples} samples by the method of DESeq2: {_divisors(facts)}, "
        f"gene-wise dispersions shrunken towards a trend{trend}, maximum-likelihood coefficients "
        "on the log2 scale. The model is PyDESeq2's; recurseq solves its equations for many genes "
        "at once and follows the rules of the R package DESeq2 where the two differ. The same fit "
        "serves every contrast."
    )
    if references:
        text += f" Reference level of {references}."
    if facts.settings.testing.cooks:
        text += (
            " Single counts with a large Cook's distance (above the 99 % quantile of the F "
            "distribution) were treated as in DESeq2: replaced and the gene fitted again where at "
            "least 7 samples share all values of the design, else, with 3 to 6 such samples, the "
            f"p-values were withheld; replaced for {many(facts.replaced, 'gene')}, p-values "
            f"withheld for {many(facts.withheld, 'gene')}."
        )
    else:
        text += " Cook's distances were not used to withhold p-values."
    if facts.not_converged:
        text += f" The fit of {many(facts.not_converged, 'gene')} did not converge."
    return Paragraph("Model", text, ("deseq2", "pydeseq2"))


def _divisors(facts: StudyFacts) -> str:
    """Say what counts were divided by."""
    used = facts.settings.normalization
    estimated = {"ratio": "median-of-ratios size factors", "poscounts": "poscounts size factors"}
    text = estimated[used.method]
    if used.size_factors is not None:
        text = f"size factors from the sample sheet (column {used.size_factors})"
    quantified = facts.counts_format in QUANTIFIERS
    if used.lengths is not None or (
        quantified and facts.settings.cohort.counts.lengths == "offset"
    ):
        text += " with offsets for the average transcript length of each gene in each sample"
    return text


def limits(facts: StudyFacts) -> list[str]:
    """State what data of this kind cannot show."""
    statements = [
        "A difference between groups is an association. It does not show that a gene causes what "
        "sets the groups apart, nor that it would predict the group of another sample or patient.",
        "Bulk RNA mixes all cells of a tissue: a difference may lie in the shares of cell types "
        "rather than in what a cell expresses.",
    ]
    if facts.settings.simulated:
        statements.insert(
            0,
            "The data are simulated: the numbers show how the pipeline behaves and say nothing "
            "about patients.",
        )
    small = [f"{name} (n = {size})" for name, size in facts.groups if size < SMALL_GROUP]
    if small:
        statements.append(
            f"{listed(small)} {'is a small group' if len(small) == 1 else 'are small groups'}: "
            "true differences of moderate size are missed there, and a gene that is not called is "
            "not a gene without a difference."
        )
    statements.append(_outliers(facts))
    if any("normal" in name.casefold() for name, _ in facts.groups):
        statements.append(
            "Tissue called normal is often taken beside a tumour. Unless the sample sheet says "
            "otherwise it need not be healthy: liver, for one, may be inflamed or cirrhotic."
        )
    return statements


def _outliers(facts: StudyFacts) -> str:
    if not facts.settings.testing.cooks:
        return "Single outlying counts were not looked for: a call can hang on one sample."
    return (
        "A single outlying count is repaired only where at least 7 samples share all values of the "
        "design. With 3 to 6 such samples it costs the gene its p-values; with fewer it goes "
        "unnoticed, and a call can hang on one sample."
    )
