"""What the clinical sections of a configuration say, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recurseq.design.pairs import BOTH_HIGH, BOTH_LOW

AUTO = "auto"
AKAIKE = "aic"
TREND = "trend"
ALL = "all"
MIDDLE = "middle"
COX, FINEGRAY, LOGISTIC = "cox", "finegray", "logistic"
POSITIVE, NEGATIVE = "positive", "negative"
MONTHS_PER = {"days": 1 / 30.4375, "weeks": 7 / 30.4375, "months": 1.0, "years": 12.0}

Condition = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ColumnRule:
    """How a column of the clinical table is read.

    Attributes
    ----------
    name, source
        Its name in analyses, and in the table.
    levels
        In order, the first is the reference; empty for a number; None for those of the table.
    unit
        Of a number; None for levels.
    cut, closed_left
        Cut points that make levels of a number, and whether a value on one belongs above it.
    positive, negative
        Spellings, for a column that is positive or negative.
    known_at
        Column with the date or the months at which the value became known.
    """

    name: str
    source: str
    levels: tuple[str, ...] | None = ()
    ordered: bool = False
    unit: str | None = None
    range: tuple[float, float] | None = None
    transform: str = "none"
    cut: tuple[float, ...] = ()
    closed_left: bool = True
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    known_at: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether analyses see a number."""
        return self.unit is not None


@dataclass(frozen=True)
class Timed:
    """Endpoint of a column with times and one with events."""

    name: str
    time: str
    event: str
    unit: str
    event_levels: tuple[str, str] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that it reads."""
        return (self.time, self.event)


@dataclass(frozen=True)
class Dated:
    """Endpoint of the first of several dates after the origin."""

    name: str
    start: str
    events: tuple[str, ...]
    last_seen: str | None
    origin: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that it reads."""
        return (self.start, *self.events, *_present(self.last_seen))


@dataclass(frozen=True)
class Competing:
    """Endpoint of several states, of which the first counts."""

    name: str
    start: str
    states: Mapping[str, str]
    ties: tuple[str, ...]
    last_seen: str | None
    origin: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that it reads."""
        return (self.start, *self.states.values(), *_present(self.last_seen))


@dataclass(frozen=True)
class Span:
    """Endpoint counted from an event that not all patients have, such as a recurrence."""

    name: str
    start: str
    to: str
    last_seen: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that it reads."""
        return (self.start, self.to, *_present(self.last_seen))


@dataclass(frozen=True)
class Within:
    """Endpoint of yes and no: whether another one happened within some months."""

    name: str
    of: str
    within: float
    state: str | None
    when: Condition
    death_first: str
    too_short: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that it reads."""
        return tuple(self.when)


Endpoint = Timed | Dated | Competing | Span | Within


@dataclass(frozen=True)
class Assay:
    """A table of RT-PCR measurements."""

    name: str
    path: str
    patient: str
    target: str
    reference: str
    method: str
    calibrator: Condition
    limit: float
    undetected: str
    replicate_sd: float
    gene: str | None
    reference_gene: str | None
    plate: str | None


@dataclass(frozen=True)
class Measure:
    """What is measured in patients: a number of an assay or gene, or the class of a pair of genes.

    Attributes
    ----------
    pair
        Both genes, as they are written; None for a number.
    """

    name: str
    assay: str | None
    gene: str | None
    scale: str
    pair: tuple[str, str] | None = None

    @property
    def levels(self) -> tuple[str, ...]:
        """Classes of a pair, the first is the reference; none for a number."""
        if self.pair is None:
            return ()
        return (BOTH_LOW, *(f"only_{gene}" for gene in self.pair), BOTH_HIGH)

    @property
    def of_counts(self) -> str | None:
        """The key that takes it from the counts; None for an assay."""
        return "gene" if self.gene is not None else "coexpression" if self.pair else None


@dataclass(frozen=True)
class Cutoff:
    """A number made into groups."""

    name: str
    measure: str
    method: str
    value: float | None
    endpoint: str | None
    cohort: str
    below: str
    above: str
    within: tuple[float, float]
    resamples: int
    bootstrap: int

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the groups, from below to above; the first is the reference."""
        between = (MIDDLE,) if self.method == "tertiles" else ()
        return (self.below, *between, self.above)

    @property
    def optimised(self) -> bool:
        """Whether it is chosen by the outcome."""
        return self.method in ("maxstat", "youden")


