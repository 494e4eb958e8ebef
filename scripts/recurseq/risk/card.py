"""The card of a risk model: what must be known before it is used, by the items of TRIPOD+AI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import capital, listed, setting
from recurseq.clinical.endpoints import rule_in_words
from recurseq.clinical.settings import ALL, LOGISTIC, Clinical, Condition, Model
from recurseq.clinical.terms import INTERACTION, LEVELS, SPLINE, TermRule
from recurseq.clinical.words import entry_text
from recurseq.risk.asking import allowed
from recurseq.risk.compared_words import added
from recurseq.risk.judged import FITTED
from recurseq.risk.performance_rows import APPARENT
from recurseq.risk.performance_words import centres
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.settings import Risk
from recurseq.risk.told import IN_WORDS, compared, judged_first, read_in_order, told_of
from recurseq.risk.words import (
    KINDS,
    cuts_text,
    divider_text,
    horizon_text,
    interval_text,
    outcome,
)


@dataclass(frozen=True)
class CardItem:
    """One item of the card."""

    heading: str
    texts: list[str]


@dataclass(frozen=True)
class CardSources:
    """What a card is made of.

    Attributes
    ----------
    settings, risk
        The clinical sections, and the entry of the section ``risk``.
    model
        None where none was made.
    performance
        Table ``risk_performance``; None where there is none.
    cautions
        Messages about this model.
    simulated
        Whether the patients are simulated.
    """

    settings: Clinical
    risk: Risk
    model: RiskModel | None
    performance: pd.DataFrame | None
    cautions: Sequence[str]
    simulated: bool

    @property
    def rules(self) -> Model:
        """The entry of the section ``models``."""
        return self.settings.models[self.risk.model]


def card_items(sources: CardSources) -> list[CardItem]:
    """Return the items of the card, in the order of TRIPOD+AI.

    References
    ----------
    Collins et al., BMJ 385, e078378 (2024).
    """
    items = {
        "Model": _purpose(sources),
        "Data": _data(sources),
        "Outcome": _outcome(sources),
        "Predictors": _predictors(sources),
        "Missing values": _missing(sources),
        "Analysis": _analysis(sources),
        "Performance": _performance(sources),
        "Limits": _limits(sources),
    }
    return [CardItem(heading, list(texts)) for heading, texts in items.items()]


def card_text(sources: CardSources) -> str:
    """Return the card as Markdown."""
    lines = [f"# Model card: {_escaped(sources.risk.name)}"]
    for item in card_items(sources):
        lines += ["", f"## {item.heading}", "", *(f"- {_escaped(text)}" for text in item.texts)]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Keep names from files from being read as marks of the text."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in " ".join(text.split()))


def _purpose(sources: CardSources) -> Iterator[str]:
    model = sources.model
    if sources.simulated:
        yield "The data are simulated: no patient is behind this model, or may be judged by it."
    if model is None:
        yield "No model was made; the limits say why."
    else:
        yield (
            f"It tells the risk of {outcome(model)}{horizon_text(model)} from "
            f"{listed(model.variables) or 'no variable'}, by {KINDS[model.kind]}."
        )
    yield "For research; not a medical device. It does not say what a treatment would change."


def _data(sources: CardSources) -> Iterator[str]:
    risk, model = sources.risk, sources.model
    yield f"Made with {_cohort(sources.settings, risk.develop)}."
    if model is not None:
        yield f"{model.n:,} patients with {model.events:,} events were used."
    if risk.validate is None:
        yield "There are no patients set aside to judge it."
    else:
        yield f"Judged in {_cohort(sources.settings, risk.validate)}; nobody is in both."


def _cohort(settings: Clinical, name: str) -> str:
    if name == ALL:
        return "all patients of the study"
    return f"the cohort {name} ({_condition(settings.cohorts[name])})"


def _condition(condition: Condition) -> str:
    return "; ".join(f"{name}: {listed(values, 'or')}" for name, values in condition.items())


def _outcome(sources: CardSources) -> Iterator[str]:
    rules, settings = sources.rules, sources.settings
    endpoint = settings.endpoints.get(rules.endpoint)
    if endpoint is not None:
        yield f"{rules.endpoint}: {rule_in_words(endpoint)}."
    else:
        yield f"{rules.endpoint}: a column of the clinical table, its second level is the event."
    if rules.state is not None:
        yield f"The state {rules.state}; others compete with it."
    if sources.risk.horizon is not None:
        yield f"The risk is that within {setting(sources.risk.horizon)} months."


def _predictors(sources: CardSources) -> Iterator[str]:
    model, rules = sources.model, sources.rules
    if model is not None:
        yield from (f"{rule.name}: {_term(model, rule)}." for rule in model.rules)
        late = [name for name in model.variables if name in sources.settings.known_at]
        if late:
            yield f"{listed(late)}: known only after the origin of follow-up."
    if rules.entry is not None:
        yield f"Terms were chosen by the data: {entry_text(rules.entry)}. Resampling repeats this."
    else:
        yield "All terms were named beforehand."


def _term(model: RiskModel, rule: TermRule) -> str:
    if rule.kind == INTERACTION:
        return "interaction"
    if rule.kind == LEVELS:
        return f"{listed(rule.levels, 'or')}; the first is the reference"
    scale = "" if rule.scale == "none" else f", on the scale {rule.scale}"
    text = f"{allowed(model, rule.name)}{scale}"
    if rule.kind == SPLINE:
        text += f", restricted cubic spline with {len(rule.knots)} knots"
        text += f" ({', '.join(f'{knot:.4g}' for knot in rule.knots)})"
    return text


def _missing(sources: CardSources) -> Iterator[str]:
    model = sources.model
    if model is not None and model.imputations:
        yield (
            f"{model.incomplete:,} of {model.n:,} patients lacked a value, which was filled in "
            f"{model.imputations} times by chained equations with the outcome; models were pooled "
            "by Rubin's rules. To judge it, gaps were filled without the outcome."
        )
    else:
        yield "Complete cases: a patient who lacks a value is left out, none is filled in."
    if model is not None:
        whole = model.n + model.dropped
        yield f"{model.dropped:,} of {whole:,} patients with a known outcome were left out."
    yield "The calculator needs every value."


def _analysis(sources: CardSources) -> Iterator[str]:
    model, rules = sources.model, sources.rules
    if model is None:
        return
    kind = KINDS[model.kind]
    if model.kind == "cox":
        kind += f", ties after {rules.ties.capitalize()}"
    yield f"{capital(kind)}."
    if model.penalty == "firth":
        yield "Coefficients have Firth's penalty."
    if rules.cluster is not None:
        yield f"Errors are robust to patients of the same {rules.cluster}."
    fewer = min(model.events, model.n - model.events) if model.kind == LOGISTIC else model.events
    if model.parameters:
        yield (
            f"{model.parameters} parameters; {fewer / model.parameters:.1f} events for each "
            "(those with the event or without it, whichever are fewer, in a logistic model)."
        )
    yield interval_text(model)
    yield from _groups(sources.risk)


def _groups(risk: Risk) -> Iterator[str]:
    """Say whether patients are also divided."""
    if risk.tree is not None:
        yield "A conditional inference tree of the same terms was grown in the development."
    if risk.strata is not None:
        how = f"{divider_text(risk.strata)}, cut at {cuts_text(risk.strata)}"
        yield f"Strata {listed(risk.strata.names)}: {how}."


def _performance(sources: CardSources) -> Iterator[str]:
    table = sources.performance
    if table is None or judged_first(table) is None:
        yield "Not judged yet: apparent performance is not told alone."
        return
    for data in read_in_order(table):
        found = told_of(table, data)
        if data == APPARENT:
            found = [one for one in found if one.measure not in FITTED]
        words = IN_WORDS[data]
        size = f"{found[0].n:,} patients, {found[0].events:,} events"
        values = "; ".join(f"{one.name} {one.text}" for one in found)
        yield f"{capital(words)}, {size}: {values}."
    yield from centres(table)
    for other in compared(table):
        yield from (f"Beside {other}: {text}" for text in added(sources.risk.name, other, table))


def _limits(sources: CardSources) -> Iterator[str]:
    yield from sources.cautions
    if sources.model is not None:
        yield "It does not answer outside the values of the patients it was made with."
    if sources.risk.validate is None:
        yield "No other patients have judged it."
    else:
        yield "Whether it holds elsewhere, only patients from elsewhere can tell."
