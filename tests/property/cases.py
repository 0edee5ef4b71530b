"""Random cases by seed: definitions and rows from one plain random generator."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from property import worlds
from property.bench import Case
from property.definitions import Author, author_of, write_measures
from property.house import HOUSE, text_of

OPERATORS = ("subquery", "or", "and", "except", "first", "last", "nth", "count", "filter", "at", "window")

Write = Callable[[Author], None]


def drawn(pick: Callable[[int, int], int], write: Write = write_measures) -> Case:
    """Return a case of drawn definitions; the rows follow from a drawn number and the definitions."""
    author = author_of(pick)
    write(author)
    definitions = author.definitions()
    number = zlib.crc32(text_of(definitions).encode()) + (pick(0, 2**31) << 32)
    rows = worlds.world(number, author.population)
    return Case(author.population, definitions, rows, tuple(author.laws))


def numbered(seed: int, number: int, write: Write = write_measures) -> Case:
    """Return the case of a number under a seed: the same for ever, wherever it is run."""
    return drawn(random.Random(f"{seed}/{number}").randint, write)


def used(definitions: dict[str, Any]) -> Counter[str]:
    """Count the operators, options, matchers and resolvers that definitions use."""
    found: Counter[str] = Counter()
    for section in definitions:
        if section not in HOUSE:
            found[f"section {section}"] += len(definitions[section])
            for entry in definitions[section].values():
                _count(entry, found)
    return found


_OPTIONS = {
    "moments",
    "per",
    "within",
    "anchor_pick",
    "pick",
    "date",
    "align",
    "keep",
    "covers",
    "other",
    "resolve_by",
    "sex",
    "at",
    "op",
    "reference_date",
    "opportunity",
    "undated_numerator",
    "open_window",
    "grain",
    "type",
    "period_date",
}
_PRESENCE = {
    "from",
    "to",
    "age",
    "on_or_after",
    "on_or_before",
    "elapsed",
    "exclude",
    "where",
    "role",
    "exact",
    "hierarchy",
    "phenotype",
    "substring",
    "starts_with",
    "equals",
    "presence",
    "absence",
    "scalar",
    "predicate",
    "all",
    "any",
    "spans",
    "gap",
    "code_of",
    "unit",
    "concept",
    "days",
    "weeks",
    "months",
    "years",
    "denominator_window",
    "numerator_window",
    "exclusions",
    "exceptions",
    "unresolved",
    "counted",
    "target",
}


def _count(tree: Any, found: Counter[str]) -> None:
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in OPERATORS:
                found[f"operator {key}"] += 1
            if key in _OPTIONS and isinstance(value, str | bool):
                found[f"{key}: {value}"] += 1
            elif key in _OPTIONS or key in _PRESENCE:
                found[key] += 1
            _count(value, found)
    elif isinstance(tree, list | tuple):
        for item in tree:
            _count(item, found)


def depth(tree: Any) -> int:
    """Return how many operators stand on top of each other."""
    if isinstance(tree, dict):
        own = any(k in OPERATORS for k in tree)
        return own + max((depth(v) for v in tree.values()), default=0)
    if isinstance(tree, list | tuple):
        return max((depth(v) for v in tree), default=0)
    return 0
