"""Small studies on disk, as users have them, and the command line on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from typer.testing import CliRunner

from recurseq.command.app import app


def counts_for(samples: list[str], genes: int = 60, names: list[str] | None = None) -> pd.DataFrame:
    """Counts genes x samples without any effect."""
    rng = np.random.default_rng(11)
    mean = rng.lognormal(5, 1, genes)[:, None] * rng.lognormal(0, 0.2, len(samples))
    counts = rng.negative_binomial(10, 10 / (10 + mean))
    return pd.DataFrame(counts, names or [f"GENE{i}" for i in range(genes)], samples)


def write_study(folder: Path, sheet: pd.DataFrame, *, sample_id: str = "sample_id") -> Path:
    """Write `counts.tsv` and `samples.tsv`, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = counts_for([str(sample) for sample in sheet[sample_id]])
    counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    sheet.to_csv(folder / "samples.tsv", sep="\t", index=False)
    return folder


def sheet_of(groups: dict[str, int], **columns: list) -> pd.DataFrame:
    """Build a sheet with samples S1, S2, … in these groups."""
    labels = [name for name, size in groups.items() for _ in range(size)]
    samples = [f"S{i + 1}" for i in range(len(labels))]
    return pd.DataFrame({"sample_id": samples, "group": labels, **columns}, dtype=object)


def recurseq(*arguments: object):
    """Run a command in this process; nobody answers questions."""
    ended = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended


def init(folder: Path, *arguments: object, counts: str = "counts.tsv", sheet: str = "samples.tsv"):
    """Write the configuration of a study whose files lie in its folder."""
    return recurseq(
        "init", folder, "--counts", folder / counts, "--samples", folder / sheet, *arguments
    )


def config_of(folder: Path) -> dict:
    return yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))


def installed(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Run the installed script, from another folder than the checkout."""
    script = Path(sys.executable).with_name("recurseq")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [script, *map(str, arguments)],
        **{"capture_output": True, "text": True, "env": environment, "cwd": "/", **options},
        check=False,
    )
