"""From the clinical sections of a configuration to typed settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recurseq.base.text import setting
from recurseq.clinical.settings import (
    AKAIKE,
    AUTO,
    NEGATIVE,
    POSITIVE,
    Assay,
    Association,
    Benefit,
    Clinical,
    ColumnRule,
    Competing,
    Condition,
    Cutoff,
    Dated,
    Description,
    Endpoint,
    Entry,
    Exclusion,
    Measure,
    Model,
    Span,
    Survival,
    Timed,
    Within,
)


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
        outcome_selected=_chosen(table["outcome_selected"]),
        cohorts={k: _condition(v) for k, v in sections.get("cohorts", {}).items()},
        endpoints=_endpoints(sections.get("endpoints", {})),
        assays=_named(sections, "assays", _assay),
        measures=_named(sections, "measures", _measure),
        cutoffs=_named(sections, "cutoffs", _cutoff),
        associations=_named(sections, "associations", _association),
        descriptions=_named(sections, "descriptions", _description),
        survival=_named(sections, "survival", _survival),
        models=_named(sections, "models", _model),
        benefit=_named(sections, "benefit", _benefit),
        flow=tuple(
            Exclusion(_condition(step["exclude"]), step["label"])
            for step in sections.get("flow", [])
        ),
    )


def _chosen(entry: Sequence[str] | Mapping[str, str]) -> dict[str, str | None]:
    """Return cohorts and the endpoint that their patients were chosen by; a list names none."""
    return dict(entry) if isinstance(entry, Mapping) else dict.fromkeys(entry)


def _named(sections: Mapping, section: str, build) -> dict:
    return {name: build(name, entry) for name, entry in sections.get(section, {}).items()}


def as_text(value: object) -> str:
    """Write a value of the configuration as the table would: 1 and 1.0 are ``1``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _texts(values: object) -> tuple[str, ...]:
    return tuple(as_text(value) for value in values)


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
    one, other = entry.get("coexpression", (None, None))
    pair = None if one is None else (one.strip(), other.strip())
    return Measure(name, entry.get("assay"), entry.get("gene"), entry["scale"], pair)


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


def _description(name: str, entry: Mapping) -> Description:
    return Description(name, entry["endpoint"], tuple(entry["with"]), entry["cohort"])


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
        entry=_entry(entry["entry"]),
        strata=tuple(entry["strata"]),
        delayed_entry=entry.get("delayed_entry"),
        spline=dict(entry["spline"]),
        interactions=tuple((one, other) for one, other in entry["interactions"]),
        landmark=_number(entry.get("landmark")),
        time_varying=dict(entry["time_varying"]),
        imputations=missing["imputations"] if isinstance(missing, Mapping) else None,
    )


def _entry(entry: str | Mapping) -> Entry | None:
    if isinstance(entry, str):
        return None
    if "p" in entry:
        return Entry(float(entry["p"]))
    return Entry(None if entry["backward"] == AKAIKE else float(entry["backward"]), backward=True)


def _number(value: object) -> float | None:
    return None if value is None else float(value)


def _benefit(name: str, entry: Mapping) -> Benefit:
    within, landmark = entry.get("within"), entry.get("landmark")
    return Benefit(
        name=name,
        treatment=entry["treatment"],
        treated=_texts(entry.get("treated", ())),
        started=entry.get("started"),
        endpoint=entry["endpoint"],
        within=None if within is None else within.removeprefix("risk."),
        method=entry["method"],
        covariates=tuple(entry["covariates"]),
        landmark=None if landmark is None else float(landmark),
        cohort=entry["cohort"],
    )
