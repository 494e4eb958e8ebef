"""docs/reliability.md from the result files that the tests leave in build/.

Tests say what they tried with ``record_property``: "fault", "cluster case", "input" or "format",
and with "result" what came of it. pytest writes these properties to its JUnit files.
"""

from __future__ import annotations

import argparse
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("snakemake", "pandas", "numpy", "anndata", "pytest", "hypothesis")
TITLES = {
    "fault": "Faults survived",
    "cluster case": "Cluster cases",
    "input": "Bad inputs tried",
    "format": "Formats read",
}
EXPLANATIONS = {
    "fault": "Done to a run on purpose; afterwards its tables are compared byte for byte.",
    "cluster case": "On a Slurm of two nodes that the tests start on one machine.",
    "input": """\
Through `recurseq check`; kind *run* through `snakemake`, kind *start* through what a run does
first, kind *generated* through the checks that every start makes. Each is refused with a message
that names the place and no traceback, or runs; none acts, and none writes outside the study.""",
    "format": "Recognised by content, whatever a file is called; files are ours unless said real.",
}


@dataclass(frozen=True)
class Test:
    """One test of one result file."""

    place: str
    name: str
    outcome: str  # passed, failed or skipped
    reason: str
    seconds: float
    properties: tuple[tuple[str, str], ...]

    def tried(self, kind: str) -> list[tuple[str, str]]:
        """Pair what was tried with the result that was recorded next."""
        pairs, waiting = [], []
        for name, value in self.properties:
            if name == kind:
                waiting.append(value)
            elif name == "result":
                pairs += [(item, value) for item in waiting]
                waiting = []
        return pairs + [(item, "") for item in waiting]


def read_tests(path: Path) -> list[Test]:
    """Read the tests of one JUnit file."""
    return [_test(case) for case in ElementTree.parse(path).iter("testcase")]


def _test(case: ElementTree.Element) -> Test:
    skipped, failures = case.find("skipped"), [*case.iter("failure"), *case.iter("error")]
    outcome = "failed" if failures else "passed" if skipped is None else "skipped"
    return Test(
        place=case.get("classname", ""),
        name=case.get("name", ""),
        outcome=outcome,
        reason="" if skipped is None else skipped.get("message", ""),
        seconds=float(case.get("time", 0)),
        properties=tuple((p.get("name"), p.get("value")) for p in case.iter("property")),
    )


def merged(runs: Iterable[Sequence[Test]]) -> list[Test]:
    """Each test once; one that a run left out and another did counts as done."""
    found: dict[tuple[str, str], Test] = {}
    for test in (test for tests in runs for test in tests):
        key = (test.place, test.name)
        if key not in found or found[key].outcome == "skipped":
            found[key] = test
    return list(found.values())


def page(files: Sequence[Path]) -> str:
    """Return docs/reliability.md as Markdown."""
    runs = {path: read_tests(path) for path in files}
    tests = merged(tests for path, tests in runs.items() if not _python(path))
    parts = [
        "# Reliability",
        "Written by `make reliability` (benchmarks/reliability.py) from the tests' result files;\n"
        "do not edit.",
        "\n".join(_facts(runs)),
    ]
    for kind, title in TITLES.items():
        parts += [f"## {title}", EXPLANATIONS[kind]]
        parts.append(_counts(tests) if kind == "input" else _list(tests, kind))
    parts += ["## Python versions", _pythons(runs)]
    parts += ["## Left out", "Tests that did not run here, and why.", _left_out(tests)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _facts(runs: dict[Path, list[Test]]) -> Iterable[str]:
    """List what ran, when and with what."""
    for path, tests in runs.items():
        suite = next(ElementTree.parse(path).iter("testsuite"))
        counts = Counter(test.outcome for test in tests)
        said = ", ".join(
            f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped")
        )
        yield f"- {path.name}: {suite.get('timestamp', '')[:10]}, {said}"
    own = (REPOSITORY / "scripts/recurseq/VERSION").read_text(encoding="utf-8").strip()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield f"- recurseq {own}; Python {platform.python_version()}, {packages}"
    yield f"- System: {platform.system()} {platform.machine()}"


def _list(tests: Sequence[Test], kind: str) -> str:
    """One line for everything that was tried, in the order of the tests."""
    rows = [
        (what, result if test.outcome == "passed" else f"**{test.outcome}** {test.reason}".strip())
        for test in tests
        for what, result in test.tried(kind)
    ]
    rows = list(dict.fromkeys(rows))
    if not rows:
        return "No result file has any."
    return f"{len(rows)} in all.\n\n" + table((kind, "result"), rows)


def _counts(tests: Sequence[Test]) -> str:
    """Bad inputs by kind (the words before the colon) and outcome."""
    counts: Counter[tuple[str, str]] = Counter()
    for test in tests:
        for what, result in test.tried("input"):
            outcome = result if test.outcome == "passed" else f"**{test.outcome}**"
            kind, _, description = what.partition(": ")
            times = re.match(r"(\d+) times ", description)
            counts[kind, outcome] += int(times[1]) if times else 1
    if not counts:
        return "No result file has any."
    kinds = list(dict.fromkeys(kind for kind, _ in counts))
    outcomes = list(dict.fromkeys(outcome for _, outcome in counts))
    rows = [
        (kind, *(str(counts[kind, outcome] or "") for outcome in outcomes), str(_sum(counts, kind)))
        for kind in kinds
    ]
    totals = [str(sum(counts[kind, outcome] for kind in kinds)) for outcome in outcomes]
    rows.append(("all", *totals, str(counts.total())))
    return table(("what was wrong", *outcomes, "inputs"), rows, numbers=True)


def _sum(counts: Counter[tuple[str, str]], kind: str) -> int:
    return sum(number for (of, _), number in counts.items() if of == kind)


def _python(path: Path) -> str:
    """Return the version for which a file holds the results of .ci/pythons."""
    found = re.fullmatch(r"python-(\d+\.\d+)", path.stem)
    return found[1] if found else ""


def _pythons(runs: dict[Path, list[Test]]) -> str:
    rows = [(platform.python_version(), "all tests", "as on this page")]
    for path, tests in runs.items():
        if _python(path):
            counts = Counter(test.outcome for test in tests)
            said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
            rows.append((_python(path), "lock file installed, part of the tests", said))
    return table(("Python", "what was done", "result"), rows)


def _left_out(tests: Sequence[Test]) -> str:
    reasons = Counter(test.reason for test in tests if test.outcome == "skipped")
    if not reasons:
        return "None."
    return table(("reason", "tests"), [(r, str(n)) for r, n in reasons.most_common()], numbers=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: bool = False) -> str:
    """Return a Markdown table; numbers stand at the right, but for the first column."""
    rule = ["---", *(["---:" if numbers else "---"] * (len(header) - 1))]
    lines = [header, rule, *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main() -> None:
    """Write the page from the files named, or from all in build/."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    files = parser.parse_args().files or sorted((REPOSITORY / "build").glob("*.xml"))
    if not files:
        sys.exit("build/ has no result files: run make test, make test-slurm, .ci/pythons first")
    (REPOSITORY / "docs/reliability.md").write_text(page(files), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
