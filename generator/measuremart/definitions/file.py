"""One definition file: its sections, read into entries with every problem found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from measuremart.definitions.audience import Audience
from measuremart.definitions.base import Entry, ReadingNotes, name_fault, shown
from measuremart.definitions.cohort import Cohort
from measuremart.definitions.concept_set import ConceptSet
from measuremart.definitions.indicator import FULL_COHORT, Indicator
from measuremart.definitions.measure import Measure
from measuremart.definitions.population import Extension, Population
from measuremart.definitions.repair import repair
from measuremart.definitions.report import Report
from measuremart.definitions.subquery import Subquery
from measuremart.definitions.target import Target
from measuremart.problems import Kind, Position, Problem, did_you_mean
from measuremart.source import LocatedDict, LocatedTuple, position_of

SECTIONS: dict[str, type[Entry]] = {
    "populations": Population,
    "extensions": Extension,
    "concept_sets": ConceptSet,
    "targets": Target,
    "subqueries": Subquery,
    "measures": Measure,
    "cohorts": Cohort,
    "indicators": Indicator,
    "reports": Report,
    "audiences": Audience,
}
# Sections of later chapters: refused as not supported yet.
RESERVED_SECTIONS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Defined:
    """A named entry: where it stands and, unless it has problems of its own, what it says."""

    pack: str
    section: str
    name: str
    position: Position
    entry: Any


def read_sections(data: LocatedDict, pack: str) -> tuple[list[Defined], list[Problem]]:
    """Return the entries of one file and its problems; an entry with problems comes with `entry=None`."""
    entries: list[Defined] = []
    problems: list[Problem] = []
    for section, body in data.items():
        key = data.key_positions[section]
        if section in RESERVED_SECTIONS:
            problems.append(Problem(key, f"'{section}' is not supported yet", Kind.NOT_SUPPORTED))
            continue
        meant = section
        if section not in SECTIONS:
            near = did_you_mean(section, SECTIONS)
            hint = near or f"; there are {', '.join(SECTIONS)}" + _too_far_left(body)
            problems.append(Problem(key, f"unknown section '{shown(section)}'{hint}", Kind.LANGUAGE))
            # Read as the section that is meant, what it defines is not unknown as well to those that name it.
            meant = next((known for known in SECTIONS if f"'{known}'" in near), "")
            if not meant:
                continue
        if not isinstance(body, LocatedDict):
            if body is not None:
                problems.append(Problem(key, f"'{section}' is a mapping of names", Kind.LANGUAGE))
            continue
        for name in body:
            defined, found = _read_entry(body, pack, meant, name)
            problems += found
            entries.append(defined)
    return entries, problems


def _too_far_left(body: object) -> str:
    """Return what is said of an unknown section that looks like a definition itself, nothing where it does not."""
    known = {field.alias or name for kind in SECTIONS.values() for name, field in kind.model_fields.items()}
    is_definition = isinstance(body, dict) and not known.isdisjoint(body)
    return "; if it is a definition, it is not indented far enough" if is_definition else ""


def unread_names(data: LocatedDict, entries: Iterable[Defined]) -> set[str]:
    """Return the names that may be defined in what was not read of a file: an entry may stand at the wrong depth."""
    read = {defined.position for defined in entries if defined.entry is not None}
    found: set[str] = set()
    for section, body in data.items():
        if section not in SECTIONS:
            found.add(section)
        if not isinstance(body, LocatedDict):
            found |= set(_keys(body))
            continue
        for name, value in body.items():
            if body.key_positions[name] not in read:
                found |= {name, name.lower(), *_keys(value)}  # a name is refused for its capitals
    return found


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ():
        yield from _keys(inner)


def _read_entry(body: LocatedDict, pack: str, section: str, name: str) -> tuple[Defined, list[Problem]]:
    position = body.key_positions[name]
    problems: list[Problem] = []
    fault = name_fault(name)
    if name == FULL_COHORT and section in ("measures", "subqueries"):
        fault = f"'{FULL_COHORT}' is a word of the language, the report's whole cohort: choose another name"
    if fault:
        problems.append(Problem(position, fault, Kind.LANGUAGE))
    notes = ReadingNotes()
    entry: Entry | None = None
    try:
        entry = SECTIONS[section].model_validate(body[name], context=notes)
    except ValidationError as error:
        problems += explained(error, body, name, notes)
    problems += notes.problems
    return Defined(pack, section, name, position, None if problems else entry), problems


def explained(error: ValidationError, body: LocatedDict, name: str, notes: ReadingNotes) -> list[Problem]:
    """Say pydantic's errors in the language's words, each once, and none that another one explains."""
    details = [
        (_written(body, (name, *detail["loc"])), detail)
        for detail in error.errors(include_url=False)
        if not _counts_only_the_valid(detail)
    ]
    found: dict[tuple[Position, str], Problem] = {}
    for path, detail in details:
        position, here = position_of(body, path, body.position), _value_at(body, path)
        if detail["type"] == "incomplete" and position in notes.misspelt:
            continue
        if detail["type"] == "missing":
            # Beside `incomplete` nothing is required.
            if {detail["loc"][-1], "incomplete"} & set(notes.misspelt.get(position, ())):
                continue
            position = body.key_positions[name] if len(path) == 1 else position
        elif detail["loc"][-1:] == ("[key]",):
            parent = _value_at(body, path[:-1])
            position = parent.key_positions[str(path[-1])] if isinstance(parent, LocatedDict) else position
        elif _of_another_choice(path, detail, here, details):
            continue
        at = detail.get("ctx", {}).get("at")
        if at is not None:  # what a rule over several keys found wrong stands at one of them
            position = _key_position(body, (*path, *at), position)
        message = _message(detail, path, _value_at(body, path[:-1]))
        found.setdefault((position, message), Problem(position, message, Kind.LANGUAGE))
    if not found and not notes.problems:
        raise AssertionError(f"no words for {error}")
    return list(found.values())


def _key_position(body: LocatedDict, path: tuple[int | str, ...], default: Position) -> Position:
    """Return where the key that ends `path` stands, `default` where it was not written."""
    holder = _value_at(body, path[:-1])
    return holder.key_positions.get(str(path[-1]), default) if isinstance(holder, LocatedDict) else default


def _counts_only_the_valid(detail: ErrorDetails) -> bool:
    """Say whether a list is said to be too short only for its invalid items, which have messages of their own."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _written(data: object, steps: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the steps that were written: without validators' labels and a key that is missing."""
    path: list[int | str] = []
    for step in steps:
        if isinstance(data, LocatedDict) and step in data:
            path.append(step)
            data = data[str(step)]
        elif isinstance(data, LocatedTuple) and isinstance(step, int) and step < len(data):
            path.append(step)
            data = data[step]
    return tuple(path)


