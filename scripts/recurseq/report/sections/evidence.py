"""What stands behind the calls of each contrast: a second test, and how many samples carry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from recurseq.base.tables import MISSING
from recurseq.base.text import capital
from recurseq.evidence.arrangements import FEWEST
from recurseq.evidence.sides import RANKED_FROM
from recurseq.evidence.support import HIGH_SHARE, IN_WORDS, LOW_AREA, NONE
from recurseq.evidence.verdict import IN_WORDS as VERDICTS
from recurseq.evidence.verdict import LEVEL, verdict_sentence
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, many, spaced
from recurseq.study import Study

TITLE = "Evidence"


@dataclass(frozen=True)
class Support:
    """Called genes of one contrast by what stands behind them.

    Attributes
    ----------
    called
        All of them.
    words
        Of each kind of support (its word for people) how many there are.
    hanging
        Called genes that the removal of a single sample would end.
    made
        Genes that are not called, and would be without a single sample.
    ranked
        Called genes that Wilcoxon's test calls too; None where it was not made.
    summary
        Row of ``contrast_summary``; empty when there is none.
    """

    contrast: str
    title: str
    origin: str
    called: int
    words: dict[str, int]
    hanging: int
    made: int
    ranked: int | None
    summary: Mapping[str, object]
    link: str

    @property
    def sentence(self) -> str:
        """Calls, their support and what chance would call, in one line; it may be empty."""
        chance = verdict_sentence(self.summary) if self.summary else ""
        if not self.called:
            return f"{capital(chance)}." if chance else ""
        parts = [f"{count(amount)} {word}" for word, amount in self.words.items()]
        text = f"Of {many(self.called, 'called gene')}, {', '.join(parts)}"
        return f"{text}; {chance}." if chance else f"{text}."

    @property
    def chance(self) -> str:
        """Median and 95 % quantile of the calls with shuffled labels; NA without shuffles."""
        if not self.summary.get("permutations"):
            return MISSING
        return f"{self.summary['permuted_median']:,.6g} ({self.summary['permuted_q95']:,.0f})"

    @property
    def verdict(self) -> str:
        """The verdict in words; NA when labels were not shuffled."""
        return VERDICTS.get(self.summary.get("verdict"), MISSING)


@dataclass(frozen=True)
class EvidenceFacts:
    """Every contrast, and the level of the study."""

    contrasts: list[Support]
    settings: Study


def collect(results: Results, study: Study) -> EvidenceFacts | None:
    """Gather the support of every contrast; None when none was weighed."""
    found = [support_facts(results, study, name) for name in study.contrasts]
    weighed = [one for one in found if one is not None]
    return EvidenceFacts(weighed, study) if weighed else None


def support_facts(results: Results, study: Study, name: str) -> Support | None:
    """Count the calls of a contrast by their support; None when it was not weighed."""
    table = results.table("contrast_evidence", contrast=name)
    if table is None:
        return None
    contrast = study.contrasts[name]
    called = table[table["support"] != NONE]
    flips = table["flipsWithout"].fillna("").ne("")
    ranked = table["wilcoxonPadj"]
    return Support(
        contrast=name,
        title=spaced(contrast.label),
        origin=contrast.origin(results.samples),
        called=len(called),
        words={word: int((called["support"] == code).sum()) for code, word in IN_WORDS.items()},
        hanging=int(flips[called.index].sum()),
        made=int(flips.sum() - flips[called.index].sum()),
        ranked=None if ranked.isna().all() else _below(ranked[called.index], contrast.rule.alpha),
        summary=_summary(results, name),
        link=results.table_link("contrast_evidence", contrast=name),
    )


def _summary(results: Results, name: str) -> dict[str, object]:
    table = results.table("contrast_summary")
    rows = [] if table is None else table[table["contrast"] == name].to_dict("records")
    return rows[0] if rows else {}


def _below(values: pd.Series, level: float) -> int:
    return int((values < level).sum())


def methods(facts: EvidenceFacts) -> list[Paragraph]:
    """Write how calls were weighed."""
    beyond = any(c.rule.tests_threshold for c in facts.settings.contrasts.values())
    treat = ", against the same fold change where one is tested (TREAT)," if beyond else ""
    text = (
        "Every contrast was tested a second time with limma-voom: the same counts, design and size "
        f"factors, precision weights, moderated t{treat} adjusted over all genes. A call is "
        "confirmed when limma-voom calls the gene with the same sign. Where both sides have "
        f"{RANKED_FROM} samples or more and the design has no other variable, Wilcoxon's rank-sum "
        "test on normalised counts is given too. The area under the curve, which needs two samples "
        "on either side, has DeLong's 95 % interval, at 0 and 1 Newcombe's. A call is carried by "
        "few samples when the area of the "
        f"higher side is below {LOW_AREA:g} although the means differ two-fold, or when its two "
        f"largest samples hold more than 2/n + {HIGH_SHARE:g} (1 - 2/n) of its counts and the "
        f"interval of the area does not lie above {LOW_AREA:g}. Each gene near the line was fitted "
        "again without each sample, with size factors, trend, prior and the p-value that decides "
        "kept, to name the samples that a call hangs on."
    )
    cites = ("voom", "moderated", *(("treat",) if beyond else ()), "wilcoxon", "delong", "newcombe")
    return [Paragraph("Evidence", text, cites), *_shuffling(facts.settings.permutations)]


def _shuffling(permutations: int) -> list[Paragraph]:
    """Write how labels were shuffled; nothing when they were not."""
    if not permutations:
        return []
    text = (
        f"The labels of each contrast were shuffled {permutations} times and the whole rule was "
        "repeated: dispersions, outlier counts, test, independent filter and calls; size factors "
        "were kept. Labels moved among the samples that are compared, within the strata of the "
        "formula's other factors, and covariates stayed with their sample. The p-value of a "
        "contrast is (1 + shuffles with as many calls or more) / (1 + shuffles); calls are above "
        f"chance when it is at most {LEVEL:g}. With fewer than {FEWEST} distinct arrangements, and "
        "for contrasts about an interaction, this cannot be tested."
    )
    return [Paragraph("Shuffled labels", text, ("permutation",))]


def limits(facts: EvidenceFacts) -> list[str]:
    """State what support does and does not say."""
    return [
        "A call that few samples carry is not a false one: it may mark a subset of the patients, "
        "or come from single unusual samples, and this study alone cannot tell which. A call that "
        "is not confirmed may be true; limma-voom misses genes that vary much.",
        *(
            [
                "That a contrast calls no more genes than shuffled labels does not show that its "
                "sides are alike, and that it calls more does not make each call true: the "
                "comparison is about the list as a whole."
            ]
            if facts.settings.permutations
            else []
        ),
    ]
