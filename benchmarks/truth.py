"""Write docs/truth.md: calls against planted truth and against none, over many seeds.

    PYTHONPATH=scripts:tests python benchmarks/truth.py [<folder with data/>]

Some minutes. Without the folder of real cohorts the permuted tumours are left out, and the page
says so. The tests look at a few of these runs only (tests/unit/deseq/test_calibration.py).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from demo_truth import (
    DemoRun,
    headline_rows,
    pattern_rows,
    programme_rows,
    run_demo,
    verdict_sentences,
)
from reliability import table

from recurseq.base.versions import own_version
from support.null_study import facts, fitted_genes, of_r, tumours
from support.paths import REPOSITORY

NULL = {
    "permuted": ("15 + 15 random TCGA-LIHC tumours, 3000 genes", range(20)),
    "simulated": ("10 + 11 simulated samples, 1500 genes", range(200)),
}
PLANTED = {
    "planted_21": ("10 + 11 samples", range(100, 200)),
    "planted_79": ("40 + 39 samples", range(100, 200)),
}
DEMO_SEEDS = range(20160901, 20160911)  # the first one is that of the shipped demo

INTRODUCTION = """\
# Truth

Written by `make truth` (benchmarks/truth.py); do not edit. What calls at padj < 0.05 are worth
where the truth is known, over many seeds: these runs take minutes and are not part of the tests,
which look at a few of them.

- recurseq {version}, commit {commit}
- all data but the tumours are simulated"""

EXPLANATIONS = {
    "Nothing differs": """\
Runs in which the labels mean nothing. Exactly uniform p-values would leave 95 % of runs without a
call. DESeq2's Wald test does not get there, whoever computes it: the last columns say how R called
the runs that it was given, too (in brackets: their number). The dispersions are estimated and then
taken as known, so the far tail is heavier than the normal one; the counts of tumours are not
negative binomial, and their genes vary together.""",
    "Planted differences": """\
Negative-binomial counts with means and dispersions of fitted genes; {share} of 1500 genes change by
0.5 to 3 on the log2 scale. The false share of the calls is to be 5 % in the mean; ± is the standard
error of the mean over the seeds.""",
    "The demo": """\
The shipped demo with the seeds {seeds}. False is the share of false genes among those called at
padj < 0.05 by DESeq2's rules, and among the confirmed ones (called by the rule of the study, and by
limma-voom too); power is the share of all truly changed genes. Its factors have the same
distribution in both tumour groups but for proliferation; where their values differ by chance, genes
that follow them are called falsely, as in patients.

{halves}""",
    "Its headline genes": """\
MT1M, MYCN and HMGA2 were given effects, and dispersions far below those of patients, with which 11
against 10 samples can confirm them. In how many runs they are.""",
    "Its other planted changes": """\
Early against no recurrence: what becomes of the changes of each part of the story.""",
    "Its patterns": """\
