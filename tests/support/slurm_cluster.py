"""A real Slurm on this machine, and runs of a study on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from support.paths import REPOSITORY

HERE = REPOSITORY / "tests" / "slurm"
PROFILES = REPOSITORY / "workflow" / "profiles"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "slurmdbd", "mariadbd")
OWN = ("slurm_account=lab", "slurm_partition=short")  # what a user of this cluster sets
LIMIT = 1200  # seconds; the executor waits for ever when it loses sight of a job


def missing() -> str:
    """Why no cluster can be started here; empty when it can."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    absent = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    if absent:
        return f"Slurm is not installed here: no {', '.join(absent)}"
    return "" if os.geteuid() == 0 else "starting a cluster needs root"


@dataclass(frozen=True)
class Job:
    """One Slurm job, from sacct: memory in MB, time limit in minutes."""

    number: str
    comment: str  # rule_<rule>, or rule_<group>_<rule>_<rule>...
    account: str
    partition: str
    state: str
    node: str
    asked: int
    peak: float
    minutes: int


class Cluster:
    """Two nodes, started in a folder by start.sh."""

    def __init__(self, folder: Path, accounting: str):
        self.folder = folder
        call("timeout", "-k", "5", "120", HERE / "start.sh", folder, accounting)

    def stop(self) -> None:
        call("timeout", "-k", "5", "60", HERE / "stop.sh", self.folder)

    def jobs(self, run: str) -> list[Job]:
        """The jobs of one run of Snakemake, oldest first."""
        fields = "JobID,Comment,Account,Partition,State,NodeList,ReqMem,MaxRSS,TimelimitRaw"
        text = call("sacct", "--name", run, "--noheader", "--parsable2", "--format", fields)
        rows = [line.split("|") for line in text.splitlines()]
        peaks = dict.fromkeys((row[0] for row in rows if "." not in row[0]), 0.0)
        for step, *_, peak, _ in rows:  # memory is known for the steps, the rest for the job
            number = step.split(".")[0]
            peaks[number] = max(peaks[number], megabytes(peak))
        return [
            Job(number, comment, account, partition, state.split()[0], node,
                round(megabytes(asked)), peaks[number], int(limit))
            for number, comment, account, partition, state, node, asked, _, limit in rows
            if number in peaks
        ]  # fmt: skip

    def running(self, rule: str, seconds: int = 60) -> str:
        """Wait until a job with this rule runs; its node."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in call("squeue", "-h", "-t", "running", "-o", "%N %k").splitlines():
                node, comment = line.split()
                if rule in comment:
                    return node
            time.sleep(0.2)
        raise AssertionError(f"no job with {rule} ran within {seconds} s")

    def idle(self, seconds: int = 60) -> None:
        """Wait until no job is left and both nodes are ready for more."""
        end = time.monotonic() + seconds
        nodes = ("sinfo", "--noheader", "--Node", "--partition", "short", "--states", "idle")
        while call("squeue", "-h") or len(call(*nodes).splitlines()) < 2:
            assert time.monotonic() < end, call("squeue") + call("sinfo")
            time.sleep(0.5)


def megabytes(text: str) -> float:
    """sacct's sizes: 651M, 189852K, 2G; empty for none."""
    if not text:
        return 0.0
    return float(text[:-1]) * {"K": 1 / 1024, "M": 1, "G": 1024}[text[-1]]


def command(study: Path, *arguments: str, profile: str = "slurm") -> list[str]:
    """The documented command, which asks for the state of jobs more often than the profile."""
    return [
        "timeout", "-k", "10", str(LIMIT),
        sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"),
        "--directory", str(study), "--configfile", str(study / "config.yaml"),
        "--workflow-profile", str(PROFILES / profile),
        "--slurm-init-seconds-before-status-checks", "3", *arguments,
    ]  # fmt: skip


def run(study: Path, *arguments: str, **options: str) -> tuple[str, str]:
    """Run a study on the cluster to its end: what Snakemake said, and the ID of the run."""
    done = subprocess.run(
        command(study, *arguments, **options), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stderr, run_id(done.stderr)


def run_id(text: str) -> str:
    return re.search(r"SLURM run ID: (\S+)", text)[1]


def tables(study: Path) -> dict[str, bytes]:
    results = study / "results"
    return {str(p.relative_to(results)): p.read_bytes() for p in sorted(results.rglob("*.tsv"))}


def call(*arguments: object) -> str:
    done = subprocess.run(
        [str(argument) for argument in arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout
