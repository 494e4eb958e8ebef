"""The configuration against its schema: every departure, in words."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import control_of, few, quoted, suggest
from recurseq.study.clinical_names import SECTIONS as CLINICAL_SECTIONS
from recurseq.study.config_file import MOST_VALUES
from recurseq.study.defaults import config_schema

_PATHS = frozenset(
    {
        *("path", "directory", "transcripts", "annotation", "panel", "lengths", "truth"),
        *("hidden", "collections"),
    }
)
_END_OF_SCRIPT = re.compile(r"</script|<!--", re.IGNORECASE)
_SEVERAL_LINES = frozenset({"title", "formula", "reduced"})  # YAML's | and > end with a line ending
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


def config_problems(config: Mapping) -> list[Problem]:
    """Compare a configuration with its JSON schema.

    Parameters
    ----------
    config
        The parsed YAML.

    Returns
    -------
    list of Problem
        One for each departure, in order of their place in the file.

    Raises
    ------
    InputError
        When there are more values than can be looked at.
    """
    found, size = _walk(config)
    if size > MOST_VALUES:
        allowed = f"at most {MOST_VALUES:,} values, aliases (*name) written out"
        raise InputError([Problem(_where(()), "holds more values than any study", allowed)])
    errors = Draft202012Validator(config_schema()).iter_errors(config)
    found += [problem for error in errors for problem in _explain(error)]
    found += _clashing_names(config)
    return sorted(dict.fromkeys(found), key=lambda problem: problem.where)


def _walk(config: Mapping) -> tuple[list[Problem], int]:
    """Look at every text of a configuration, and count the values.

    YAML can name a value by an alias again and again, so that a few lines stand for more values
    than fit into any memory; the count stops there.
    """
    problems: list[Problem] = []
    waiting, size = [((), config)], 0
    while waiting and size <= MOST_VALUES:
        place, value = waiting.pop()
        size += 1
        if isinstance(value, Mapping):
            waiting += [((*place, key), inner) for key, inner in value.items()]
            problems += [p for key in value if isinstance(key, str) for p in _text(place, key)]
        elif isinstance(value, list | tuple):
            waiting += [(place, inner) for inner in value]
        elif isinstance(value, str):
            problems += _text(place, value)
        elif isinstance(value, float) and not math.isfinite(value):
            problems.append(Problem(_where(place), f"found {value}", "a finite number"))
    return problems, size


def _where(place: Iterable) -> str:
    return "config: " + (".".join(map(str, place)) or "top level")


def _text(place: tuple, text: str) -> Iterable[Problem]:
    """Control characters anywhere, and braces in paths, which Snakemake takes for wildcards."""
    where = _where(place)
    shown = text.replace("\n", " ") if place and place[-1] in _SEVERAL_LINES else text
    if control := control_of(shown):
        found = f"{quoted(text)} holds the control character {control!a}"
        yield Problem(where, found, "text in one line", "remove the character")
    if end := _END_OF_SCRIPT.search(text):
        fix = "leave it out; a report of Snakemake holds this text inside a script"
        yield Problem(where, f"{quoted(text)} holds {end[0]!r}", f"text without {end[0]!r}", fix)
    if _PATHS & set(place) and any(brace in text for brace in "{}"):
        fix = "rename the file; Snakemake takes braces for a wildcard"
        yield Problem(where, f"found {quoted(text)}", "a path without braces", fix)


def _clashing_names(config: Mapping) -> Iterable[Problem]:
    """Names of folders and files that some systems refuse, or take for one and the same."""
    sections = {"contrasts": config.get("contrasts")}
    sections |= {name: config.get(name) for name in CLINICAL_SECTIONS[1:]}
    for name in ("enrichment", "signatures"):
        if isinstance(config.get(name), Mapping):
            sections[f"{name}.collections"] = config[name].get("collections")
    for section, entries in sections.items():
        if not isinstance(entries, Mapping):
            continue
        names = [name for name in entries if isinstance(name, str)]
        first: dict[str, str] = {}
        for name in names:
            where, folded = f"config: {section}", name.casefold()
            if folded in RESERVED:
                found = f"the name {name!r}, which Windows keeps for a device"
                yield Problem(where, found, "another name")
            if first.setdefault(folded, name) != name:
                found = f"the names {first[folded]!r} and {name!r} differ in case only"
                yield Problem(where, found, "names that differ on every file system")


def _explain(error: ValidationError) -> Iterable[Problem]:
    """Turn one schema error into sentences a person can act on."""
    where = _where(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        yield from _unknown_keys(error, where)
    elif error.validator == "required":
        yield from _missing_keys(error, where)
    elif error.validator == "oneOf":
        yield from _no_alternative(error, where)
    elif error.validator == "anyOf":
        yield from _no_subject(error, where)
    elif error.validator == "dependentRequired":
        yield from _missing_companions(error, where)
    elif error.validator == "type" and error.absolute_schema_path[-2] == "propertyNames":
        kind = "true or false" if isinstance(error.instance, bool) else "a number"
        fix = f"YAML reads it as {kind}: put the name in quotes"
        yield Problem(where, f"the name {quoted(error.instance)}", "text", fix)
    elif error.validator == "pattern" and error.absolute_schema_path[-2] == "propertyNames":
        yield Problem(
            where, f"the name {quoted(error.instance)}",
            "letters, digits, '_' and '-', at most 64, beginning with a letter or a digit",
            "the name becomes a folder or file of the results",
        )  # fmt: skip
    else:
        yield Problem(where, f"found {quoted(error.instance)}", _allowed(error), _value_fix(error))


def _unknown_keys(error: ValidationError, where: str) -> Iterable[Problem]:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            allowed = f"the keys {', '.join(known)}"
            yield Problem(where, f"unknown key {quoted(str(key))}", allowed, suggest(key, known))


def _missing_keys(error: ValidationError, where: str) -> Iterable[Problem]:
    for key in error.validator_value:
        if key not in error.instance:
            found = f"the key {key!r} is missing"
            yield Problem(where, found, _described(error, key), f"add '{key}:'")


def _no_subject(error: ValidationError, where: str) -> Iterable[Problem]:
    """Neither of two kinds of study (or of demo): name what the first kind would need."""
    companions = error.schema.get("dependentRequired", {})
    if any(key in companions for key in error.instance):
        return  # said by what needs them
    first, *others = [alternative["required"][0] for alternative in error.validator_value]
    wanted = [first, *companions.get(first, [])]
    for key in wanted:
        if key not in error.instance:
            fix = f"add '{key}:', or give '{others[0]}:' instead"
            yield Problem(where, f"the key {key!r} is missing", _described(error, key), fix)


def _missing_companions(error: ValidationError, where: str) -> Iterable[Problem]:
    """Keys that others need; each is told once, whoever needs it."""
    present = [key for key in error.validator_value if key in error.instance]
    for key in dict.fromkeys(one for name in present for one in error.validator_value[name]):
        if key not in error.instance:
            needed_by = [name for name in present if key in error.validator_value[name]]
            fix = f"add '{key}:', which {few(needed_by)} cannot do without"
            yield Problem(where, f"the key {key!r} is missing", _described(error, key), fix)


def _described(error: ValidationError, key: str) -> str:
    return error.schema.get("properties", {}).get(key, {}).get("description", "")


def _no_alternative(error: ValidationError, where: str) -> Iterable[Problem]:
    wanted = [alternative["required"] for alternative in error.validator_value
              if "required" in alternative]  # fmt: skip
    words = any("const" in alternative for alternative in error.validator_value)
    if wanted and not words and not isinstance(error.instance, Mapping):
        return  # said once: it is no section of keys
    meant = [
        place
        for place, alternative in enumerate(error.validator_value)
        if isinstance(error.instance, Mapping)
        and set(alternative.get("required", [None])) <= set(error.instance)
    ]
    if len(meant) == 1:  # what is wrong with the one that was meant
        for inner in error.context:
            if inner.schema_path[0] == meant[0]:
                yield from _explain(inner)
    elif wanted and isinstance(error.instance, Mapping):
        texts = [" and ".join(keys) for keys in wanted]
        given = few(error.instance) if error.instance else "nothing"
        yield Problem(where, f"holds {given}", f"either {', or '.join(texts)}")
    else:
        yield Problem(where, f"found {quoted(error.instance)}", _allowed(error), _value_fix(error))


def _allowed(error: ValidationError) -> str:
    described = error.schema.get("description", "")
    limits = {
        "enum": lambda: "one of " + ", ".join(map(str, error.validator_value)),
        "type": lambda: f"a value of type {_type_names(error.validator_value)}",
        "minimum": lambda: f"at least {error.validator_value}",
        "maximum": lambda: f"at most {error.validator_value}",
        "exclusiveMinimum": lambda: f"above {error.validator_value}",
        "exclusiveMaximum": lambda: f"below {error.validator_value}",
        "minItems": lambda: f"at least {error.validator_value} items",
        "uniqueItems": lambda: "each item once",
        "minLength": lambda: "some text",
        "maxLength": lambda: f"at most {error.validator_value} characters",
        "minProperties": lambda: f"at least {error.validator_value} entry",
    }
    limit = limits.get(error.validator, lambda: "")()
    return "; ".join(text for text in (limit, described) if text)


def _type_names(types: str | list[str]) -> str:
    names = {"string": "text", "object": "a section of keys", "array": "a list"}
    listed = [types] if isinstance(types, str) else types
    return " or ".join(names.get(name, name) for name in listed)


def _value_fix(error: ValidationError) -> str:
    values = error.instance if isinstance(error.instance, list) else [error.instance]
    if any(isinstance(value, bool) for value in values):
        return "YAML reads yes, no, on and off as true and false: put the word in quotes"
    if isinstance(error.instance, date):  # and datetime, which is a date too
        return "YAML reads it as a date: put it in quotes"
    if error.validator == "enum":
        return suggest(error.instance, error.validator_value)
    return ""


def usable_part(config: Mapping) -> dict | None:
    """Leave out what departs from the schema, so that the rest can still be checked.

    Parameters
    ----------
    config
        As for `config_problems`.

    Returns
    -------
    dict or None
        A configuration that follows the schema, or None when something needed is missing.
    """
    validator = Draft202012Validator(config_schema())
    part = copy.deepcopy(dict(config))
    for error in list(validator.iter_errors(part)):
        if error.validator == "additionalProperties" and error.validator_value is False:
            for key in set(error.instance) - set(error.schema.get("properties", {})):
                error.instance.pop(key, None)
        elif error.absolute_path:
            *parents, last = error.absolute_path
            _remove(part, parents, last)
    return part if validator.is_valid(part) else None


def _remove(config: dict, parents: list, last: str | int) -> None:
    """Delete one entry, if an earlier deletion has not taken it along."""
    section = config
    for key in parents:
        try:
            section = section[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(section, dict):
        section.pop(last, None)
