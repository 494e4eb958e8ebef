"""Versions, checksums and the configuration of the run."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.base.text import listed
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.study import Study

TITLE = "Provenance"
CHECKSUMS_SHOWN = 60


def collect(results: Results, study: Study) -> dict:
    """Return the record of the run; empty when it was not written."""
    return results.provenance


def methods(record: Mapping) -> list[Paragraph]:
    """Name the software and its versions."""
    versions: Mapping = record.get("versions", {})
    names = listed(f"{name} {version}" for name, version in versions.items())
    text = f"recurseq {record.get('recurseq', '')}".strip()
    text += f", run with Snakemake; {names}." if names else ", run with Snakemake."
    return [Paragraph("Software", text, ("snakemake",))]
