"""What the clinical sections of a configuration say, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recurseq.base.text import setting

AUTO = "auto"
ALL = "all"
BELOW, MIDDLE, ABOVE = "below", "middle", "above"
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

    @property
    def reads_number(self) -> bool:
        """Whether the cells are numbers, be it to cut them."""
        return self.is_number or bool(self.cut)


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
    """A number measured in patients: from an assay, or a gene of the counts."""

    name: str
    assay: str | None
    gene: str | None
    scale: str


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
class Model:
    """A regression model of one endpoint."""

    name: str
    kind: str
    endpoint: str
    state: str | None
    cohort: str
    terms: tuple[str, ...]
    univariable: tuple[str, ...]
    entry: float | None
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
        Cohorts whose patients were chosen by their outcome.
    """

    path: str
    id: str
    dates: str
    missing: tuple[str, ...]
    columns: Mapping[str, ColumnRule]
    links: str | None
    tissue: Condition
    outcome_selected: tuple[str, ...]
    cohorts: Mapping[str, Condition] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    assays: Mapping[str, Assay] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)
    associations: Mapping[str, Association] = field(default_factory=dict)
    survival: Mapping[str, Survival] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    flow: tuple[Exclusion, ...] = ()

    @property
    def known_at(self) -> dict[str, str]:
        """Variables that became known after the origin, and the column that says when."""
        told = {name: rule.known_at for name, rule in self.columns.items() if rule.known_at}
        for model in self.models.values():
            told |= model.time_varying
        return told


def clinical_settings(sections: Mapping[str, Mapping]) -> Clinical:
    """Give types to the clinical sections of a configuration.

    Parameters
    ----------
    sections
        `recurseq.study.Study.clinical`: valid by the schema, with its defaults.
    """
    table = sections["clinical"]
    links = table.get("links", {})
    return Clinical(
        path=table["path"],
        id=table["id"],
        dates=table["dates"],
        missing=tuple("" if value is None else str(value).strip() for value in table["missing"]),
        columns={name: _column(name, entry) for name, entry in table["columns"].items()},
        links=links.get("patient"),
        tissue=_condition(links.get("tissue", {})),
        outcome_selected=tuple(table["outcome_selected"]),
        cohorts={k: _condition(v) for k, v in sections.get("cohorts", {}).items()},
        endpoints=_endpoints(sections.get("endpoints", {})),
        assays=_named(sections, "assays", _assay),
        measures=_named(sections, "measures", _measure),
        cutoffs=_named(sections, "cutoffs", _cutoff),
        associations=_named(sections, "associations", _association),
        survival=_named(sections, "survival", _survival),
        models=_named(sections, "models", _model),
        flow=tuple(
            Exclusion(_condition(step["exclude"]), step["label"])
            for step in sections.get("flow", [])
        ),
    )


def _named(sections: Mapping, section: str, build) -> dict:
    return {name: build(name, entry) for name, entry in sections.get(section, {}).items()}


