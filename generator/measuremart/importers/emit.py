"""Definitions as YAML that people read: short parts on one line, long texts folded, entries apart."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml

from measuremart.source import SourceError, read_text

WIDTH = 116
_SHORT = 84
# A comment that is shorter than this says nothing.
_LEAST = 12
# Children of an operator and the like stand on one line where they fit.
_BLOCK_KEYS = ("rules", "exclude", "indicators", "definitions", "window", "concepts")


# Texts that need no quotes wherever they stand; more could do without, but reading them takes thought.
_PLAIN = re.compile(r"[A-Za-z0-9(][A-Za-z0-9 _.;/()+<>=%&'-]*\Z")


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Flow(dict[str, Any]):
    pass


class _FlowList(list[Any]):
    pass


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if len(text) > _SHORT and text == " ".join(text.split()):
        style = ">"
    elif not _reads_as_itself(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


@lru_cache(maxsize=4096)
def _reads_as_itself(text: str) -> bool:
    """Say whether a text may stand without quotes, for other readers of YAML and for ours, in a flow mapping too."""
    if not _PLAIN.match(text) or not isinstance(yaml.load(text, Loader=_LOADER), str):  # noqa: S506 - a safe one
        return False
    try:
        return bool(read_text(f"a: {{b: {text}}}", "")["a"] == {"b": text})
    except SourceError:
        return False


def _decimal(dumper: _Dumper, number: Decimal) -> yaml.ScalarNode:
    plain = format(number.normalize(), "f") if number else "0"
    tag = "int" if "." not in plain else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", plain)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(_Flow, lambda d, v: d.represent_mapping("tag:yaml.org,2002:map", v.items(), flow_style=True))
_Dumper.add_representer(_FlowList, lambda d, v: d.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True))


def section_text(
    section: str, groups: Iterable[tuple[str, Mapping[str, Any]]], concepts: Mapping[int, str] | None = None
) -> str:
    """Return one section as YAML: groups of entries, each group under a comment unless its heading is empty.

    `concepts` are names of concepts, which are written beside their ids.

    Reads back as the same values; `AssertionError` where it would not.
    """
    lines = [f"{section}:"]
    everything: dict[str, Any] = {}
    for heading, entries in groups:
        if not entries:
            continue
        lines += ["", f"  # {heading}"] if heading and len(lines) > 1 else [f"  # {heading}"] if heading else []
        for number, (name, entry) in enumerate(entries.items()):
            lines += [""] if number or heading else []
            lines += [line for written in _entry_lines(name, entry, concepts or {}) for line in written]
            everything[name] = entry
    text = "\n".join(lines) + "\n"
    assert _plain(read_text(text, section)[section]) == _plain(everything), f"{section} does not read back"
    return text


def _entry_lines(name: str, entry: Any, concepts: Mapping[int, str]) -> Iterator[list[str]]:
    """Yield the lines of one entry; only folded texts are broken, since linters want no break within brackets."""
    text = yaml.dump({name: _styled(entry)}, Dumper=_Dumper, sort_keys=False, width=10**9, allow_unicode=True)
    folded = False
    for line in text.rstrip("\n").split("\n"):
        indent = "  " + line[: len(line) - len(line.lstrip())]
        if folded:
            yield _wrapped(line.strip(), indent)
        else:
            yield [_with_names(f"  {line}", concepts) if line else ""]
        folded = not folded and line.endswith(": >-")


# The ids of a rule or of a line of a concept set, alone or as a list.
_IDS = re.compile(r"\b(?:exact|hierarchy|code_of|concept): (?:\[([0-9, ]+)\]|([0-9]+))|^ *- (?:id: )?([0-9]+)$")


def _with_names(line: str, concepts: Mapping[int, str]) -> str:
    """Return a line of a list with the names of its concepts as a comment, cut to the width of the page."""
    if not line.lstrip().startswith("- "):
        return line
    ids = [int(number) for found in _IDS.findall(line) for part in found for number in part.split(",") if part]
    if not any(number in concepts for number in ids):
        return line
    said = "; ".join(" ".join(_printable(concepts.get(number, str(number))).split()) for number in ids)
    room = WIDTH - len(line) - 4
    if room < _LEAST:
        return line
    return f"{line}  # {said if len(said) <= room else f'{said[: room - 4]} ...'}"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _styled(value: Any, key: str = "") -> Any:
    """Return a value whose short inner parts are marked to stand on one line."""
    if isinstance(value, Mapping):
        if key and key not in _BLOCK_KEYS and _fits(value):
            return _flowing(value)
        return {k: _styled(v, k) for k, v in value.items()}
    if isinstance(value, list | tuple):
        if key not in _BLOCK_KEYS and _fits(value):
            return _flowing(value)
        return [_item(item) for item in value]
    return value


def _item(item: Any) -> Any:
    """Return one item of a list that has lines of its own; a mapping of one key needs no braces."""
    if isinstance(item, Mapping) and len(item) == 1:
        return {k: _flowing(v) if _fits(v) else _styled(v, k) for k, v in item.items()}
    return _flowing(item) if _fits(item) else _styled(item)


def _flowing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _Flow({k: _flowing(v) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return _FlowList(_flowing(v) for v in value)
    return value


def _fits(value: Any) -> bool:
    """Say whether a part may stand on one line."""
    return len(str(value)) <= _SHORT


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


# --- whose text it is

_SCHEMA = "# yaml-language-server: $schema=../../definition.schema.json\n"
_SEAL = "# As imported: "


def sealed(comment: str, body: str) -> str:
    """Return a file's text: a heading whose last line holds a digest of the body, so that an edit can be seen."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return f"{_SCHEMA}{head}{_SEAL}{_digest(body)}\n\n{body}"


def is_as_imported(text: str) -> bool:
    """Say whether a file was imported and has not been edited since."""
    head, separator, body = text.partition("\n\n")
    last = head.split("\n")[-1]
    return bool(separator) and last == f"{_SEAL}{_digest(body)}"


def was_imported(text: str) -> bool:
    """Say whether a file was imported, edited since or not."""
    return any(line.startswith(_SEAL) for line in text.split("\n\n", 1)[0].split("\n"))


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
