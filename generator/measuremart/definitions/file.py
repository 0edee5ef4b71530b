"""One definition file: its sections, read into entries with every problem found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from measuremart.definitions.base import Entry, ReadingNotes, name_fault
from measuremart.definitions.cohort import Cohort
from measuremart.definitions.concept_set import ConceptSet
from measuremart.definitions.indicator import Indicator
from measuremart.definitions.measure import Measure
from measuremart.definitions.population import Population
from measuremart.definitions.report import Report
from measuremart.definitions.subquery import Subquery
from measuremart.definitions.target import Target
from measuremart.problems import Kind, Position, Problem, did_you_mean
from measuremart.source import LocatedDict, position_of

SECTIONS: dict[str, type[Entry]] = {
    "populations": Population,
    "concept_sets": ConceptSet,
    "targets": Target,
    "subqueries": Subquery,
    "measures": Measure,
    "cohorts": Cohort,
    "indicators": Indicator,
    "reports": Report,
}
RESERVED_SECTIONS = ("audiences", "attributions")


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
        elif section not in SECTIONS:
            hint = did_you_mean(section, SECTIONS)
            problems.append(Problem(key, f"unknown section '{section[:60]}'{hint}", Kind.LANGUAGE))
        elif not isinstance(body, LocatedDict):
            if body is not None:
                problems.append(Problem(key, f"'{section}' is a mapping of names", Kind.LANGUAGE))
        else:
            for name in body:
                defined, found = _read_entry(body, pack, section, name)
                problems += found
                entries.append(defined)
    return entries, problems


def _read_entry(body: LocatedDict, pack: str, section: str, name: str) -> tuple[Defined, list[Problem]]:
    position = body.key_positions[name]
    problems: list[Problem] = []
    fault = name_fault(name)
    if fault:
        problems.append(Problem(position, fault, Kind.LANGUAGE))
    notes = ReadingNotes()
    entry: Entry | None = None
    try:
        entry = SECTIONS[section].model_validate(body[name], context=notes)
    except ValidationError as error:
        problems += _explained(error, body[name], body.value_positions[name], position)
    problems += notes.problems
    return Defined(pack, section, name, position, None if problems else entry), problems


def _explained(error: ValidationError, data: object, value: Position, key: Position) -> list[Problem]:
    """Say pydantic's errors in the language's words, once per place and message."""
    found: dict[tuple[Position, str], Problem] = {}
    for detail in error.errors(include_url=False):
        path = tuple(detail["loc"])
        position = position_of(data, path, value)
        if detail["type"] == "missing":
            position = position_of(data, path[:-1], value) if len(path) > 1 else key
        if detail["type"] == "too_short" and detail["input"] not in ((), {}):
            continue  # pydantic counts only the valid items; the invalid ones have messages of their own
        message = _message(detail, path)
        found.setdefault((position, message), Problem(position, message, Kind.LANGUAGE))
    return list(found.values())


_PLAIN = {
    "string_type": "must be text: quote it if it is meant as text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "date_type": "must be a day, as in 2024-12-31",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "is_instance_of": "must be a number",
    "string_too_short": "must not be empty",
    "union_tag_not_found": "must be a name, an operator or an inline subquery",
}


def _message(detail: ErrorDetails, path: tuple[int | str, ...]) -> str:
    kind = detail["type"]
    words = [str(step) for step in path if isinstance(step, str)]
    key = words[-1] if words else ""
    context = detail.get("ctx", {})
    if kind == "missing":
        return f"'{key}' is required"
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "literal_error":
        return f"must be one of {context['expected']}"
    if kind == "too_short":
        return f"needs at least {context['min_length']}"
    if kind == "too_long":
        return f"takes at most {context['max_length']}"
    return detail["msg"].replace("Input should be", "must be")
