"""How to mend a value of the wrong type, where what was meant can be guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic_core import ErrorDetails

_NUMBER = r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,10})?"
# What a text in quotes would be without them, by the type that is wanted.
_UNQUOTED = {
    "int_type": re.compile(r"[-+]?(0|[1-9][0-9]*)\Z"),
    "decimal_type": re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?\Z"),
    "bool_type": re.compile(r"true\Z|false\Z"),
    "date_type": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
}
_LENGTH = re.compile(r"(-?)([0-9]{1,6})(?:\s*(day|week|month|year)s?)?\Z")
_BENCHMARK = re.compile(rf"({_NUMBER})(?:\s*(%|percent|days?))?\Z")
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*(%|[A-Za-z][A-Za-z0-9/]{{0,20}})\Z")
_CODE = re.compile(r"(?=.*[0-9])(?!0[box])[A-Za-z0-9][A-Za-z0-9.-]{0,30}\Z")


def repair(detail: ErrorDetails, path: tuple[int | str, ...], holder: object) -> str:
    """Return what to write in place of a value, with the colon before it; nothing where that is not known.

    `path` is the way that was written to the value, `holder` the mapping or list that the value stands in.
    """
    kind, value = detail["type"], detail["input"]
    if value is None or isinstance(value, dict | tuple):
        return ""
    if kind == "string_type":
        return ": quote it if it is meant as text"
    plain = _UNQUOTED.get(kind)
    if plain is not None and isinstance(value, str) and plain.match(value):
        return ": remove the quotes"
    if isinstance(value, bool):
        return ""
    if kind == "model_type":
        return _mapping(detail["ctx"]["class_name"], str(value), holder)
    if kind == "decimal_type":
        return _number(str(value), path, holder)
    is_concept = detail["loc"][-1] == "id" and path[-1] != "id"  # a bare number is short for {id: number}
    return _concept(str(value), path) if is_concept else ""


def _mapping(what: str, value: str, holder: object) -> str:
    """Return a length of time or a benchmark as it is written, where the number stands alone."""
    if what in ("Offset", "Span") and (length := _LENGTH.match(value)):
        minus = length[1] if what == "Offset" else ""  # a span is never negative
        return f": write {{{length[3] or 'day'}s: {minus}{length[2]}}}"
    if what in ("Benchmark", "BenchmarkOverride") and (number := _BENCHMARK.match(value)):
        return f": write {{value: {number[1]}, unit: {_unit(number[2], holder)}}}"
    return ""


def _number(value: str, path: tuple[int | str, ...], holder: object) -> str:
    """Return a number without the unit that was written behind it, and where the unit goes."""
    if "benchmark" in path and (number := _BENCHMARK.match(value)):
        return f": write {number[1]} and unit: {_unit(number[2], holder)}"
    if "scalar" in path and (number := _WITH_UNIT.match(value)):
        return f": write {number[1]}, and under 'unit' the concept id of {number[2]}"
    return ""


def _unit(written: str | None, holder: object) -> str:
    """Return the unit of a benchmark: as written, else that of an indicator of this type."""
    if written is not None:
        return "days" if written.startswith("day") else "percent"
    return "days" if isinstance(holder, Mapping) and holder.get("type") == "duration" else "percent"


def _concept(value: str, path: tuple[int | str, ...]) -> str:
    """Return that a concept is named by its id, and how a rule asks for a code."""
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if key in ("exact", "hierarchy") and _CODE.match(value):
        return f': a concept id is a number; for a code write {{starts_with: "{value}", of: code}}'
    return ": a concept id is a number"