def as_text(value: object) -> str:
    """Write a value of the configuration as the table would: 1 and 1.0 are ``1``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _texts(values: object) -> tuple[str, ...]:
    return tuple(as_text(value) for value in values)


def _present(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _condition(entry: Mapping) -> Condition:
    return {name: _texts(values) for name, values in entry.items()}


def _column(name: str, entry: Mapping) -> ColumnRule:
    levels = entry.get("levels", ())
    if "positive" in entry:
        levels = (NEGATIVE, POSITIVE)
    return ColumnRule(
        name=name,
        source=entry.get("from", name),
        levels=None if levels == AUTO else _texts(levels),
        ordered=entry["ordered"],
        unit=entry.get("number"),
        range=tuple(map(float, entry["range"])) if "range" in entry else None,
        transform=entry["transform"],
        cut=tuple(float(value) for value in entry.get("cut", ())),
        closed_left=entry["closed"] == "left",
        positive=_texts(entry.get("positive", ())),
        negative=_texts(entry.get("negative", ())),
        known_at=entry.get("time"),
    )


def _endpoints(section: Mapping) -> dict[str, Endpoint]:
    found: dict[str, Endpoint] = {}
    for name, entry in section.items():
        for endpoint in _endpoint(name, entry):
            found[endpoint.name] = endpoint
    return found


def _endpoint(name: str, entry: Mapping) -> list[Endpoint]:
    """Return one endpoint, or one for each time of a list."""
    if "of" in entry:
        return _within(name, entry)
    if "from" in entry:
        return [Span(name, entry["from"], entry["to"], entry.get("last_seen"))]
    if "time" in entry:
        levels = entry.get("event_levels")
        pair = None if levels is None else (as_text(levels[0]), as_text(levels[1]))
        return [Timed(name, entry["time"], entry["event"], entry["unit"], pair)]
    start, last_seen = entry["start"], entry.get("last_seen")
    origin = entry.get("origin", start)
    if "states" in entry:
        ties = tuple(entry.get("ties", ()))
        return [Competing(name, start, dict(entry["states"]), ties, last_seen, origin)]
    return [Dated(name, start, tuple(entry["events"]), last_seen, origin)]


def _within(name: str, entry: Mapping) -> list[Endpoint]:
    times = entry["within"]
    several = isinstance(times, list | tuple)
    return [
        Within(
            name=f"{name}_{setting(months)}" if several else name,
            of=entry["of"],
            within=float(months),
            state=entry.get("state"),
            when=_condition(entry.get("when", {})),
            death_first=entry["death_first"],
            too_short=entry["too_short"],
        )
        for months in (times if several else [times])
    ]


def _assay(name: str, entry: Mapping) -> Assay:
    optional = {key: entry.get(key) for key in ("gene", "reference_gene", "plate")}
    given = {key: entry[key] for key in ("path", "patient", "target", "reference", "method")}
    return Assay(
        name=name,
        **given,
        **optional,
        calibrator=_condition(entry.get("calibrator", {})),
        limit=float(entry["limit"]),
        undetected=entry["undetected"],
        replicate_sd=float(entry["replicate_sd"]),
    )


def _measure(name: str, entry: Mapping) -> Measure:
    return Measure(name, entry.get("assay"), entry.get("gene"), entry["scale"])


def _cutoff(name: str, entry: Mapping) -> Cutoff:
    low, high = entry["within"]
    return Cutoff(
        name=name,
        value=float(entry["value"]) if "value" in entry else None,
        endpoint=entry.get("endpoint"),
        within=(float(low), float(high)),
        **{
            key: entry[key]
            for key in ("measure", "method", "cohort", "below", "above", "resamples", "bootstrap")
        },
    )


def _association(name: str, entry: Mapping) -> Association:
    return Association(name, entry["groups"], tuple(entry["with"]), entry["test"], entry["cohort"])


def _survival(name: str, entry: Mapping) -> Survival:
    return Survival(
        name=name,
        endpoint=entry["endpoint"],
        by=entry.get("by"),
        cohort=entry["cohort"],
        strata=tuple(entry["strata"]),
        trend=entry["trend"],
        at=tuple(sorted(map(float, entry["at"]))),
        rmst=tuple(sorted(map(float, entry["rmst"]))),
        subgroups={key: _condition(value) for key, value in entry["subgroups"].items()},
        interval=entry["interval"],
        landmark=_number(entry.get("landmark")),
    )


def _model(name: str, entry: Mapping) -> Model:
    missing = entry["missing_data"]
    plain = ("kind", "endpoint", "cohort", "cluster", "ties", "penalty")
    return Model(
        name=name,
        **{key: entry[key] for key in plain},
        state=entry.get("state"),
        terms=tuple(entry["terms"]),
        univariable=tuple(entry["univariable"]),
        entry=float(entry["entry"]["p"]) if isinstance(entry["entry"], Mapping) else None,
        strata=tuple(entry["strata"]),
        delayed_entry=entry.get("delayed_entry"),
        spline=dict(entry["spline"]),
        interactions=tuple((one, other) for one, other in entry["interactions"]),
        landmark=_number(entry.get("landmark")),
        time_varying=dict(entry["time_varying"]),
        imputations=missing["imputations"] if isinstance(missing, Mapping) else None,
    )


def _number(value: object) -> float | None:
    return None if value is None else float(value)
