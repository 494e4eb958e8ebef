"""Any gene: an explorer in the page, whose script finds and shows what the tables hold."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.report.explorer.explored import read_explored
from recurseq.report.explorer.packed import keeps_called_only, packed
from recurseq.report.results import Results
from recurseq.study import Study

TITLE = "Genes"
SCRIPT = "../explorer/main.js"


@dataclass(frozen=True)
class Genes:
    """What the explorer needs.

    Attributes
    ----------
    data
        The packed study (`recurseq.report.explorer.packed.packed`).
    links
        Contrast to the way to its table.
    called_only
        Whether evidence is kept for called genes only, to stay small.
    """

    data: str
    links: dict[str, str]
    called_only: bool

    @property
    def first(self) -> str:
        """The way to the table that is shown first."""
        return next(iter(self.links.values()))


def collect(results: Results, study: Study) -> Genes | None:
    """Pack the study; None when no contrast was tested."""
    explored = read_explored(results, study)
    if explored is None:
        return None
    links = {tested.contrast.name: tested.link for tested in explored.contrasts}
    return Genes(packed(explored), links, keeps_called_only(explored))
