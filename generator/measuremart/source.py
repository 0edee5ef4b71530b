"""YAML text to plain values that know where they were written.

A mapping comes back as `LocatedDict`, a sequence as `LocatedTuple`; scalars are str, int, Decimal, bool, date or None.
Read from parser events, never through a constructor: tags, anchors and aliases are refused, so a file can neither run
code nor grow when it is read. Scalars follow YAML 1.2's core schema plus ISO dates; `yes`, `on`, `0123` and `1:30` are
not silently something else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from measuremart.problems import Kind, Position, Problem

MAX_DEPTH = 40
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep: name the inner parts"
MAX_BYTES = 5_000_000

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_AMBIGUOUS = re.compile(r"[-+]?[0-9][0-9_]*\Z|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\Z|[-+]?[0-9.]+[eE][-+]?[0-9]+\Z")
# What no text may hold, written or escaped; and what must be escaped, since only some programs end a line there.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_REFUSED = re.compile(f"{_CONTROL.pattern[:-1]}\u2028\u2029\ufeff]")
_LINE_END = re.compile("\r\n|\r|\n")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class LocatedDict(dict[str, Any]):
    """A mapping with the position of itself, of each key and of each value."""

    def __init__(self, position: Position) -> None:
        super().__init__()
        self.position = position
        self.key_positions: dict[str, Position] = {}
        self.value_positions: dict[str, Position] = {}


class LocatedTuple(tuple[Any, ...]):
    """A sequence with the position of itself and of each item."""

    position: Position
    item_positions: tuple[Position, ...]


class SourceError(Exception):
    """A file that is not readable YAML; carries one `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def position_of(value: object, path: tuple[str | int, ...], default: Position) -> Position:
    """Return the position of the value under `path` in a located value.

    Steps that do not exist (a validator's own labels, a key that is missing) are passed over, so the nearest
    enclosing place is returned.
    """
    here = getattr(value, "position", default)
    for step in path:
        if isinstance(value, LocatedDict) and isinstance(step, str) and step in value:
            here, value = value.value_positions[step], value[step]
        elif isinstance(value, LocatedTuple) and isinstance(step, int) and step < len(value):
            here, value = value.item_positions[step], value[step]
    return here


def read_file(path: Path, shown_as: str) -> LocatedDict:
    """Read one definition file; `shown_as` is the name used in messages. Raises `SourceError`."""
    start = Position(shown_as, 1, 1)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(Problem(start, f"cannot be read: {error.strerror}", Kind.YAML)) from error
    if len(raw) > MAX_BYTES:
        raise SourceError(Problem(start, f"file is larger than {MAX_BYTES:,} bytes", Kind.YAML))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(Problem(start, "file is not UTF-8 text", Kind.YAML)) from error
    return read_text(text, shown_as)


_KEY = re.compile(r"""([A-Za-z_]\w*)["']?\s*:""")


def keys_of_unread(path: Path) -> set[str]:
    """Return all that may be a key in a file that is not as it must be; nothing where no file can be opened."""
    if not path.is_file():  # a pipe would be waited for
        return set()
    try:
        with path.open("rb") as file:
            return set(_KEY.findall(file.read(MAX_BYTES).decode("utf-8", errors="replace")))
    except OSError:
        return set()


def read_text(text: str, shown_as: str) -> LocatedDict:
    """Read YAML text whose top level is a mapping (an empty text is an empty mapping). Raises `SourceError`."""
    _refuse_characters(text, shown_as)
    value = _Reader(text, shown_as).document()
    if value is None:
        return LocatedDict(Position(shown_as, 1, 1))
    if not isinstance(value, LocatedDict):
        raise SourceError(Problem(Position(shown_as, 1, 1), "a definition file is a mapping of sections", Kind.YAML))
    return value


def _refuse_characters(text: str, file: str) -> None:
    found = _REFUSED.search(text)
    if found:
        before = _LINE_END.split(text[: found.start()])
        code = f"U+{ord(found.group()):04X}"
        advice = "leave it out" if _CONTROL.match(found.group()) else "write it as an escape in double quotes"
        raise SourceError(
            Problem(
                Position(file, len(before), len(before[-1]) + 1),
                f"the character {code} is not allowed: {advice}",
                Kind.YAML,
            )
        )


def _reason(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return what the YAML parser says is wrong, with what was being read and the cause that it often has."""
    mark, problem = error.problem_mark, str(error.problem)
    if "maximum nesting depth" in problem:  # of libyaml, which reads ahead of the check of MAX_DEPTH
        return TOO_DEEP
    if mark is not None and "tab character" in problem:
        return "a tab; indent with spaces"
    if mark is not None and problem == "found character that cannot start any token":
        line = _LINE_END.split(text)[mark.line]
        if line[mark.column : mark.column + 1] == "\t":
            return "a tab; indent with spaces"
        return f"{problem}; quote a text that begins with it"
    if problem == "mapping values are not allowed in this context":
        return f"{problem}; quote a text that holds a colon and a space, or mind the indentation"
    if problem == "did not find expected key" and error.context_mark is not None:
        begins = f"line {error.context_mark.line + 1}, column {error.context_mark.column + 1}"
        return (
            f"no key of the mapping that begins on {begins} begins here; mind the indentation, or quote the whole text"
        )
    if error.context and error.context_mark is not None:
        return f"{problem} {error.context} that begins on line {error.context_mark.line + 1}"
    return problem


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self._file = file
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Any] = iter(self._guarded(text, loader))

    def _guarded(self, text: str, loader: type) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            position = self._at(mark) if mark else Position(self._file, 1, 1)
            reason = _reason(error, text)
            message = reason if reason == TOO_DEEP else f"not YAML: {reason}"
            raise SourceError(Problem(position, message, Kind.YAML)) from error
        except yaml.YAMLError as error:
            message = "not YAML: a character that is not allowed"
            raise SourceError(Problem(Position(self._file, 1, 1), message, Kind.YAML)) from error

    def _at(self, mark: Any) -> Position:
        return Position(self._file, mark.line + 1, mark.column + 1)

    def _fail(self, mark: Any, message: str) -> SourceError:
        return SourceError(Problem(self._at(mark), message, Kind.YAML))

    def document(self) -> Any:
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._fail(event.start_mark, "one document a file: remove the '---'")
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, 0)
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise self._fail(event.start_mark, "aliases (*name) are not allowed: write the value out")
        if event.anchor is not None:
            raise self._fail(event.start_mark, "anchors (&name) are not allowed: give the part a name of its own")
        if event.tag is not None and event.tag != "!":
            raise self._fail(event.start_mark, "tags (!name) are not allowed")
        if depth > MAX_DEPTH:
            raise self._fail(event.start_mark, TOO_DEEP)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._scalar(event)

    def _mapping(self, start: Any, depth: int) -> LocatedDict:
        result = LocatedDict(self._at(start.start_mark))
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            if key in result:
                first = result.key_positions[key]
                raise self._fail(event.start_mark, f"'{key}' appears twice here; the first is on line {first.line}")
            value = next(self._events)
            result.key_positions[key] = self._at(event.start_mark)
            result.value_positions[key] = self._at(value.start_mark)
            result[key] = self._value(value, depth + 1)
        return result

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or event.anchor is not None:
            raise self._fail(event.start_mark, "a key is a plain word")
        self._no_control(event)
        if event.value == "<<":
            raise self._fail(event.start_mark, "merge keys (<<) are not allowed: write the keys out")
        return str(event.value)

    def _sequence(self, start: Any, depth: int) -> LocatedTuple:
        items: list[Any] = []
        positions: list[Position] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            positions.append(self._at(event.start_mark))
            items.append(self._value(event, depth + 1))
        result = LocatedTuple(items)
        result.position = self._at(start.start_mark)
        result.item_positions = tuple(positions)
        return result

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        self._no_control(event)
        if event.style in ("'", '"', "|", ">"):
            return text
        word = text.lower() if text in ("True", "TRUE", "False", "FALSE", "Null", "NULL") else text
        if word in _WORDS:
            return _WORDS[word]
        if _INTEGER.match(text):
            return int(text) if len(text) < 40 else text
        if _DECIMAL.match(text):
            return Decimal(text)
        if _DATE.match(text):
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                raise self._fail(event.start_mark, f"{text} is not a day of the calendar") from None
        if _AMBIGUOUS.match(text):
            raise self._fail(event.start_mark, f'{text} is neither a plain number nor text: quote it ("{text}")')
        return text

    def _no_control(self, event: Any) -> None:
        control = _CONTROL.search(event.value)
        if control:
            raise self._fail(event.start_mark, f"the control character U+{ord(control.group()):04X} is not allowed")
