"""A study: what the configuration says, every value typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from recurseq.design.contrast import Contrast, Group
from recurseq.design.formula import parse_formula
from recurseq.study.clinical_names import clinical_parts, clinical_wildcards, links_samples

AUTO = "auto"


@dataclass(frozen=True)
class Testing:
    """How genes are tested and called; `min_abs_lfc` may be ``auto``."""

    alpha: float
    lfc_threshold: float
    min_abs_lfc: float | str
    independent_filtering: bool
    cooks: bool
    shrinkage: str

    def options(self, *names: str) -> dict:
        """Return these settings as plain values, for the rule that uses them and no others."""
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Counts:
    """Where the counts are: one file, or a directory of files for each sample.

    Attributes
    ----------
    sheet
        Name or number of the sheet of a workbook; None takes the first visible one.
    round
        Whether estimated counts are rounded; None when the configuration does not say.
    """

    path: str | None
    directory: str | None
    format: str
    strand: str
    transcripts: str | None
    lengths: str
    sheet: str | int | None
    round: bool | None

    @property
    def location(self) -> str:
        """The path or directory, for messages."""
        return self.path or self.directory or ""


@dataclass(frozen=True)
class NormalizationSettings:
    """What counts are divided by: estimated, or a column of the sample sheet; and lengths.

    Attributes
    ----------
    method
        How size factors are estimated.
    method_given
        Whether the configuration names the method, which excludes `size_factors`.
    """

    method: str
    method_given: bool
    size_factors: str | None
    lengths: str | None

    def as_dict(self) -> dict:
        """Plain values, as rules of the workflow hand them to scripts."""
        return {"method": self.method, "size_factors": self.size_factors}


@dataclass(frozen=True)
class Enrichment:
    """Gene-set collections (name to GMT file) and how they are tested."""

    collections: Mapping[str, str]
    rank_by: str
    min_size: int
    max_size: int


@dataclass(frozen=True)
class GeneRules:
    """What becomes of rows that are no plain genes.

    Attributes
    ----------
    duplicates
        ``error``, or ``sum``: rows with the same identifier are added up.
    excel_dates
        ``error``, or ``drop``: rows named by a date of Excel are left out.
    spike_ins
        ``exclude``, or ``include``: they are taken for genes.
    """

    duplicates: str
    excel_dates: str
    spike_ins: str


@dataclass(frozen=True)
class Covariates:
    """Columns that are left out as no covariates, and whether models with the others are fitted."""

    leave_out: tuple[str, ...]
    refit: bool


@dataclass(frozen=True)
class CohortSettings:
    """What the samples, the counts and the choice of genes depend on, and nothing else.

    Attributes
    ----------
    min_samples
        Samples that need `min_count` counts for a gene to be kept; None follows the size of the
        smallest compared group (`recurseq.cohort.filtering.samples_needed`).
    main_factor
        Column that groups the samples in figures; empty when there is none.
    merge
        Column that names the sample of each row, where several rows are one; None when none are.
    missing
        Words of the sheet that stand for a missing value.
    compared
        The groups that contrasts compare.
    """

    counts: Counts
    samples_path: str
    sample_id: str
    missing: tuple[str, ...]
    keep: Mapping[str, tuple[str, ...]]
    formula: str
    levels: Mapping[str, tuple[str, ...]]
    annotation: str
    gene_rules: GeneRules
    min_count: int
    min_samples: int | None
    normalization: NormalizationSettings
    main_factor: str
    compared: tuple[Group, ...]
    simulated: bool
    merge: str | None

    def as_dict(self) -> dict:
        """Plain values, as rules of the workflow hand them to scripts."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping) -> CohortSettings:
        """Build the settings from what `as_dict` returned."""
        parts = {
            "counts": Counts(**plain["counts"]),
            "gene_rules": GeneRules(**plain["gene_rules"]),
            "normalization": NormalizationSettings(**plain["normalization"]),
            "compared": tuple(map(Group.from_dict, plain["compared"])),
        }
        return cls(**{**plain, **parts})