@dataclass(frozen=True)
class Association:
    """A table that compares patients between groups."""

    name: str
    groups: str
    variables: tuple[str, ...]
    test: str | Mapping[str, str]
    cohort: str

    def test_of(self, variable: str) -> str:
        """Return the wanted test of a variable; ``auto`` where none is named."""
        return self.test if isinstance(self.test, str) else self.test.get(variable, AUTO)


@dataclass(frozen=True)
class Description:
    """An early event described: when it occurs, and how patients are then.

    Attributes
    ----------
    endpoint
        Endpoint of yes and no, within some months.
    variables
        Levels that are counted among patients with it, and among those with other such events.
    """

    name: str
    endpoint: str
    variables: tuple[str, ...]
    cohort: str


@dataclass(frozen=True)
class Survival:
    """Curves of one endpoint, by groups or for all."""

    name: str
    endpoint: str
    by: str | None
    cohort: str
    strata: tuple[str, ...]
    trend: bool
    at: tuple[float, ...]
    rmst: tuple[float, ...]
    subgroups: Mapping[str, Condition]
    interval: str
    landmark: float | None


@dataclass(frozen=True)
class Entry:
    """How terms are chosen by the data.

    Attributes
    ----------
    limit
        Largest p-value of a term that stays; None for Akaike's criterion.
    backward
        Whether terms leave the whole model one after the other; else each enters by its p-value
        alone.
    """

    limit: float | None
    backward: bool = False


@dataclass(frozen=True)
class Model:
    """A regression model of one endpoint."""

    name: str
    kind: str
    endpoint: str
    state: str | None
    cohort: str
    terms: tuple[str, ...]
    univariable: tuple[str, ...]
    entry: Entry | None
    strata: tuple[str, ...]
    cluster: str | None
    ties: str
    delayed_entry: str | None
    spline: Mapping[str, int]
    interactions: tuple[tuple[str, str], ...]
    penalty: str
    landmark: float | None
    time_varying: Mapping[str, str]
    imputations: int | None


@dataclass(frozen=True)
class Benefit:
    """A treatment that is compared within strata of risk.

    Attributes
    ----------
    treatment, treated
        Column, and its levels that count as treated; none named for all above the first.
    started
        Column with the date or the months at which it began; None where nobody tells.
    within
        Risk model whose strata patients are compared in; None for all of them together.
    method
        ``overlap``, ``iptw`` or ``match``.
    covariates
        What the treatment may have been chosen by.
    landmark
        Month from which patients are compared.
    """

    name: str
    treatment: str
    treated: tuple[str, ...]
    started: str | None
    endpoint: str
    within: str | None
    method: str
    covariates: tuple[str, ...]
    landmark: float | None
    cohort: str


@dataclass(frozen=True)
class Exclusion:
    """One step of the flow of patients."""

    condition: Condition
    label: str


@dataclass(frozen=True)
class Clinical:
    """Everything the clinical sections say.

    Attributes
    ----------
    links
        Column of the sample sheet that names the patient; None where samples are not linked.
    tissue
        Which samples stand for a patient.
    outcome_selected
        Cohorts whose patients were chosen by their outcome, and the endpoint that they were
        chosen by where it is told.
    """

    path: str
    id: str
    dates: str
    missing: tuple[str, ...]
    columns: Mapping[str, ColumnRule]
    links: str | None
    tissue: Condition
    outcome_selected: Mapping[str, str | None]
    cohorts: Mapping[str, Condition] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    assays: Mapping[str, Assay] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)
    associations: Mapping[str, Association] = field(default_factory=dict)
    descriptions: Mapping[str, Description] = field(default_factory=dict)
    survival: Mapping[str, Survival] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    benefit: Mapping[str, Benefit] = field(default_factory=dict)
    flow: tuple[Exclusion, ...] = ()

    @property
    def known_at(self) -> dict[str, str]:
        """Variables that became known after the origin, and the column that says when."""
        told = {name: rule.known_at for name, rule in self.columns.items() if rule.known_at}
        for model in self.models.values():
            told |= model.time_varying
        for benefit in self.benefit.values():
            told |= {benefit.treatment: benefit.started} if benefit.started else {}
        return told


def _present(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
