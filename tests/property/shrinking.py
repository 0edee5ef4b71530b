"""Makes a case that fails smaller, for as long as it fails: first the definitions, then the rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from property.bench import Case
from property.house import HOUSE

Fails = Callable[[Case], bool]
# What makes a row one of somebody's.
_KEEP = ("person_id", "registrant_id")


def shrunk(case: Case, fails: Fails, seconds: float = 60.0) -> Case:
    """Return a small case that still fails; `fails` says false of a case that is not valid."""
    until = time.monotonic() + seconds
    before = None
    while before != case and time.monotonic() < until:
        before = case
        if not case.laws:  # a law speaks of two measures as they are
            case = _fewer_entries(case, fails, until)
        case = _fewer_rows(case, fails, until)
        if not case.laws:
            case = _simpler_entries(case, fails, until)
        case = _emptier_rows(case, fails, until)
    return case


def _fewer_entries(case: Case, fails: Fails, until: float) -> Case:
    """Leave whole entries out, many at once at first; what others are made of comes last."""
    sections = [s for s in reversed(case.definitions) if s not in HOUSE]
    entries = [(s, n) for s in sections for n in reversed(case.definitions[s])]
    size = max(len(entries) // 2, 1)
    while size and time.monotonic() < until:
        start = 0
        while start < len(entries) and time.monotonic() < until:
            kept = entries[:start] + entries[start + size :]
            candidate = replace(case, definitions=_only(case.definitions, set(kept)))
            if fails(candidate):
                case, entries = candidate, kept
            else:
                start += size
        size //= 2
    return case


def _only(definitions: dict[str, Any], kept: set[tuple[str, str]]) -> dict[str, Any]:
    found = {}
    for section, entries in definitions.items():
        its = entries if section in HOUSE else {n: e for n, e in entries.items() if (section, n) in kept}
        if its:
            found[section] = its
    return found


def _simpler_entries(case: Case, fails: Fails, until: float) -> Case:
    """Take away part by part; after a success go on from there, and again until nothing more can go."""
    number, since = 0, 0
    while time.monotonic() < until:
        smaller = next(islice(_smaller(case.definitions, top=True), number, None), None)
        if smaller is None:
            if not since:
                return case
            number, since = 0, 0
            continue
        candidate = replace(case, definitions=smaller)
        if fails(candidate):
            case, since = candidate, since + 1
        else:
            number += 1
    return case


def _smaller(tree: Any, *, top: bool = False) -> Iterator[Any]:
    """Yield trees with one thing less, the boldest first: a part in the place of the whole, an entry left out."""
    if isinstance(tree, dict):
        keys = [k for k in tree if not (top and k in HOUSE)]
        for key in reversed(keys):
            yield {k: v for k, v in tree.items() if k != key}
        if not top:
            yield from _parts(tree)
        for key in keys:
            for smaller in _smaller(tree[key]):
                yield {**tree, key: smaller}
    elif isinstance(tree, list | tuple):
        for number in reversed(range(len(tree))):
            if len(tree) > 1:
                yield [*tree[:number], *tree[number + 1 :]]
        for number, item in enumerate(tree):
            for smaller in _smaller(item):
                yield [*tree[:number], smaller, *tree[number + 1 :]]


def _parts(tree: dict[str, Any]) -> Iterator[Any]:
    """Yield what a mapping holds: a child may stand for its parent."""
    for value in tree.values():
        if isinstance(value, dict):
            yield value
            yield from _parts(value)
        elif isinstance(value, list | tuple):
            yield from value
        elif isinstance(value, str):
            yield value


def _fewer_rows(case: Case, fails: Fails, until: float) -> Case:
    for table in case.rows:
        if table == "run_context":
            continue
        size = max(len(case.rows[table]) // 2, 1)
        while size and time.monotonic() < until:
            start = 0
            while start < len(case.rows[table]) and time.monotonic() < until:
                rows = case.rows[table]
                candidate = replace(case, rows={**case.rows, table: rows[:start] + rows[start + size :]})
                if fails(candidate):
                    case = candidate
                else:
                    start += size
            size //= 2
    return case


def _emptier_rows(case: Case, fails: Fails, until: float) -> Case:
    for table in case.rows:
        if table == "run_context":
            continue
        for number in range(len(case.rows[table])):
            for column, value in case.rows[table][number].items():
                if value is None or column in _KEEP or time.monotonic() > until:
                    continue
                rows = list(case.rows[table])
                rows[number] = {**rows[number], column: None}
                candidate = replace(case, rows={**case.rows, table: rows})
                if fails(candidate):
                    case = candidate
    return case
