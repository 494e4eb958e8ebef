"""The schema of the configuration, which is the one source of every default."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from recurseq.base.places import SCHEMAS, read_shipped


@cache
def config_schema() -> dict:
    """Return the JSON schema of a configuration, with its parts that lie in other files."""
    schema, clinical = _read("config.schema.yaml"), _read("clinical.schema.yaml")
    merged = {part: {**schema[part], **clinical[part]} for part in ("properties", "$defs")}
    return {**schema, **merged}


@cache
def sheet_schema() -> dict:
    """Return the JSON schema of one row of the sample sheet."""
    return _read("samples.schema.yaml")


def _read(name: str) -> dict:
    return read_shipped(SCHEMAS / name)


def with_defaults(config: Mapping, schema: Mapping | None = None) -> dict:
    """Fill in what a configuration leaves out, by the defaults of its schema.

    Parameters
    ----------
    config
        A configuration that follows the schema, or a section of one.
    schema
        Schema of this section; that of the whole configuration when absent.

    Returns
    -------
    dict
        A new configuration. A section without a default in the schema stays absent: its step is
        then no part of the study.
    """
    schema = config_schema() if schema is None else schema
    described = schema.get("properties", {})
    every_other = schema.get("additionalProperties")
    filled = {}
    for key in dict.fromkeys([*config, *described]):
        part = described.get(key, every_other)
        if key not in config and "default" not in described.get(key, {}):
            continue
        value = config.get(key, described.get(key, {}).get("default"))
        is_section = isinstance(value, Mapping) and isinstance(part, Mapping)
        filled[key] = with_defaults(value, part) if is_section else value
    return filled
