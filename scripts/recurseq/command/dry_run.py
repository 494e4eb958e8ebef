"""``recurseq run --dry-run``: one line for each step that would run, with its reason."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recurseq.base.text import few
from recurseq.command.terminal import heading, say, say_whole, show_table

# Jobs of a group are indented.
_START = re.compile(r"^(?: {4})?(?:local)?(?:rule|checkpoint) (\w+):$")
_ITEM = re.compile(r"^(?: {4}){1,2}(output|reason|wildcards): (.*)$")
_TARGETS = ("all", "default")  # rules that make nothing
_DATED = re.compile(r"'([^']+)': \((\d+, \d+)\)")  # size and date of an input, as a parameter
# Snakemake's words for a reason, and ours; {} are the files that it names.
_WORDS = (
    (r"Forced execution", "asked for"),
    (r"Incomplete output files: ([^;]*)", "was interrupted before"),
    (r"Updated input files: ([^;]+)", "input changed: {}"),
    (r"Set of input files has changed", "reads other files than before"),
    (r"Code has changed", "code changed"),
    (r"Software environment definition has changed", "environment changed"),
)


@dataclass(frozen=True)
class Step:
    """A job that would run.

    Attributes
    ----------
    rule
        Name of the rule.
    subject
        What of the study it is about: the contrast, the collection.
    output
        The files that it makes.
    reason
        Snakemake's.
    """

    rule: str
    subject: str
    output: tuple[str, ...]
    reason: str


def steps_of(text: str) -> list[Step]:
    """Read what Snakemake prints in a dry run; rules that make nothing are left out."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        if start := _START.match(line):
            found.append((start[1], {}))
        elif found and (item := _ITEM.match(line)):
            found[-1][1].setdefault(item[1], item[2].strip())
    return [
        Step(
            rule,
            re.sub(r"\b\w+=", "", items.get("wildcards", "")),
            tuple(items.get("output", "").split(", ")),
            items.get("reason", ""),
        )
        for rule, items in found
        if rule not in _TARGETS
    ]


def reason_in_words(step: Step, makers: Mapping[str, str], folder: Path) -> str:
    """Say why a step would run.

    Parameters
    ----------
    step
        The job.
    makers
        Each file that the run would make, and the rule that makes it.
    folder
        Of the study, in which the files are.
    """
    said = [words for words in (_missing(step, folder), *_parameters(step)) if words]
    if said == ["new"]:
        return "new"
    for pattern, words in _WORDS:
        if match := re.search(pattern, step.reason):
            files = match[1].split(", ") if match.groups() else []
            said.append(words.format(few(files, 3).replace("'", "")))
    return "; ".join(dict.fromkeys(said)) or _follows(step, makers) or step.reason


def _follows(step: Step, makers: Mapping[str, str]) -> str:
    """Name the steps whose results a step reads again."""
    files = _made_before(step)
    before = dict.fromkeys(makers[file] for file in files if file in makers)
    return f"follows {', '.join(list(before)[:3]) or 'another step'}" if files else ""


def _made_before(step: Step) -> list[str]:
    match = re.search(r"Input files updated by another job: ([^;]+)", step.reason)
    return [] if match is None else match[1].split(", ")


def in_order_of_work(steps: Sequence[Step]) -> list[Step]:
    """Put steps after those whose results they read; Snakemake lists a group by its names."""
    maker = {file: at for at, step in enumerate(steps) for file in step.output}
    depths: dict[int, int] = {}

    def depth(at: int) -> int:
        if at not in depths:
            depths[at] = 0  # should Snakemake ever print a circle, it is cut here
            before = [maker[file] for file in _made_before(steps[at]) if file in maker]
            depths[at] = 1 + max(map(depth, before), default=0)
        return depths[at]

    return [steps[at] for at in sorted(range(len(steps)), key=depth)]


def _missing(step: Step, folder: Path) -> str:
    """Say that a result is not there: all of a step's (it is new), or some."""
    match = re.search(r"Missing output files: ([^;]+)", step.reason)
    if match is None:
        return ""
    if not any((folder / file).exists() for file in step.output):
        return "new"
    names = few([Path(file).name for file in match[1].split(", ")], 3)
    return f"a result is missing: {names}".replace("'", "")


def _parameters(step: Step) -> list[str]:
    """Tell a changed configuration from the changed date of an input, which is a parameter too."""
    match = re.search(r"Params have changed since last execution:(.*)", step.reason)
    if match is None:
        return []
    _, _, exclusive = match[1].partition("before:")
    before, _, now = (set(_DATED.findall(part)) for part in exclusive.partition(" now: "))
    inputs = sorted({path for path, _ in before ^ now})
    rest = re.sub(r"\bnow:|<nothing exclusive>|[\s,{}]", "", _DATED.sub("", exclusive))
    said = [f"input changed: {few(inputs, 3)}".replace("'", "")] if inputs else []
    return [*said, *(["configuration changed"] if rest or not inputs else [])]


def show_steps(command: Sequence[str], shown: str, folder: Path) -> int:
    """Let Snakemake list the jobs and print one line for each; return its exit code.

    What Snakemake says is printed as it is when it fails, or when no job can be read from it.
    """
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    steps = steps_of(ended.stdout + "\n" + ended.stderr)
    nothing = "Nothing to be done" in ended.stdout + ended.stderr
    if ended.returncode or not (steps or nothing):
        sys.stdout.write(ended.stdout)
        sys.stdout.flush()
        sys.stderr.write(ended.stderr)
        return ended.returncode
    if not steps:
        say("Nothing would run: all results are there and up to date.")
        return 0
    makers = {file: step.rule for step in steps for file in step.output}
    rows = [
        [step.rule, step.subject, reason_in_words(step, makers, folder)]
        for step in in_order_of_work(steps)
    ]
    heading(f"{len(steps)} steps would run; nothing was computed")
    show_table(["step", "of", "why"], rows)
    say()
    say("What Snakemake itself says is shown by --verbose, or by")
    say_whole(f"  {shown}", "dim")
    return 0
