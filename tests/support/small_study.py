"""Small studies on disk, and the real command line that runs them."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from support.paths import REPOSITORY

GROUPS = {"normal": 4, "no_recurrence": 4, "early_recurrence": 4}


@dataclass
class StudyFolder:
    """A study directory with its configuration, and the snakemake command on it."""

    path: Path
    config: dict = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> StudyFolder:
        return cls(path, yaml.safe_load((path / "config.yaml").read_text(encoding="utf-8")))

    def copied(self, folder: Path, results: bool = True) -> StudyFolder:
        """Return the same study elsewhere, with all dates; on request without what runs made."""
        left_out = () if results else ("results", ".snakemake")
        shutil.copytree(self.path, folder, ignore=lambda _, names: set(left_out) & set(names))
        return StudyFolder(folder, copy.deepcopy(self.config))

    def write(self) -> None:
        text = yaml.safe_dump(self.config, sort_keys=False, allow_unicode=True)
        (self.path / "config.yaml").write_text(text, encoding="utf-8")

    def set(self, place: str, value: object) -> None:
        *parents, last = place.split(".")
        section = self.config
        for key in parents:
            section = section.setdefault(key, {})
        section[last] = value
        self.write()

    def command(self, *arguments: str, cores: int = 2) -> list[str]:
        return [
            sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"),
            "--directory", str(self.path), "--configfile", str(self.path / "config.yaml"),
            "--cores", str(cores), *arguments,
        ]  # fmt: skip

    def run(self, *arguments: str, cores: int = 2) -> subprocess.CompletedProcess:
        command = self.command(*arguments, cores=cores)
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, cwd="/"
        )

    def tables(self) -> dict[str, bytes]:
        results = self.path / "results"
        return {str(p.relative_to(results)): p.read_bytes() for p in sorted(results.rglob("*.tsv"))}


def simulate(genes: int = 400, seed: int = 7) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Counts genes x samples, sheet, and true log2 fold changes (early over none)."""
    rng = np.random.default_rng(seed)
    names = [f"GENE{i}" for i in range(genes)]
    group = np.repeat(list(GROUPS), list(GROUPS.values()))
    samples = [f"{i + 1}-T.{i % 3}" for i in range(len(group))]  # begins with a digit; dash, dot
    early = np.where(np.arange(genes) < 40, np.where(np.arange(genes) % 2, 2.5, -2.5), 0.0)
    tumour = np.where((np.arange(genes) >= 40) & (np.arange(genes) < 80), 2.0, 0.0)
    base = rng.lognormal(6, 1.2, genes)
    log2 = np.outer(early, group == "early_recurrence") + np.outer(tumour, group != "normal")
    mean = base[:, None] * 2.0**log2 * rng.lognormal(0, 0.2, len(group))
    dispersion = 0.1
    counts = rng.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean))
    counts[-5:] = 0
    sheet = pd.DataFrame(
        {
            "sample_id": samples,
            "group": group,
            "batch": np.tile(["b1", "b2"], len(group) // 2),
            "sex": np.tile(["F", "F", "M", "M"], len(group) // 4),
            "age": rng.integers(40, 80, len(group)),
        }
    )
    truth = pd.DataFrame({"early": early, "tumour": tumour}, index=names)
    return pd.DataFrame(counts, index=names, columns=samples), sheet, truth


def write_inputs(folder: Path, counts: pd.DataFrame, sheet: pd.DataFrame) -> None:
    counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id", lineterminator="\n")
    sheet.to_csv(folder / "samples.tsv", sep="\t", index=False, lineterminator="\n")
    changed = [f"GENE{i}" for i in range(40)]
    sets = {
        "EARLY_UP": changed[1::2],
        "EARLY_DOWN": changed[0::2],
        "NULL": [f"GENE{i}" for i in range(100, 130)],
    }
    lines = ["\t".join([name, "planted", *genes]) for name, genes in sets.items()]
    (folder / "sets.gmt").write_text("\n".join(lines) + "\n")
    panel = pd.DataFrame(
        {
            "gene": ["GENE1", "GENE2", "GENE200", "GENE399", "MT1M"],
            "set": ["a", "a", "b", "b", "b"],
            "expected_early_vs_none": ["up", "up", "", "down", "down"],
            "source": ["planted"] * 5,
        }
    )
    panel.to_csv(folder / "markers.tsv", sep="\t", index=False)


CONFIG = {
    "study": {"title": "A small study"},
    "counts": {"path": "counts.tsv"},
    "samples": {"path": "samples.tsv"},
    "design": {
        "formula": "~ group",
        "levels": {"group": ["normal", "no_recurrence", "early_recurrence"]},
    },
    "contrasts": {
        "early_vs_none": {
            "factor": "group",
            "numerator": "early_recurrence",
            "denominator": "no_recurrence",
        },
        "tumour_vs_normal": {
            "factor": "group",
            "numerator": ["early_recurrence", "no_recurrence"],
            "denominator": "normal",
        },
    },
    "omnibus": {"reduced": "~ 1"},
    # Tests that look at shuffles and further models ask for them: they take a quarter of a run.
    "evidence": {"permutations": 0},
    "confounding": {"refit": False},
    "markers": {"panel": "markers.tsv"},
    "enrichment": {"collections": {"planted": "sets.gmt"}, "min_size": 5},
}


def make_study(folder: Path) -> StudyFolder:
    """Write a complete small study that has not run."""
    counts, sheet, _ = simulate()
    write_inputs(folder, counts, sheet)
    study = StudyFolder(folder, copy.deepcopy(CONFIG))
    study.write()
    return study
