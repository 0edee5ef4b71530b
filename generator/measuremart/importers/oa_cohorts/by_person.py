"""A measure that several others want by person gets a name for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from measuremart.importers.naming import free_name
from measuremart.importers.oa_cohorts.translation import Entry

_OFTEN = 3


def name_repeated(bodies: dict[int, Entry], reserved: set[str]) -> dict[str, Entry]:
    """Name every `at: person` that stands three times or more in `bodies`, which are changed; return what was named."""
    counts = Counter(name for body in bodies.values() for name in _wanted(body))
    names: dict[str, str] = {}
    for name in sorted(counts):
        if counts[name] >= _OFTEN:
            names[name] = free_name(name, "by_person", reserved)
            reserved.add(names[name])
    for number, body in bodies.items():
        if not _is_by_person(body):
            bodies[number] = _named(body, names)
    return {
        found: {"description": f"The persons of {name}.", "at": "person", "of": name} for name, found in names.items()
    }


def _is_by_person(part: Any) -> bool:
    return isinstance(part, dict) and part.get("at") == "person" and isinstance(part["of"], str)


def _wanted(part: Any) -> Iterator[str]:
    if _is_by_person(part):
        yield part["of"]
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _wanted(inner)


def _named(part: Any, names: dict[str, str]) -> Any:
    if _is_by_person(part):
        return names.get(part["of"], part)
    if isinstance(part, dict):
        return {key: _named(inner, names) for key, inner in part.items()}
    return [_named(inner, names) for inner in part] if isinstance(part, list) else part
