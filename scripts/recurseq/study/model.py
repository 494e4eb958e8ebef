"""A study: what the configuration says, with defaults filled in and every value typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from recurseq.design.formula import parse_formula


@dataclass(frozen=True)
class Contrast:
    """One comparison: levels of a factor, or weights of design columns."""

    name: str
    factor: str | None = None
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    within: Mapping[str, str | float] = field(default_factory=dict)
    coefficients: Mapping[str, float] = field(default_factory=dict)
    lfc_threshold: float = 0.0
    min_abs_lfc: float = 1.0

    def as_dict(self) -> dict:
        """Plain values, as rules hand them to scripts."""
        plain = asdict(self)
        return {**plain, "numerator": list(self.numerator), "denominator": list(self.denominator)}


@dataclass(frozen=True)
class Testing:
    """How genes are tested and called."""

    alpha: float = 0.05
    lfc_threshold: float = 0.0
    min_abs_lfc: float = 1.0
    independent_filtering: bool = True
    cooks: bool = True
    shrinkage: str = "apeglm"


@dataclass(frozen=True)
class Counts:
    """Where the counts are: one file, or a directory of files for each sample."""

    path: str | None = None
    directory: str | None = None
    format: str = "auto"
    strand: str = "auto"
    transcripts: str | None = None
    lengths: str = "offset"

    @property
    def location(self) -> str:
        """The path or directory, for messages."""
        return self.path or self.directory or ""


@dataclass(frozen=True)
class Normalization:
    """What counts are divided by: estimated, or a column of the sample sheet; and lengths."""

    method: str | None = None
    size_factors: str | None = None
    lengths: str | None = None

    @property
    def estimator(self) -> str:
        """How size factors are estimated when the sheet does not give them."""
        return self.method or "ratio"

    def as_dict(self) -> dict:
        """Plain values, as rules hand them to scripts."""
        return {"estimator": self.estimator, "size_factors": self.size_factors}


@dataclass(frozen=True)
class Enrichment:
    """Gene-set collections (name to GMT file) and how they are tested."""

    collections: Mapping[str, str] = field(default_factory=dict)
    rank_by: str = "stat"
    min_size: int = 15
    max_size: int = 500


@dataclass(frozen=True)
class Study:
    """A validated configuration; built by `load_study`."""

    title: str
    counts: Counts
    samples_path: str
    sample_id: str
    keep: Mapping[str, tuple[str, ...]]
    annotation: str
    min_count: int
    min_samples: int | None
    normalization: Normalization
    formula: str
    levels: Mapping[str, tuple[str, ...]]
    contrasts: Mapping[str, Contrast]
    omnibus_reduced: str | None
    testing: Testing
    panel: str | None
    enrichment: Enrichment
    seed: int
    truth: str | None

    @property
    def simulated(self) -> bool:
        """Whether the counts come from the demo simulation."""
        return self.truth is not None

    @property
    def main_factor(self) -> str:
        """Factor of the first contrast of levels; groups samples in figures. Empty when none."""
        factors = [contrast.factor for contrast in self.contrasts.values() if contrast.factor]
        return factors[0] if factors else ""

    @property
    def adjusted_for(self) -> tuple[str, ...]:
        """Variables of the formula beside the main factor; their effect can be taken off figures.

        Empty without a main factor: any of them may then be what the study asks about.
        """
        variables = parse_formula(self.formula).variables
        return tuple(name for name in variables if self.main_factor and name != self.main_factor)


def load_study(config: Mapping) -> Study:
    """Build a study from a configuration that follows the schema.

    Parameters
    ----------
    config
        The parsed configuration; `config_problems` found nothing in it.
    """
    testing = Testing(**config.get("testing", {}))
    filters = config.get("filter", {})
    min_samples = filters.get("min_samples", "auto")
    contrasts = {
        name: _contrast(name, entry, testing) for name, entry in config["contrasts"].items()
    }
    return Study(
        title=config["study"]["title"],
        counts=Counts(**config["counts"]),
        samples_path=config["samples"]["path"],
        sample_id=config["samples"].get("id", "sample_id"),
        keep={c: _texts(levels) for c, levels in config["samples"].get("keep", {}).items()},
        annotation=config.get("genes", {}).get("annotation", "none"),
        min_count=filters.get("min_count", 10),
        min_samples=None if min_samples == "auto" else min_samples,
        normalization=Normalization(**config.get("normalization", {})),
        formula=config["design"]["formula"],
        levels={c: _texts(levels) for c, levels in config["design"].get("levels", {}).items()},
        contrasts=contrasts,
        omnibus_reduced=config.get("omnibus", {}).get("reduced"),
        testing=testing,
        panel=config.get("markers", {}).get("panel"),
        enrichment=Enrichment(**config.get("enrichment", {})),
        seed=config.get("seed", 20160901),
        truth=config.get("demo", {}).get("truth"),
    )


def _contrast(name: str, entry: Mapping, testing: Testing) -> Contrast:
    within = {
        column: value if isinstance(value, float | int) else str(value)
        for column, value in entry.get("within", {}).items()
    }
    return Contrast(
        name=name,
        factor=entry.get("factor"),
        numerator=_texts(entry.get("numerator", [])),
        denominator=_texts(entry.get("denominator", [])),
        within=within,
        coefficients={k: float(v) for k, v in entry.get("coefficients", {}).items()},
        lfc_threshold=float(entry.get("lfc_threshold", testing.lfc_threshold)),
        min_abs_lfc=float(entry.get("min_abs_lfc", testing.min_abs_lfc)),
    )


def _texts(values: object) -> tuple[str, ...]:
    """Levels as text: one or several; YAML may have read some as numbers."""
    listed = values if isinstance(values, list | tuple) else [values]
    return tuple(str(value).strip() for value in listed)
