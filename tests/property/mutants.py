"""Definitions with something wrong: random changes of a valid file, of its text or of its tree."""

from __future__ import annotations

import copy
import random
from typing import Any

from property.house import HOUSE, text_of

_JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2,
    10**30,
    "",
    " ",
    "x",
    "person",
    "m1",
    "s1",
    "record",
    "O'Neil",
    "a\\b",
    "{{ x }}",
    "é",
    "x" * 5000,
    "__",
    [],
    {},
    [[]],
    {"of": "m1"},
    {"x": 1},
    ["m1", "m1"],
    {"subquery": "s1"},
    {"days": 1},
    {"target": "record", "rules": [{"exact": 1}]},
)
_KEYS = [
    "or",
    "and",
    "except",
    "first",
    "last",
    "nth",
    "count",
    "filter",
    "at",
    "of",
    "window",
    "anchor",
    "candidate",
    "from",
    "to",
    "pick",
    "per",
    "within",
    "at_least",
    "n",
    "subquery",
    "target",
    "rules",
    "exclude",
    "where",
    "resolve_by",
    "date",
    "role",
    "exact",
    "hierarchy",
    "scalar",
    "op",
    "value",
    "unit",
    "age",
    "sex",
    "min",
    "max",
    "elapsed",
    "days",
    "months",
    "covers",
    "other",
    "spans",
    "gap",
    "any",
    "all",
    "keep",
    "moments",
    "id",
    "description",
    "notes",
    "waive",
    "examples",
    "denominator",
    "numerator",
    "cohorts",
    "indicators",
    "person",
    "episode",
    "event",
    "keys",
    "x",
]
_PIECES = (
    ":", "- ", "\t", "  ", "{", "}", "[", "]", "'", '"', "#", "&a ", "*a", "!!python/object:os.system ", "%", "|\n", ">\n", "---\n",
    "\n", "\r", ", ", "null", "1e9", "0123", ".5", "2024-02-30", "\ufeff", "\u2028", "\x00", "é", "\ud7ff", "<<: ", "?", "? ",
)  # fmt: skip


def text_mutant(definitions: dict[str, Any], rng: random.Random) -> str:
    """Return the text of definitions with some random edits."""
    text = text_of(definitions)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(start + rng.choice((0, 0, 1, 1, 2, 5, 40)), len(text))
        text = text[:start] + rng.choice(("", *_PIECES)) + text[end:]
        if rng.random() < 0.15:
            lines = text.split("\n")
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            text = "\n".join(lines)
    return text


def tree_mutant(definitions: dict[str, Any], rng: random.Random, *, house_too: bool) -> dict[str, Any]:
    """Return definitions with some random parts replaced, removed, renamed or doubled."""
    tree = copy.deepcopy(definitions)
    for _ in range(rng.randint(1, 3)):
        places = [p for section in tree if house_too or section not in HOUSE for p in _places(tree[section])]
        if places:
            _change(*rng.choice(places), rng)
    return tree


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every (mapping, key) and (list, number) of a tree."""
    if isinstance(tree, dict):
        return [(tree, k) for k in tree] + [p for v in tree.values() for p in _places(v)]
    if isinstance(tree, list):
        return [(tree, n) for n in range(len(tree))] + [p for v in tree for p in _places(v)]
    return []


def _change(holder: Any, key: Any, rng: random.Random) -> None:
    kind = rng.choice(("junk", "junk", "remove", "rename", "double", "swap", "wrap"))
    if kind == "remove":
        del holder[key]
    elif kind == "rename" and isinstance(holder, dict):
        holder[rng.choice(_KEYS)] = holder.pop(key)
    elif kind == "double":
        if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[rng.choice(_KEYS)] = copy.deepcopy(holder[key])
    elif kind == "swap":
        other = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        holder[key], holder[other] = holder[other], holder[key]
    elif kind == "wrap":
        holder[key] = rng.choice(([holder[key]], {rng.choice(_KEYS): holder[key]}))
    else:
        holder[key] = copy.deepcopy(rng.choice(_JUNK))
