"""What nothing can be counted for, and the incomplete definitions that are the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measuremart.importers.finding import Unavailable

Entries = Mapping[str, Mapping[str, Mapping[str, Any]]]


def unavailable(entries: Entries, replaced: Mapping[str, str]) -> list[Unavailable]:
    """Return the indicators and sub-cohorts above an incomplete definition, indicators first, each by id.

    `replaced` has the measure that an incomplete one stands for, which may be unavailable itself.
    """
    found = []
    for name, entry in sorted(entries["indicators"].items(), key=lambda item: item[1]["id"]):
        reasons = [r for side in ("denominator", "numerator") for r in _reasons(entries, entry[side], side)]
        meant = replaced.get(entry["numerator"])
        reasons += _reasons(entries, meant, "numerator") if meant else []
        if reasons:
            found.append(Unavailable("indicator", entry["id"], name, tuple(dict.fromkeys(reasons))))
    for cohort, entry in sorted(entries["cohorts"].items(), key=lambda item: item[1]["id"]):
        for name, measure in entry["definitions"].items():
            reasons = list(dict.fromkeys(_reasons(entries, measure, "measure")))
            if reasons:
                found.append(Unavailable("sub-cohort", entry["id"], f"{cohort}.{name}", tuple(reasons)))
    return found


def _reasons(entries: Entries, name: str, first: str) -> Iterator[str]:
    """Yield `side > .. > definition: why` for every incomplete definition below a name, by the shortest way."""
    ways: dict[str, tuple[str, ...]] = {name: (name,)}
    queue = [name]
    for here in queue:
        body = entries["measures"].get(here) or entries["subqueries"].get(here) or {}
        if "incomplete" in body:
            yield f"{first} {' > '.join(ways[here])}: {body['incomplete']}"
        for child in _named_in(body):
            known = child in entries["measures"] or child in entries["subqueries"]
            if known and child not in ways:
                ways[child] = (*ways[here], child)
                queue.append(child)


_NOT_NAMES = ("id", "description", "notes", "target", "rules", "exclude", "incomplete", "date", "resolve_by", "title")


def _named_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _NOT_NAMES:
                yield from _named_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named_in(inner)
