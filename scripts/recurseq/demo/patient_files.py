"""Files of the simulated patients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from recurseq.base.whole_file import whole_file
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.demo.patients import SimulatedPatients
from recurseq.demo.patients_hpr import PAIR, simulate_hpr
from recurseq.demo.patients_lee import simulate_lee
from recurseq.demo.patients_mt1m import GENE, simulate_mt1m
from recurseq.demo.patients_resected import simulate_resected
from recurseq.demo.patients_zhang import simulate_zhang
from recurseq.io.sheets import read_sheet

# Patients who depend on no counts.
ALONE = {"lee": simulate_lee, "zhang": simulate_zhang, "resected": simulate_resected}


def simulate_patients(
    cohort: str, seed: int, sheet: pd.DataFrame | None, counts: pd.DataFrame | None
) -> SimulatedPatients:
    """Simulate the patients that a study names.

    Parameters
    ----------
    cohort
        ``mt1m``, ``lee``, ``zhang``, ``hpr`` (sequenced patients) or ``resected``.
    seed
        Of the random numbers.
    sheet, counts
        Of sequenced patients, for ``mt1m`` and ``hpr``; None without them.
    """
    if cohort == "mt1m":
        return simulate_mt1m(seed, sheet, counts)
    if cohort == "hpr":
        return simulate_hpr(seed, sheet, counts)
    return ALONE[cohort](seed)


def read_sequenced(
    samples: Sequence[str], counts: Sequence[str]
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Read the sheet and the counts of sequenced patients; None where there are none.

    The rows of genes on which the patients depend are named by their symbols.
    """
    if not samples:
        return None, None
    sheet = read_sheet(samples[0])
    table = pd.read_csv(counts[0], sep="\t", index_col=0)
    known = load_annotation("builtin")
    named = known["gene_name"].isin([GENE, *PAIR]) & known["gene_id"].isin(table.index)
    return sheet, table.rename(index=known[named].set_index("gene_id")["gene_name"].to_dict())


def write_rows(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as TSV; missing cells are NA."""
    with whole_file(path) as partial:
        table.to_csv(partial, sep="\t", index=False, na_rep="NA", lineterminator="\n")


def read_rows(paths: Sequence[str]) -> pd.DataFrame | None:
    """Read the true values of single patients; None when they were not written."""
    return pd.read_csv(paths[0], sep="\t") if paths else None
