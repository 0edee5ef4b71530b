"""Lists of variables, written into a dbt_project.yml that people wrote: comments and all other lines stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml

# A name that needs no quotes in a list in brackets.
_PLAIN = re.compile(r"[a-z][a-z0-9_.]*")


class NotWritableError(Exception):
    """A file in which a list cannot be put without a change of something else; the message is for a person."""


def with_variables(text: str, lists: Mapping[str, Sequence[str]]) -> str:
    """Return a dbt_project.yml in which the variables of the project, or of package measuremart, have these lists.

    A list that is there is changed where it stands; another one is put below the last variable. Raises
    `NotWritableError`, and changes nothing, where the file is no mapping, or a list or `vars` is written in a way that
    this cannot keep.
    """
    if "\r\n" in text:
        return with_variables(text.replace("\r\n", "\n"), lists).replace("\n", "\r\n")
    if text.startswith("\ufeff"):
        return "\ufeff" + with_variables(text[1:], lists)
    before = _read(text)
    for name, entries in lists.items():
        text = _with_list(text, name, list(entries))
    try:
        after = _read(text)
    except NotWritableError as error:  # an anchor that an alias needs is gone
        raise NotWritableError("another part of the file would change") from error
    for name, entries in lists.items():
        if _scope(after).get(name) != list(entries):
            raise NotWritableError(f"{name} is not where it was put")
        _scope(before)[name] = list(entries)
    if before != after:
        raise NotWritableError("another part of the file would change")
    return text


def _read(text: str) -> dict[str, object]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise NotWritableError("it is no valid YAML") from error
    if not isinstance(found, dict):
        raise NotWritableError("it is no mapping of keys to values")
    return found


def _scope(project: dict[str, object]) -> dict[str, object]:
    """Return the variables: those of package measuremart, where the project has such, come before its own."""
    found = project.setdefault("vars", {})
    if found is None:
        found = project["vars"] = {}
    if not isinstance(found, dict):
        raise NotWritableError("vars is no mapping of names to values")
    of_package = found.get("measuremart")
    if isinstance(of_package, dict) and {"absent_tables", "absent_columns"} & of_package.keys():
        return of_package
    return found


def _with_list(text: str, name: str, entries: list[str]) -> str:
    project = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(project, yaml.MappingNode)
    holder = _value_of(project, "vars")
    if holder is None:
        end = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{end}\nvars:\n  {_line(name, entries)}\n"
    if isinstance(holder, yaml.ScalarNode):  # `vars:` without anything
        return _at(text, holder.start_mark.index, holder.end_mark.index, f"\n  {_line(name, entries)}")
    if not isinstance(holder, yaml.MappingNode):
        raise NotWritableError("vars is no mapping of names to values")
    inner = _value_of(holder, "measuremart")
    if isinstance(inner, yaml.MappingNode) and any(_value_of(inner, n) for n in ("absent_tables", "absent_columns")):
        holder = inner
    value = _value_of(holder, name)
    if value is not None:
        return _with_value(text, name, value, entries)
    if holder.flow_style:
        raise NotWritableError("vars is written in braces")
    after = _last_line(holder)
    lines = text.splitlines(keepends=True)
    lines[after] = lines[after].rstrip("\n") + "\n"
    indent = " " * holder.value[0][0].start_mark.column
    return "".join([*lines[: after + 1], f"{indent}{_line(name, entries)}\n", *lines[after + 1 :]])


def _with_value(text: str, name: str, value: yaml.Node, entries: list[str]) -> str:
    start, end = value.start_mark.index, value.end_mark.index
    if isinstance(value, yaml.ScalarNode):  # nothing, or null
        return _at(text, start, end, f"{'' if text[start - 1] == ' ' else ' '}{_brackets(entries)}")
    if not isinstance(value, yaml.SequenceNode):
        raise NotWritableError(f"{name} is no list")
    if value.flow_style:
        if "#" in text[start:end]:
            raise NotWritableError(f"{name} has comments between its brackets")
        return _at(text, start, end, _brackets(entries))
    return _with_items(text, name, value, entries)


def _with_items(text: str, name: str, value: yaml.SequenceNode, entries: list[str]) -> str:
    """Return the text with another list of lines `- entry`: what stays keeps its line, and what is new comes last."""
    lines = text.splitlines(keepends=True)
    there = {item.value: item.start_mark.line for item in value.value if isinstance(item, yaml.ScalarNode)}
    if len(there) < len(value.value) or not set(entries) & set(there):
        raise NotWritableError(f"{name} is written in lines of which none would stay")
    if [entry for entry in entries if entry in there] != [entry for entry in there if entry in entries]:
        raise NotWritableError(f"{name} has another order")
    last = max(there.values())
    dash = lines[last][: lines[last].index("-") + 1]
    lines[last] = lines[last].rstrip("\n") + "\n"
    new = [f"{dash} {_quoted(entry)}\n" for entry in entries if entry not in there]
    gone = {line for entry, line in there.items() if entry not in entries}
    kept = [line for number, line in enumerate(lines) if number not in gone]
    at = last + 1 - len(gone)
    return "".join([*kept[:at], *new, *kept[at:]])


def _value_of(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if getattr(name, "value", None) == key), None)


def _last_line(node: yaml.Node) -> int:
    """Return the number of the last line with something of a node, from 0: comments below it are not of it."""
    if isinstance(node, yaml.MappingNode | yaml.SequenceNode) and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return int(end.line if end.column or end.line == node.start_mark.line else end.line - 1)


def _at(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _line(name: str, entries: list[str]) -> str:
    return f"{name}: {_brackets(entries)}"


def _brackets(entries: list[str]) -> str:
    return f"[{', '.join(map(_quoted, entries))}]"


def _quoted(entry: str) -> str:
    return entry if _PLAIN.fullmatch(entry) else "'" + entry.replace("'", "''") + "'"
