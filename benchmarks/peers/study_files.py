"""What the Python engines share: reading the study, and writing the answer and its time.

Every engine is called with <study folder> <formula> <factor> <numerator> <denominator> <output>.
"""

import sys
import time
from pathlib import Path

import pandas as pd


def read_study() -> tuple[pd.DataFrame, pd.DataFrame, str, list[str]]:
    """Return counts (samples x genes), samples (categorical columns), formula, contrast."""
    folder, formula, *contrast = sys.argv[1:6]
    samples = pd.read_csv(Path(folder) / "samples.tsv", sep="\t", index_col=0, dtype=str)
    counts = pd.read_csv(Path(folder) / "counts.tsv", sep="\t", index_col=0)
    return counts[samples.index].T, samples.astype("category"), formula, contrast


class Answer:
    """Measures the seconds of the with-block, then writes them with the results."""

    def __enter__(self) -> "Answer":
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.start

    def write(self, version: str, results: pd.DataFrame, size_factors: pd.Series) -> None:
        """Write `results` (columns log2FoldChange, pvalue, padj; genes) and size factors."""
        folder = Path(sys.argv[6])
        (folder / "seconds.txt").write_text(f"{self.seconds}\n", encoding="utf-8")
        (folder / "version.txt").write_text(f"{version}\n", encoding="utf-8")
        chosen = results[["log2FoldChange", "pvalue", "padj"]]
        chosen.to_csv(folder / "results.tsv", sep="\t", na_rep="NA")
        size_factors.rename("size_factor").to_csv(folder / "size_factors.tsv", sep="\t")
