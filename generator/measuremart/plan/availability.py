"""Which subqueries and measures are unavailable, known before any data is read (semantics.md 4.2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Literal

from measuremart.catalogue import Catalogue
from measuremart.definitions.measure import Expression
from measuremart.definitions.subquery import InlineSubquery
from measuremart.plan.unavailable import Availability, Incomplete

_KINDS: tuple[tuple[str, Literal["subquery", "measure"]], ...] = (("subqueries", "subquery"), ("measures", "measure"))


def availability_of(catalogue: Catalogue) -> Availability:
    """Return what is unavailable among subqueries and measures: the incomplete ones, and all that is above one."""
    incomplete: dict[str, Incomplete] = {}
    children: dict[str, list[str]] = {}
    parents: dict[str, list[str]] = {}
    for section, kind in _KINDS:
        for name, defined in sorted(catalogue.of(section).items()):
            if defined.entry is None:
                continue
            reasons = list(_reasons(defined.entry))
            if reasons:
                incomplete[name] = Incomplete(kind, name, "; ".join(reasons))
            children[name] = list(dict.fromkeys(_names(defined.entry)))
            for child in children[name]:
                parents.setdefault(child, []).append(name)
    nearest = dict(incomplete)
    waiting = deque(incomplete)
    while waiting:
        name = waiting.popleft()
        for parent in parents.get(name, ()):
            if parent not in nearest:
                nearest[parent] = nearest[name]
                waiting.append(parent)
    below = {name: tuple(c for c in children[name] if c in nearest) for name in sorted(nearest)}
    return Availability(incomplete, nearest, below)


def _reasons(part: Expression | InlineSubquery) -> Iterator[str]:
    """Yield the reasons that a definition and its inline parts give, on one line each."""
    if part.incomplete is not None:
        yield " ".join(part.incomplete.split())
    if isinstance(part, Expression):
        for _, child in part.children():
            if not isinstance(child, str):
                yield from _reasons(child)


def _names(part: Expression | InlineSubquery) -> Iterator[str]:
    """Yield the measures and subqueries that a definition and its inline parts name."""
    if isinstance(part, InlineSubquery):
        return
    if isinstance(part.subquery, str):
        yield part.subquery
    for _, child in part.children():
        if isinstance(child, str):
            yield child
        else:
            yield from _names(child)
