"""The clinical sections of a new configuration as text, with comments."""

from __future__ import annotations

from recurseq.command.clinical_columns import ClinicalProposal, ProposedEndpoint
from recurseq.command.text_parts import comment, items, scalar

MOST_SHOWN = 8


def clinical_text(proposal: ClinicalProposal) -> str:
    """Write the sections."""
    parts = [_table(proposal), _endpoints(proposal), _analyses(proposal)]
    return "\n".join(part for part in parts if part)


def _table(proposal: ClinicalProposal) -> str:
    lines = [
        "# One row for each patient. Kinds: levels (the first is the reference), number (with its",
        "# unit), or positive and negative. Other columns can be used by name.",
        "clinical:",
        f"  path: {scalar(proposal.path)}",
        f"  id: {scalar(proposal.patient)}",
    ]
    if proposal.dates:
        lines.append(f"  dates: {proposal.dates} # iso, dmy, mdy, ymd or excel; never guessed")
    lines.append(f"  missing: {items(proposal.missing)} # cells that mean missing")
    if proposal.levels or proposal.numbers:
        lines.append("  columns:")
    for name, levels in proposal.levels.items():
        lines.append(f"    {scalar(name)}: {{levels: {items(levels)}}}")
    for name, unit in proposal.numbers.items():
        lines.append(f"    {scalar(name)}: {{number: {scalar(unit)}}}")
    lines += [f"    # left out: {comment(remark)}" for remark in proposal.remarks[:MOST_SHOWN]]
    if proposal.link is not None:
        lines += [
            "  links: # which column of the sample sheet names the patient",
            f"    patient: {scalar(proposal.link)}",
        ]
    return "\n".join([*lines, ""])


def _endpoints(proposal: ClinicalProposal) -> str:
    if not proposal.endpoints:
        return (
            "# No endpoint was recognised. With a time and an event, or with dates:\n"
            "# endpoints:\n"
            "#   os: {time: os_months, event: os_event}\n"
            "#   dfs: {start: surgery_date, events: [recurrence_date, death_date],"
            " last_seen: last_visit}\n"
        )
    lines = ["# What is observed of each patient; times are in months.", "endpoints:"]
    for one in proposal.endpoints:
        lines += [f"  {scalar(one.name)}:", *(f"    {k}: {_value(v)}" for k, v in one.keys.items())]
    first = _recurrence(proposal.endpoints)
    lines += [
        "  # Early events, for those who were followed long enough:",
        f"  # early24: {{of: {scalar(first.name)}, within: 24}}",
    ]
    return "\n".join([*lines, ""])


def _recurrence(endpoints: list[ProposedEndpoint]) -> ProposedEndpoint:
    return next((one for one in endpoints if one.name != "os"), endpoints[0])


def _value(value: object) -> str:
    return items(value) if isinstance(value, list) else scalar(str(value))


def _analyses(proposal: ClinicalProposal) -> str:
    """Propose curves for every endpoint, and show models and groups as comments."""
    if not proposal.endpoints:
        return ""
    lines = ["# Kaplan-Meier curves; `by` names the groups.", "survival:"]
    for one in proposal.endpoints:
        lines.append(f"  {scalar(one.name)}: {{endpoint: {scalar(one.name)}}}")
    groups = next(iter(proposal.levels), None)
    first = _recurrence(proposal.endpoints).name
    if groups is not None:
        by = f"endpoint: {scalar(first)}, by: {scalar(groups)}"
        lines.append(f"  # {comment(first)}_groups: {{{comment(by)}}}")
        with_ = items([*list(proposal.levels)[1:4], *list(proposal.numbers)[:3]])
        lines += [
            "",
            "# Patients by group, each variable with its test:",
            "# associations:",
            f"#   groups: {{groups: {scalar(groups)}, with: {with_}}}",
        ]
    terms = items([*list(proposal.levels)[:3], *list(proposal.numbers)[:2]])
    lines += [
        "",
        "# Cox models; name few terms: ten events for each coefficient.",
        "# models:",
        f"#   {comment(first)}: {{kind: cox, endpoint: {scalar(first)}, terms: {terms}}}",
    ]
    return "\n".join([*lines, ""])
