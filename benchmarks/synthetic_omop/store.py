"""Rows of one chunk of persons, column by column, before they are written."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.synthetic_omop.draws import Bools, Draws, Ints
from benchmarks.synthetic_omop.schema import DATE, DATETIME, EVENT_FIELDS, NUMBER, TABLES, TEXT

NULL = np.iinfo(np.int64).min  # an absent id, whole number, day or moment
DAY = 86_400
Column = NDArray[Any]


def day(text: str) -> int:
    """An ISO date as days since 1970."""
    return int(np.datetime64(text, "D").astype(np.int64))


EXTRACT = day("2025-12-31")  # the records end here


def hide(values: Ints, where: Bools) -> Ints:
    """The values, null where told."""
    return np.where(where, NULL, values)


def later(days: Ints, by: Ints | int) -> Ints:
    """Days moved on; null stays null."""
    return np.where(days == NULL, NULL, days + by)


def moment(days: Ints, hour: Ints | int) -> Ints:
    """That hour of the days, in seconds since 1970; null stays null."""
    return np.where(days == NULL, NULL, days * DAY + hour * 3600)


def _absent(kind: str) -> Any:
    return {NUMBER: np.nan, TEXT: ""}.get(kind, NULL)


@dataclass
class Store:
    """What has been added so far; ids go on counting from one chunk to the next."""

    draws: Draws
    used: dict[str, int] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Column]]] = field(default_factory=dict)

    def add(self, table: str, size: int, **values: Any) -> Ints:
        """Append rows; a column not given is null, one value counts for all rows. Gives the new ids."""
        first = self.used.get(table, 0) + 1
        self.used[table] = first + size - 1
        ids = np.arange(first, first + size, dtype=np.int64)
        columns: dict[str, Column] = {}
        names = dict(TABLES[table])
        if unknown := set(values) - set(names):
            raise KeyError(f"{table} has no {sorted(unknown)}")
        for name, kind in names.items():
            given = values.get(name, ids if name == f"{table}_id" else _absent(kind))
            columns[name] = np.broadcast_to(np.asarray(given), (size,))
        self.parts.setdefault(table, []).append(columns)
        return ids

    def event(
        self, table: str, person: Ints, on: Ints, episode: Ints, linked: float = 0.88, undated: int = 4, **values: Any
    ) -> Ints:
        """Append clinical events, with the flaws of real records.

        So many of a hundred lose their date (`undated`), some only the day or only the moment, some moments disagree
        with the day. Most are linked to the episode given; a few of those links lead to a stranger's episode, and a few
        rows come twice.
        """
        size, draws = len(person), self.draws
        fate = draws.between(size, 1, 100)
        dates = hide(on, fate <= undated + 1)
        dates = np.where(fate == undated + 2, later(on, -9), dates)
        moments = hide(moment(on, np.where(fate % 10 == 0, 23, 9)), (fate <= undated) | (fate > 70))
        prefix = EVENT_FIELDS[table][1]
        rows = {"person_id": person, f"{prefix}_date": dates, f"{prefix}_datetime": moments, **values}
        ids = self.add(table, size, **rows)
        keep = draws.chance(size, linked) & (episode != NULL)
        self.link(table, ids[keep], episode[keep])
        twice = np.flatnonzero(draws.chance(size, 0.015))
        again = self.add(table, len(twice), **{k: np.broadcast_to(v, (size,))[twice] for k, v in rows.items()})
        self.link(table, again[keep[twice]], episode[twice][keep[twice]])
        return ids

    def link(self, table: str, events: Ints, episodes: Ints) -> None:
        """Record that the events belong to the episodes; one in a hundred to the episode next in number instead."""
        stray = self.draws.chance(len(events), 0.01)
        self.add(
            "episode_event",
            len(events),
            episode_id=np.where(stray, episodes + 1, episodes),
            event_id=events,
            episode_event_field_concept_id=EVENT_FIELDS[table][0],
        )

    def take(self) -> dict[str, dict[str, Column]]:
        """All rows added since the last call, one array per column."""
        done = {
            table: {name: np.concatenate([part[name] for part in parts]) for name, _ in TABLES[table]}
            for table, parts in self.parts.items()
        }
        self.parts = {}
        return done


def typed(values: Column, kind: str) -> Column:
    """Days and moments as numpy's own types; null becomes NaT."""
    if kind == DATE:
        return values.astype("datetime64[D]")
    return values.astype("datetime64[s]") if kind == DATETIME else values
