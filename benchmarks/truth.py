"""Write docs/truth.md: calls against planted truth and against none, over many seeds.

    PYTHONPATH=scripts:tests python benchmarks/truth.py [<folder with data/>]

Some minutes. Without the folder of real cohorts the permuted tumours are left out, and the page
says so. The tests look at a few of these runs only (tests/unit/deseq/test_calibration.py).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml
from reliability import table

from recurseq.base.tables import read_table
from recurseq.base.versions import own_version
from support.null_study import facts, fitted_genes, of_r, tumours
from support.paths import REPOSITORY
from support.small_study import StudyFolder

NULL = {
    "permuted": ("15 + 15 random TCGA-LIHC tumours, 3000 genes", range(20)),
    "simulated": ("10 + 11 simulated samples, 1500 genes", range(200)),
}
PLANTED = {
    "planted_21": ("10 + 11 samples", range(100, 200)),
    "planted_79": ("40 + 39 samples", range(100, 200)),
}
DEMO_SEEDS = range(20160901, 20160921)

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
The shipped demo by its own command, with other seeds and without shrinkage, which calls nothing.
The false share is that of the calls of a contrast; power is the share of all truly changed genes
that is called.""",
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


def demo_rows(folder: Path) -> list[Sequence[str]]:
    """Give false share and power of every contrast of the demo."""
    checks = [demo_check(folder / str(seed), seed) for seed in DEMO_SEEDS]
    runs = pd.concat(checks)
    return [
        (
            *(name, f"{len(of_one)}", *spread(of_one["observed_fdr"]), *spread(of_one["power"])),
            f"{of_one['wrong_sign'].sum()} of {of_one['called'].sum():,}",
        )
        for name, of_one in runs.groupby("contrast", sort=False)
    ]


def demo_check(folder: Path, seed: int) -> pd.DataFrame:
    """Run the demo with a seed as far as its check against the truth."""
    shutil.copytree(REPOSITORY / "config", folder / "config")
    config = yaml.safe_load((folder / "config" / "config.yaml").read_text(encoding="utf-8"))
    testing = {**config["testing"], "shrinkage": "none"}  # takes a third of the time, calls nothing
    study = StudyFolder(folder, {**config, "testing": testing, "seed": seed})
    study.write()
    ended = study.run("results/demo/check.tsv")
    if ended.returncode:
        sys.exit(ended.stdout + ended.stderr)
    check = read_table(folder / "results" / "demo" / "check.tsv", "demo_check")
    shutil.rmtree(folder)
    return check


def spread(values: pd.Series) -> tuple[str, str]:
    """Mean with its standard error, and the range."""
    mean = f"{percent(values.mean(), 2)} ± {100 * values.sem():.2f}"
    return mean, f"{100 * values.min():.1f} to {percent(values.max(), 1)}"


def percent(value: float, digits: int = 0) -> str:
    return f"{100 * value:.{digits}f} %"


def page(parts: Mapping[str, tuple[Sequence[str], list[Sequence[str]]]], commit: str) -> str:
    """Return docs/truth.md: each part with its header and rows."""
    text = [INTRODUCTION.format(version=own_version(), commit=commit)]
    for title, (header, rows) in parts.items():
        text += [f"## {title}", EXPLANATIONS[title].format(share="20 %")]
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
    with tempfile.TemporaryDirectory() as folder:
        parts = {
            "Nothing differs": (
                (
                    *("data", "runs", "without a call", "calls, median", "p < 0.05", "p < 0.001"),
                    *("R without a call", "as many calls as R"),
                ),
                null_rows(fitted, pool),
            ),
            "Planted differences": (("data", "runs", *rates), planted_rows(fitted)),
            "The demo": (
                ("contrast", "runs", *rates, "wrong direction"),
                demo_rows(Path(folder)),
            ),
        }
    (REPOSITORY / "docs" / "truth.md").write_text(page(parts, commit), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
