"""The files beside the report that help to cite a run: references, and the run itself."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from recurseq.report.references import Reference
from recurseq.report.results import Results

HEAD = """\
# How to cite this run, in the Citation File Format (https://citation-file-format.github.io).
# Name the authors of the study before you publish it: recurseq does not know them.
"""
AUTHORS = "Authors of the study"


def bibtex(cited: Iterable[Reference]) -> str:
    """Return what the methods of a run cite, as a file of BibTeX."""
    return "\n".join(one.bibtex for one in cited)


def citation(results: Results, cited: Iterable[Reference]) -> str:
    """Return the citation file of a run: what it is, by which software, by which methods.

    Parameters
    ----------
    results
        The results; version and date are those of their provenance.
    cited
        What the methods cite.
    """
    version = str(results.provenance.get("recurseq", ""))
    software = {
        "type": "software",
        "title": "recurseq",
        "authors": [{"name": "The recurseq developers"}],
        "version": version,
    }
    made = f"Made by recurseq {version}".rstrip()
    simulated = " The data are simulated." if results.study.simulated else ""
    fields = {
        "cff-version": "1.2.0",
        "message": "Please cite the study together with the software and methods it used.",
        "title": results.study.title,
        "abstract": f"{made}; provenance.json has its configuration and checksums.{simulated}",
        "type": "dataset",
        "authors": [{"name": AUTHORS}],
        "date-released": results.run_date,
        "references": [
            {name: value for name, value in software.items() if value},
            *(one.cff for one in cited),
        ],
    }
    known = {name: value for name, value in fields.items() if value}
    return HEAD + yaml.safe_dump(known, sort_keys=False, allow_unicode=True, width=100)