Genes found in a pattern, and what they were planted with. Small step: a step changes truly but by
less than two-fold, so that two patterns are true. Seen: share of the genes planted with a pattern
that is found in it.""",
}


def null_rows(fitted: pd.DataFrame, pool: pd.DataFrame | None) -> list[Sequence[str]]:
    """Count calls in runs without a difference, and how R calls the same runs."""
    rows = []
    for kind, (title, seeds) in NULL.items():
        if kind == "permuted" and pool is None:
            rows.append((title, "not run: no data", *[""] * 6))
            continue
        runs, theirs = facts(kind, list(seeds), fitted, pool), of_r(kind)
        equal = (runs["called"].reindex(theirs.index) == theirs["called"]).sum()
        rows.append(
            (
                *(title, f"{len(runs)}", percent((runs["called"] == 0).mean())),
                f"{runs['called'].median():g}, at most {runs['called'].max()}",
                *(percent(runs["below_0.05"].mean(), 2), percent(runs["below_0.001"].mean(), 2)),
                *(f"{percent((theirs['called'] == 0).mean())} ({len(theirs)})",),
                f"{equal} of {len(theirs)}",
            )
        )
    return rows


def planted_rows(fitted: pd.DataFrame) -> list[Sequence[str]]:
    """Give false share and power on planted differences."""
    rows = []
    for kind, (title, seeds) in PLANTED.items():
        runs = facts(kind, list(seeds), fitted)
        rows.append((title, f"{len(runs)}", *spread(runs["false"]), *spread(runs["power"])))
    return rows


def demo_rows(runs: Sequence[DemoRun]) -> list[Sequence[str]]:
    """Give false share and power of calls and confirmed calls of every contrast of the demo."""
    checks = pd.concat([run.check for run in runs])
    changed = checks[checks["truly_changed"] > 0]
    columns = ("observed_fdr", "power", "confirmed_fdr", "confirmed_power")
    return [
        (
            *(name, f"{len(of_one)}", *(text for x in columns for text in spread(of_one[x]))),
            f"{of_one['wrong_sign'].sum()} of {of_one['called'].sum():,}",
        )
        for name, of_one in changed.groupby("contrast", sort=False)
    ]


def spread(values: pd.Series) -> tuple[str, str]:
    """Mean with its standard error, and the range."""
    mean = f"{percent(values.mean(), 2)} ± {100 * values.sem():.2f}"
    return mean, f"{100 * values.min():.1f} to {percent(values.max(), 1)}"


def percent(value: float, digits: int = 0) -> str:
    return f"{100 * value:.{digits}f} %"


def page(
    parts: Mapping[str, tuple[Sequence[str], list[Sequence[str]]]], commit: str, halves: str = ""
) -> str:
    """Return docs/truth.md: each part with its header and rows; `halves` is about the demo."""
    text = [INTRODUCTION.format(version=own_version(), commit=commit)]
    seeds = f"{min(DEMO_SEEDS)} to {max(DEMO_SEEDS)}"
    for title, (header, rows) in parts.items():
        explained = EXPLANATIONS[title].format(share="20 %", seeds=seeds, halves=halves)
        text += [f"## {title}", explained]
        text.append(table(header, rows, numbers=True))
    return "\n\n".join(text) + "\n"


def commit_of_now() -> str:
    """Return the commit that is checked out, and whether files differ from it."""
    ask = ["git", "-C", str(REPOSITORY)]
    name = subprocess.check_output([*ask, "rev-parse", "--short=12", "HEAD"], text=True).strip()
    changed = ["status", "--porcelain", "--untracked-files=no", "scripts", "workflow", "config"]
    return name + (" with changes" if subprocess.check_output([*ask, *changed]) else "")


def main(shared: str = str(REPOSITORY.parent / "shared")) -> None:
    commit, fitted = commit_of_now(), fitted_genes()
    pool = tumours(Path(shared)) if Path(shared, "data", "tcga_lihc").is_dir() else None
    rates = ("false share of the calls", "range", "power", "range")
    confirmed = ("confirmed: false", "range", "confirmed: power", "range")
    outcomes = ("confirmed", "not confirmed", "carried by few", "missed")
    runs = [run_demo(seed) for seed in DEMO_SEEDS]
    parts = {
        "Nothing differs": (
            (
                *("data", "runs", "without a call", "calls, median", "p < 0.05", "p < 0.001"),
                *("R without a call", "as many calls as R"),
            ),
            null_rows(fitted, pool),
        ),
        "Planted differences": (("data", "runs", *rates), planted_rows(fitted)),
        "The demo": (("contrast", "runs", *rates, *confirmed, "wrong direction"), demo_rows(runs)),
        "Its headline genes": (
            ("gene", "runs", "planted", "dispersion", "in patients", "confirmed", "not confirmed"),
            headline_rows(runs),
        ),
        "Its other planted changes": (("programme", "genes", *outcomes), programme_rows(runs)),
        "Its patterns": (
            ("pattern", "found", "planted so", "small step", "planted otherwise", "seen"),
            pattern_rows(runs),
        ),
    }
    text = page(parts, commit, verdict_sentences(runs))
    (REPOSITORY / "docs" / "truth.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