def _value_at(data: Any, path: tuple[int | str, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


_Details = list[tuple[tuple[int | str, ...], ErrorDetails]]


def _of_another_choice(path: tuple[int | str, ...], detail: ErrorDetails, here: object, details: _Details) -> bool:
    """Say whether an error is of a spelling that was not chosen, where a value may be a mapping or something short."""
    if isinstance(here, dict):
        deeper = any(p[: len(path)] == path and d["type"] not in _NOT_A_MAPPING for p, d in details)
        return deeper and detail["type"] in _NOT_A_MAPPING
    return detail["type"] == "model_type" and any(p == path and d is not detail for p, d in details)


_NOT_A_MAPPING = ("string_type", "literal_error", "int_type")
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "date_type": "a day, as in 2024-12-31",
    "decimal_type": "a number",
    "plain_type": "a single value",
}


def _message(detail: ErrorDetails, path: tuple[int | str, ...], holder: object) -> str:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    key = next(str(step) for step in reversed(path) if isinstance(step, str))
    what = f"an item of '{key}'" if isinstance(path[-1], int) else f"'{key}'"
    if kind == "missing":
        return f"'{detail['loc'][-1]}' is required"
    if kind in _WANTED:
        return f"{what} must be {_WANTED[kind]}; found {_found(value)}{repair(detail, path, holder)}"
    if kind == "literal_error":
        return f"{what} must be one of {context['expected']}; found {_found(value)}"
    if kind == "string_too_short":
        return f"{what} must not be empty"
    limits = {
        "string_too_long": f"must be at most {context.get('max_length', 0):,} characters long",
        "too_short": f"needs at least {_items(context.get('min_length', 0))}",
        "too_long": f"takes at most {_items(context.get('max_length', 0))}",
        "greater_than_equal": f"must be at least {context.get('ge', 0):,}; found {_found(value)}",
        "less_than_equal": f"must be at most {context.get('le', 0):,}; found {_found(value)}",
    }
    return f"{what} {limits[kind]}" if kind in limits else detail["msg"].replace("Input should be", f"{what} must be")


def _items(number: int) -> str:
    return f"{number} item{'' if number == 1 else 's'}"


def _found(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple):
        return "a list"
    return f"'{shown(value)}'" if isinstance(value, str) else str(value)