@dataclass(frozen=True)
class Study:
    """A validated configuration; built by `load_study`.

    Attributes
    ----------
    cohort
        Samples, counts and the choice of genes; None for a study without counts.
    permutations
        How often the labels of each contrast are shuffled.
    panel
        Path of the marker panel; None when the study has none.
    orthologues
        Species whose genes stand for human names in panel, gene sets and claims; empty when names
        are taken as they are.
    enrichment
        Gene sets; None when the study has none.
    omnibus_reduced
        Reduced design of the omnibus test; None when the study has none. Where ``auto`` cannot be
        filled in, because the design is no formula or no contrast compares levels, it stays.
    truth
        Where the simulated truth of the demo study lies; None for real data.
    simulated_cohort
        Name of the cohort whose counts are simulated; None for real counts.
    compares_halves
        Whether two halves of the simulated samples are compared.
    sections
        Sections of the configuration; a step whose section is absent is no part of the study.
    claims
        Entries of the section ``claims``, which `recurseq.claims` reads.
    patterns
        The section ``patterns``; None when the study has none.
    coexpression
        The section ``coexpression``, which `recurseq.coexpression` reads; None when there is none.
    signatures
        The section ``signatures``; None when the study has none.
    clinical
        The clinical sections as plain values with defaults; None for a study without patients.
        `recurseq.clinical.settings` gives them their types.
    simulated_patients
        Which patients are simulated, and where their truth lies; None for real ones.
    replication
        The section ``replication``, which `recurseq.replication` reads; None without one.
    second_cohort
        Name of the study of `replication` that the demo makes itself; None for real ones.
    """

    title: str
    cohort: CohortSettings | None
    contrasts: Mapping[str, Contrast]
    omnibus_reduced: str | None
    testing: Testing
    permutations: int
    covariates: Covariates
    panel: str | None
    orthologues: str
    enrichment: Enrichment | None
    seed: int
    truth: str | None
    simulated_cohort: str | None
    compares_halves: bool
    sections: frozenset[str]
    claims: tuple[Mapping, ...]
    patterns: Mapping | None
    coexpression: Mapping | None
    signatures: Mapping | None
    clinical: Mapping[str, Mapping] | None
    simulated_patients: Mapping[str, str] | None
    replication: Mapping | None
    second_cohort: str | None

    @property
    def simulates(self) -> tuple[str, ...]:
        """What is simulated: ``counts``, ``clinical``, both or nothing."""
        made = {"counts": self.truth, "clinical": self.simulated_patients}
        return tuple(name for name, where in made.items() if where is not None)

    @property
    def simulated(self) -> bool:
        """Whether any of the data come from a simulation."""
        return bool(self.simulates)

    @property
    def has_counts(self) -> bool:
        """Whether the study has counts and samples, or patients only."""
        return self.cohort is not None

    @property
    def formula(self) -> str:
        """The design formula."""
        return self.cohort.formula

    @property
    def normalization(self) -> NormalizationSettings:
        """What counts are divided by."""
        return self.cohort.normalization

    @property
    def main_factor(self) -> str:
        """Factor of the first contrast of levels; groups samples in figures. Empty when none."""
        return self.cohort.main_factor

    @property
    def adjusted_for(self) -> tuple[str, ...]:
        """Variables of the formula beside the main factor; their effect can be taken off figures.

        Empty without a main factor: any of them may then be what the study asks about.
        """
        if not self.has_counts:
            return ()
        variables = parse_formula(self.formula).variables
        return tuple(name for name in variables if self.main_factor and name != self.main_factor)

    @property
    def collections(self) -> Mapping[str, str]:
        """Gene-set collections, name to GMT file; none when the study has no enrichment."""
        return self.enrichment.collections if self.enrichment else {}

    @property
    def signature_collections(self) -> Mapping[str, str]:
        """Collections of the signatures, name to GMT file; none when the study has none."""
        return self.signatures["collections"] if self.signatures is not None else {}

    @property
    def gene_set_paths(self) -> tuple[str, ...]:
        """GMT files of all sections, each once."""
        sections = (self.collections, self.signature_collections)
        return tuple(dict.fromkeys(path for one in sections for path in one.values()))

    @property
    def gene_files(self) -> dict[str, str]:
        """Files that name genes, by their keys in the configuration: marker panel and gene sets."""
        panel = {} if self.panel is None else {"markers.panel": self.panel}
        sets = {f"enrichment.collections.{k}": path for k, path in self.collections.items()}
        scored = self.signature_collections.items()
        return panel | sets | {f"signatures.collections.{k}": path for k, path in scored}

    @property
    def parts(self) -> frozenset[str]:
        """Conditions of the tables and figures that this study has (`recurseq.base.tables`)."""
        more = {
            "adjusted": self.adjusted_for,
            "shuffles": self.has_counts and self.permutations,
            "several_contrasts": self.has_counts and len(self.contrasts) > 1,
            "covariates": self.has_counts and self.covariates.refit,
            "covariate_markers": self.covariates.refit and self.panel is not None,
            **{f"coexpression_{k}": (self.coexpression or {}).get(k) for k in ("pairs", "sets")},
            "patients_panel": self.panel is not None and links_samples(self.clinical or {}),
        }
        more |= {f"demo_{name}": True for name in self.simulates}
        more |= {"demo_second": self.second_cohort, "demo_halves": self.compares_halves}
        own = frozenset(part for part, there in more.items() if there)
        return self.sections | own | clinical_parts(self.clinical or {})

    @property
    def wildcards(self) -> dict[str, tuple[str, ...]]:
        """What the wildcards in the paths of tables and figures stand for."""
        names = {"contrast": tuple(self.contrasts), "collection": tuple(self.collections)}
        names["other_study"] = tuple((self.replication or {}).get("studies", ()))
        names["replicated"] = self.replicated_contrasts
        return names | clinical_wildcards(self.clinical or {})

    @property
    def replicated_contrasts(self) -> tuple[str, ...]:
        """Contrasts that any other study is asked about; a result folder by default about all."""
        asked: set[str] = set()
        for entry in (self.replication or {}).get("studies", {}).values():
            alone = [entry["contrast"]] if "contrast" in entry else self.contrasts
            asked.update(entry.get("contrasts", alone))
        return tuple(name for name in self.contrasts if name in asked)

    @property
    def patient_paths(self) -> dict[str, str]:
        """Clinical table and assays, by their keys in the configuration; none without patients."""
        if self.clinical is None:
            return {}
        assays = self.clinical.get("assays", {})
        return {
            "clinical.path": self.clinical["clinical"]["path"],
            **{f"assays.{name}.path": one["path"] for name, one in assays.items()},
        }

    def cohort_settings(self) -> CohortSettings | None:
        """Return what the cohort depends on, so that no other setting makes it anew."""
        return self.cohort
