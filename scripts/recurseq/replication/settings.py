"""The section ``replication`` of the configuration, typed, and the files that it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

SAME, OPPOSITE = "same", "opposite"
# Names that files and columns of the room's own have.
TAKEN = ("summary", "meta", "figures", "this")


@dataclass(frozen=True)
class OtherStudy:
    """One study in which the calls are looked up.

    Attributes
    ----------
    name
        Key of the configuration.
    results
        Its result folder, as recurseq makes it; None for a table.
    table
        A table of another tool in DESeq2's columns; None for a result folder.
    contrasts
        A contrast of this study to the one there (itself for a table).
    chosen
        Whether the configuration names the contrasts; else those of equal name are meant.
    sign
        ``opposite`` where its fold changes have what is above here below the line.
    simulated
        Whether the run makes it: the demo's second cohort.
    """

    name: str
    results: str | None = None
    table: str | None = None
    contrasts: Mapping[str, str] = field(default_factory=dict)
    chosen: bool = True
    sign: str = SAME
    simulated: bool = False

    def as_dict(self) -> dict:
        """Plain values, as rules of the workflow hand them to scripts."""
        return asdict(self)

    def genes_file(self, contrast: str) -> Path:
        """Where the genes of a contrast of this study are looked up."""
        if self.table is not None:
            return Path(self.table)
        return Path(self.results) / "contrasts" / self.contrasts[contrast] / "genes.tsv"

    @property
    def cohort_files(self) -> dict[str, str]:
        """Where the run writes counts and sheet of a cohort that it simulates: beside its table."""
        beside = {"counts": "counts.tsv.gz", "samples": "samples.tsv"}
        return {role: Path(self.table).with_name(file).as_posix() for role, file in beside.items()}

    @property
    def side_files(self) -> dict[str, Path]:
        """What tells of the other study as a whole, by role, as far as it is there."""
        if self.results is None:
            return {}
        folder = Path(self.results)
        files = {
            "summary": folder / "contrasts" / "summary.tsv",
            "library_sizes": folder / "qc" / "library_sizes.tsv",
            "provenance": folder / "provenance.json",
        }
        return {role: path for role, path in files.items() if path.is_file()}

    @property
    def present(self) -> tuple[str, ...]:
        """Contrasts of this study that have a table there, or will have one."""
        return tuple(
            name for name in self.contrasts if self.simulated or self.genes_file(name).is_file()
        )

    @property
    def files(self) -> list[str]:
        """Every file that is read."""
        read = [self.genes_file(name) for name in self.present] + list(self.side_files.values())
        return [path.as_posix() for path in dict.fromkeys(read)]


def other_studies(
    section: Mapping | None, contrasts: Iterable[str], simulated: str | None = None
) -> tuple[OtherStudy, ...]:
    """Read the section.

    Parameters
    ----------
    section
        The section, following its schema; None when the study has none.
    contrasts
        Names of this study's contrasts: a result folder without `contrasts` is asked for each.
    simulated
        Name of the study that the run makes.
    """
    own = {name: name for name in contrasts}
    studies = []
    for name, entry in (section or {"studies": {}})["studies"].items():
        chosen = "table" in entry or "contrasts" in entry
        asked = {entry["contrast"]: entry["contrast"]} if "table" in entry else None
        studies.append(
            OtherStudy(
                name=name,
                results=entry.get("results"),
                table=entry.get("table"),
                contrasts=asked or dict(entry.get("contrasts", own)),
                chosen=chosen,
                sign=entry["sign"],
                simulated=name == simulated,
            )
        )
    return tuple(studies)
