"""Single definitions for `measuremart new`: the text of one, and its place in a file that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from measuremart.source import LocatedDict, read_text

# YAML counts them as ends of lines; writing the file anew would change them.
_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_PARTS = Path(__file__).resolve().parent / "parts"


class NoPlaceError(Exception):
    """A file in which a definition cannot be put; the message is for a person."""


def part_text(section: str, words: Mapping[str, str]) -> str:
    """Return the text of a new definition of a section; `words` fill its gaps."""
    text = (_PARTS / f"{section}.yml").read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(f"__{word}__", value)
    return text


def with_part(text: str, shown_as: str, section: str, part: str) -> str:
    """Return a file of definitions with one more at the end of a section; every other line stays as it is.

    Comments at the end that stand as far left as the section belong to what follows. Raises `SourceError`, and
    `NoPlaceError` where the section is not written in lines.
    """
    if _OTHER_LINE_ENDS.search(text):
        raise NoPlaceError(f"{shown_as} has line ends that no editor shows (U+0085, U+2028 or U+2029): remove them")
    data = read_text(text, shown_as)
    lines = text.splitlines()
    if section not in data:
        gap = [""] if lines and lines[-1].strip() else []
        return _joined([*lines, *gap, f"{section}:", *_indented(part, 2)])
    key = data.key_positions[section]
    following = [place.line for place in data.key_positions.values() if place.line > key.line]
    end = min(following) - 1 if following else len(lines)
    entries = data[section]
    places = sorted(entries.key_positions.values()) if isinstance(entries, LocatedDict) else []
    if any(place.line == key.line for place in places) or (not places and entries is not None):
        raise NoPlaceError(f"{shown_as}:{key.line}: '{section}' is written in braces: write each name on its own line")
    indent = places[0].column - 1 if places else key.column + 1
    while end > key.line and _is_between(lines[end - 1], indent):
        end -= 1
    are_apart = any(not line.strip() for line in lines[places[0].line : end]) if len(places) > 1 else bool(places)
    gap = [""] if are_apart else []
    return _joined([*lines[:end], *gap, *_indented(part, indent), *lines[end:]])


def _is_between(line: str, indent: int) -> bool:
    """Say whether a line at the end of a section is empty, or a comment on what follows."""
    text = line.lstrip()
    return not text or (text.startswith("#") and len(line) - len(text) < indent)


def _indented(text: str, width: int) -> list[str]:
    return [" " * width + line if line else "" for line in text.splitlines()]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
