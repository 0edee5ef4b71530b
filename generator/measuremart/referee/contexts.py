"""When two rows are "the same clinical context" (semantics.md 2.3 and 2.4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from measuremart.plan.grain import Grain
from measuremart.referee.world import Key, Member


@dataclass(frozen=True)
class Table:
    """The rows of an expression with its static types."""

    grain: Grain
    timeless: bool
    members: frozenset[Member]

    def distinct_keys(self) -> list[Key]:
        """Return each key once, in a stable order."""
        return sorted({m.key for m in self.members}, key=key_order)


class Lookup:
    """Finds the rows of a table that share their context with a key of another grain."""

    def __init__(self, table: Table) -> None:
        self._grain = table.grain
        self._of_person: dict[int, list[Member]] = defaultdict(list)
        for member in table.members:
            self._of_person[member.person_id].append(member)

    def matching(self, key: Key, grain: Grain) -> list[Member]:
        """Return the rows in the context of `key`, which is of grain `grain`."""
        return [m for m in self._of_person.get(key[0], []) if same_context(key, grain, m.key, self._grain)]

    def of_person(self, person_id: int) -> list[Member]:
        """Return the rows of a person."""
        return list(self._of_person.get(person_id, []))

    def dates(self, key: Key, grain: Grain) -> list[dt.date | None]:
        """Return dates(c, k) of section 4."""
        return [m.measure_date for m in self.matching(key, grain)]


def same_context(a: Key, a_grain: Grain, b: Key, b_grain: Grain) -> bool:
    """Compare two keys: at one grain as a whole, else by what the coarser grain has (2.4).

    A null episode equals a null episode only as a part of the whole key; it never matches an episode key.
    """
    if a_grain == b_grain:
        return a == b
    if a_grain.level == "person" or b_grain.level == "person":
        return a[0] == b[0]
    if a_grain.level == "episode" or b_grain.level == "episode":
        return a[0] == b[0] and a[1] is not None and a[1] == b[1]
    raise ValueError(f"{a_grain} and {b_grain} cannot be compared")


def nulls_last(value: int | None) -> tuple[bool, int]:
    """Return a sort key that puts null last."""
    return (value is None, 0 if value is None else value)


def key_order(key: Key) -> tuple[int, int, tuple[bool, int]]:
    """Order keys by person, lowest resolver, lowest episode."""
    person_id, episode_id, resolver = key
    return (person_id, resolver, nulls_last(episode_id))
