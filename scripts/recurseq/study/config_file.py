"""The text of a configuration: plain YAML or JSON, read so that nothing in it can act.

Snakemake reads the same file by itself; this is for `recurseq` commands, which read it first, and
for what is lost once a file is parsed: keys given twice, and numbers that were meant as names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.io.bytes import MEGABYTE, fail, read_bytes, unix_text

LARGEST_CONFIG = MEGABYTE
DEEPEST = 20
MOST_VALUES = 50_000
LONGEST_NUMBER = 400
TEMPLATE_KEY = "__use_yte__"
_ALLOWED = "a configuration in YAML"
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_NAMES = re.compile(r"samples\.keep\.|design\.levels\.|contrasts\.[^.]*\.(numer|denomin)ator")


def read_config(path: str | Path) -> dict:
    """Read a configuration file.

    Parameters
    ----------
    path
        UTF-8 text, YAML or JSON, with or without byte-order mark.

    Returns
    -------
    dict
        Values are what YAML 1.1 makes of them, as Snakemake reads them.

    Raises
    ------
    InputError
        When the file cannot be read, is no YAML, holds no keys, gives a key twice, has a tag or a
        template that makes objects or runs code, is nested too deeply or too large when its aliases
        are written out, or has a name that YAML takes for another number (``01``, ``1_000``).
    """
    where = str(path)
    text = unix_text(read_bytes(path, _ALLOWED, LARGEST_CONFIG), where).decode()
    try:
        _refuse_depth(text, where)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_size(root, where)
        raise_if_any([*_node_problems(root, where), *_template_problems(root, where)])
        config = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _not_yaml(error, where) from None
    except (ValueError, TypeError, OverflowError, AttributeError) as error:  # !!timestamp x
        raise fail(where, f"holds a value that cannot be: {error}", _ALLOWED) from None
    if not isinstance(config, dict):
        raise fail(where, "holds no keys", "sections such as study, counts and samples")
    return config


def _not_yaml(error: yaml.YAMLError, where: str) -> InputError:
    mark = getattr(error, "problem_mark", None)
    place = f"{where}, line {mark.line + 1}" if mark else where
    found = f"is not YAML: {getattr(error, 'problem', None) or error}"
    fix = "look for a tab, a missing space after a colon, or a quotation mark that is not closed"
    return fail(place, found, "keys and values, indented by spaces", fix)


def _refuse_depth(text: str, where: str) -> None:
    """Count the levels without following them; reading them would go as deep as they do."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            place = f"{where}, line {event.start_mark.line + 1}"
            raise fail(place, f"is nested more than {DEEPEST} levels deep", _ALLOWED)


def _refuse_size(root: yaml.Node | None, where: str) -> None:
    """Add up the values as if every alias were written out; a few lines can stand for millions."""
    sizes: dict[int, int] = {}
    if root is not None and _size(root, sizes, where) > MOST_VALUES:
        found = f"its aliases (*name) stand for more than {MOST_VALUES:,} values"
        raise fail(where, found, _ALLOWED, "write the values themselves")


def _size(node: yaml.Node, sizes: dict[int, int], where: str) -> int:
    if id(node) in sizes:
        if not sizes[id(node)]:
            place = f"{where}, line {node.start_mark.line + 1}"
            raise fail(place, "an alias stands inside what it names", _ALLOWED)
        return sizes[id(node)]
    sizes[id(node)] = 0  # while its parts are looked at
    sizes[id(node)] = 1 + sum(_size(part, sizes, where) for part in _parts(node))
    return sizes[id(node)]


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _node_problems(node: yaml.Node | None, where: str, key: str = "") -> Iterator[Problem]:
    """Tags that make objects, keys given twice, and names that YAML takes for other numbers."""
    if node is None:
        return
    place = f"{where}, line {node.start_mark.line + 1}"
    if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
        found = f"the tag {node.tag!r}"
        yield Problem(place, found, "plain values", "remove what begins with '!'")
    if node.tag.endswith(("int", "float")) and len(node.value) > LONGEST_NUMBER:
        yield Problem(place, f"a number of {len(node.value):,} digits", "a number that is needed")
    if isinstance(node, yaml.MappingNode):
        yield from _repeated_keys(node, where, key)
        for name, value in node.value:
            inner = str(name.value) if isinstance(name, yaml.ScalarNode) else "?"
            yield from _node_problems(value, where, f"{key}.{inner}" if key else inner)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _node_problems(value, where, key)
    elif _NAMES.match(f"{key}.") and _is_other_number(node):
        read = yaml.safe_load(node.value)
        fix = f'put the name in quotes: "{node.value}"'
        yield Problem(place, f"{key}: YAML reads {node.value} as the number {read}", "a name", fix)


def _repeated_keys(node: yaml.MappingNode, where: str, key: str) -> Iterator[Problem]:
    lines: dict[str, list[int]] = {}
    for name, _ in node.value:
        if isinstance(name, yaml.ScalarNode):
            lines.setdefault(name.value, []).append(name.start_mark.line + 1)
    for name, found in lines.items():
        if len(found) > 1:
            place = f"{where}, lines {', '.join(map(str, found))}"
            full = f"{key}.{name}" if key else name
            yield Problem(place, f"the key {full!r} is given {len(found)} times", "each key once")


def _is_other_number(node: yaml.ScalarNode) -> bool:
    """Whether an unquoted scalar is a number that does not look so in decimal notation."""
    is_number = node.style is None and node.tag.rpartition(":")[2] in ("int", "float")
    return is_number and not _PLAIN_NUMBER.fullmatch(node.value)


def _template_problems(root: yaml.Node | None, where: str) -> Iterator[Problem]:
    if isinstance(root, yaml.MappingNode):
        for name, _ in root.value:
            if name.value == TEMPLATE_KEY:
                place = f"{where}, line {name.start_mark.line + 1}"
                found = f"{TEMPLATE_KEY!r}: Snakemake would run the code that stands in the file"
                yield Problem(place, found, "plain YAML", "write the values themselves")
