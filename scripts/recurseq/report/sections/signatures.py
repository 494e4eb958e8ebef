"""Signatures: what the groups are made of, how scores differ, and what of it is left."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed
from recurseq.design.groups import sample_groups
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, is_missing, many, spaced, with_files
from recurseq.signatures.analyse import FOR_T_CELLS
from recurseq.signatures.composition import PROXIES
from recurseq.signatures.differences import (
    APPEARS,
    EXPLAINED,
    FARTHEST,
    FEWEST_DEGREES,
    REMAINS,
    UNCLEAR,
)
from recurseq.signatures.sets import SCORED
from recurseq.signatures.settings import COMPOSITION, DERIVED, SignatureSettings
from recurseq.study import Study

TITLE = "Signatures"
TOP_SETS = 12  # of each contrast; the table file has all
POWER_80 = 2.8016  # 97.5 % and 80 % quantiles of the standard normal distribution, added up
SCORES = {
    "ssgsea": "ssGSEA (Barbie 2009, weight 0.25, without the last step that divides by the range "
    "of all scores; divided by the number of genes, tied genes at their mean rank)",
    "gsva": "GSVA (Gaussian kernel, difference of the two maxima, by GSEApy)",
    "mean_z": "the mean of the z-scores of their genes",
}


@dataclass(frozen=True)
class SignatureContrast:
    """One contrast.

    Attributes
    ----------
    composition
        Rows of the proxies.
    exhaustion
        Rows of exhaustion: as it is, and with T cells held equal.
    top
        Rows of the sets and derived scores with the smallest p-values, called ones first.
    tested, called
        Sets and scores, proxies left out.
    codes
        How many called differences remain, are explained or unclear, and how many appear.
    adjusted
        How many have a second test.
    detectable
        Difference of a score, in residual standard deviations, that its test alone finds with 80 %
        power at 0.05; the median over the scores. None without a test.
    """

    name: str
    title: str
    origin: str
    composition: list[dict]
    exhaustion: list[dict]
    top: list[dict]
    tested: int
    called: int
    codes: dict[str, int]
    adjusted: int
    detectable: float | None

    @property
    def sentence(self) -> str:
        """Say how many differences were called, and what of them is left."""
        text = f"{count(self.called)} of {many(self.tested, 'score')} called"
        if not self.adjusted:
            return f"{text}; none could be tested with the composition held equal."
        kept, gone, unclear, new = self.codes.values()
        left = (
            f"{text}: with what the samples are made of held equal {count(kept)} remain, "
            f"{count(gone)} are explained by it, {count(unclear)} are unclear"
        )
        left = left if self.called else f"None of {many(self.tested, 'score')} is called"
        return f"{left}; {count(new)} appear only then." if new else f"{left}."

    @property
    def made_of(self) -> str:
        """Say in which proxies the sides differ."""
        if not self.composition:
            return "What the samples are made of could not be followed: see the log of the job."
        found = [
            f"{row['set']} ({'higher' if row['direction'] == 'up' else 'lower'})"
            for row in self.composition
            if row["significant"]
        ]
        if found:
            return f"The sides differ in what they are made of: {listed(found)}."
        return (
            "No proxy is called different, which does not show that the sides are made of the same."
        )


@dataclass(frozen=True)
class SignatureFacts:
    """All contrasts, the sets that were not scored, the phases by group, collections with files."""

    contrasts: list[SignatureContrast]
    absent: list[dict]
    sets: int
    phases: list[tuple[str, dict[str, int]]]
    settings: SignatureSettings
    files: str
    alpha: float
    figures: list[DrawnFigure]
    links: dict[str, str]


def collect(results: Results, study: Study) -> SignatureFacts | None:
    """Gather the signatures; None when the study has none."""
    tests, sets = results.table("signature_tests"), results.table("signature_sets")
    samples = results.table("signature_samples")
    if tests is None or sets is None or samples is None or study.signatures is None:
        return None
    tables = {"tests": "tests", "sets": "sets", "scores": "scores", "samples": "samples"}
    return SignatureFacts(
        contrasts=[
            _contrast(rows, results, study, str(name))
            for name, rows in tests.groupby("contrast", sort=False)
        ],
        absent=sets[sets["status"] != SCORED].to_dict("records"),
        sets=len(sets),
        phases=_phases(samples, sample_groups(results.samples, study.main_factor)),
        settings=SignatureSettings.from_section(study.signatures),
        files=with_files(study.signature_collections, study.signature_collections),
        alpha=study.testing.alpha,
        figures=results.figures("signatures"),
        links={word: results.table_link(f"signature_{name}") for word, name in tables.items()},
    )


def _contrast(rows: pd.DataFrame, results: Results, study: Study, name: str) -> SignatureContrast:
    contrast = study.contrasts[name]
    of_proxies = rows["collection"] == COMPOSITION
    others = rows[~of_proxies]
    ordered = others.sort_values(["pvalue", "collection", "set"], kind="stable")
    exhausted = others["collection"].eq(DERIVED) & others["set"].isin(["exhaustion", FOR_T_CELLS])
    codes = (REMAINS, EXPLAINED, UNCLEAR, APPEARS)
    return SignatureContrast(
        name=name,
        title=spaced(contrast.label),
        origin=f"{name}: {contrast.title(results.samples)}",
        composition=rows[of_proxies].to_dict("records"),
        exhaustion=others[exhausted].to_dict("records"),
        top=ordered[~exhausted[ordered.index]].head(TOP_SETS).to_dict("records"),
        tested=len(others),
        called=int(others["significant"].sum()),
        codes={code: int((others["remains"] == code).sum()) for code in codes},
        adjusted=int(others["adjustedPvalue"].notna().sum()),
        detectable=_detectable(others),
    )


def _detectable(rows: pd.DataFrame) -> float | None:
    """Multiply the median standard error, in residual standard deviations, for 80 % power."""
    moved = rows[rows["statistic"].abs() > 0]
    error = (moved["standardised"] / moved["statistic"]).median()
    return None if is_missing(error) else POWER_80 * float(error)


def _phases(samples: pd.DataFrame, groups: pd.Series) -> list[tuple[str, dict[str, int]]]:
    """Count the samples of each phase, group by group in the order of levels."""
    phase = samples.set_index("sample_id")["phase"].dropna()
    counts = [
        (str(level), phase[groups.reindex(phase.index) == level]) for level in groups.cat.categories
    ]
    return [(level, own.value_counts().to_dict()) for level, own in counts if len(own)]


def methods(facts: SignatureFacts) -> list[Paragraph]:
    """Write how sets were scored and tested."""
    names = {name: listed(map(spaced, parts)).lower() for name, parts in PROXIES.items()}
    made_of = "; ".join(f"{name}: {parts}" for name, parts in names.items())
    text = (
        f"Sets of {facts.files} with {facts.settings.min_size} fitted genes or more were scored in "
        "every sample by "
        f"{SCORES[facts.settings.method]}, on variance-stabilised expression of the fitted genes. "
        "Differences were tested by the linear model of the genes' design on the scores with "
        "moderated t statistics; p-values were adjusted by the Benjamini-Hochberg procedure over "
        f"all scores of a contrast and called below {facts.alpha:g}. What samples are made of was "
        f"followed by scores of shipped sets ({made_of}); purity is minus the mean of all but "
        "hepatocytes, after the idea of ESTIMATE. Each test was repeated with these scores as "
        "covariates, the genes of the tested set left out of them, where "
        f"{FEWEST_DEGREES} residual degrees of freedom were left; not with one in which the sides "
        f"differ by more than {FARTHEST:g} residual standard deviations. A difference remains "
        "when it is called both times, and is explained when it is not called the second time, at "
        "most half of it is left, and the second interval leaves out the first estimate. "
        "Exhaustion was also tested with the mean expression of CD8A, CD3D, CD3E and CD3G as a "
        "covariate. G1/S and G2/M scores were standardised over the samples; the phase is the "
        "higher one, and non-cycling when neither is above 0."
    )
    method = {"ssgsea": ("ssgsea",), "gsva": ("gsva", "gseapy"), "mean_z": ()}
    cites = (*method[facts.settings.method], "limma", "moderated", "bh", "estimate", "phases")
    return [Paragraph("Signatures", text, cites)]


def limits(facts: SignatureFacts) -> list[str]:
    """State what scores and proxies cannot show."""
    return [
        "Scores of gene sets in bulk tissue follow the mixture of cells as well as their state. "
        "Proxies measure the mixture with error: a difference that remains with them held equal "
        "may still be a mixture that they see poorly, and one that they explain may be biology "
        "that travels with it, as the loss of liver functions does with that of hepatocytes. What "
        "all but separates the sides, as sinusoids do tumours and liver, cannot be held equal.",
        "Sets share genes and are no independent findings. Scores compare samples and not sets; "
        "phases are relative to the samples of this study and exploratory.",
    ]


def entries(facts: SignatureFacts) -> list[tuple[str, str]]:
    """Name each contrast in the table of contents."""
    return [(f"signatures-{one.name}", one.title) for one in facts.contrasts]
