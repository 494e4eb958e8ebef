"""The configuration against its schema: every departure, in words."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from recurseq.errors import Problem, few, suggest


def config_problems(config: Mapping, schema: Mapping) -> list[Problem]:
    """Compare a configuration with its JSON schema.

    Parameters
    ----------
    config
        The parsed YAML.
    schema
        A JSON schema (draft 2020-12).

    Returns
    -------
    list of Problem
        One for each departure, in order of their place in the file.
    """
    errors = Draft202012Validator(schema).iter_errors(config)
    found = [problem for error in errors for problem in _explain(error)]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.where)


def _explain(error: ValidationError) -> Iterable[Problem]:
    """Turn one schema error into sentences a person can act on."""
    where = "config: " + (".".join(map(str, error.absolute_path)) or "top level")
    if error.validator == "additionalProperties" and error.validator_value is False:
        yield from _unknown_keys(error, where)
    elif error.validator == "required":
        yield from _missing_keys(error, where)
    elif error.validator == "oneOf":
        yield from _no_alternative(error, where)
    elif error.validator == "type" and error.absolute_schema_path[-2] == "propertyNames":
        kind = "true or false" if isinstance(error.instance, bool) else "a number"
        fix = f"YAML reads it as {kind}: put the name in quotes"
        yield Problem(where, f"the name {error.instance!r}", "text", fix)
    elif error.validator == "pattern" and error.absolute_schema_path[-2] == "propertyNames":
        yield Problem(
            where, f"the name {error.instance!r}",
            "letters, digits, '_' and '-', at most 64, beginning with a letter or a digit",
            "the name becomes a folder or file of the results",
        )  # fmt: skip
    else:
        yield Problem(where, f"found {error.instance!r}", _allowed(error), _value_fix(error))


def _unknown_keys(error: ValidationError, where: str) -> Iterable[Problem]:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            allowed = f"the keys {', '.join(known)}"
            yield Problem(where, f"unknown key {str(key)!r}", allowed, suggest(key, known))


def _missing_keys(error: ValidationError, where: str) -> Iterable[Problem]:
    for key in error.validator_value:
        if key not in error.instance:
            properties = error.schema.get("properties", {})
            description = properties.get(key, {}).get("description", "")
            yield Problem(where, f"the key {key!r} is missing", description, f"add '{key}:'")


def _no_alternative(error: ValidationError, where: str) -> Iterable[Problem]:
    wanted = [alternative["required"] for alternative in error.validator_value
              if "required" in alternative]  # fmt: skip
    if wanted:
        texts = [" and ".join(keys) for keys in wanted]
        given = few(error.instance) if error.instance else "nothing"
        yield Problem(where, f"holds {given}", f"either {', or '.join(texts)}")
    else:
        yield Problem(where, f"found {error.instance!r}", _allowed(error), _value_fix(error))


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
        "minProperties": lambda: f"at least {error.validator_value} entry",
    }
    limit = limits.get(error.validator, lambda: "")()
    return "; ".join(text for text in (limit, described) if text)


def _type_names(types: str | list[str]) -> str:
    names = {"string": "text", "object": "a section of keys", "array": "a list"}
    listed = [types] if isinstance(types, str) else types
    return " or ".join(names.get(name, name) for name in listed)


def _value_fix(error: ValidationError) -> str:
    if isinstance(error.instance, bool):
        return "YAML reads yes, no, on and off as true and false: put the word in quotes"
    if error.validator == "enum":
        return suggest(error.instance, error.validator_value)
    return ""


def usable_part(config: Mapping, schema: Mapping) -> dict | None:
    """Leave out what departs from the schema, so that the rest can still be checked.

    Parameters
    ----------
    config, schema
        As for `config_problems`.

    Returns
    -------
    dict or None
        A configuration that follows the schema, or None when something needed is missing.
    """
    validator = Draft202012Validator(schema)
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
