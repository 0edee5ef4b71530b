"""The records of the demo for the computation by hand: loading, and which episode of care an event belongs to."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "demo"

Date = dt.date | None
Row = dict[str, str]

# ---------------------------------------------------------------------------------------------------------------------
# Loading


def load(table: str) -> list[Row]:
    """Rows of a seed; an empty field is null."""
    with (SEEDS / f"demo__{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> int | None:
    return int(text) if text else None


def day_of(row: Row, prefix: str) -> Date:
    """The day; if there is none, that of the moment."""
    text = row[f"{prefix}_date"] or row.get(f"{prefix}_datetime")
    return dt.date.fromisoformat(text[:10]) if text else None


def birth_dates() -> dict[int, Date]:
    """The day of birth_datetime where it is of the year; else year, month, day, of which month and day default to 1."""
    births: dict[int, Date] = {}
    for row in load("person"):
        year, month, day = (number(row[f"{part}_of_birth"]) for part in ("year", "month", "day"))
        if row["birth_datetime"] and year in (None, int(row["birth_datetime"][:4])):
            births[int(row["person_id"])] = dt.date.fromisoformat(row["birth_datetime"][:10])
        else:
            births[int(row["person_id"])] = dt.date(year, month or 1, day or 1) if year else None
    return births


def age(born: dt.date, on: dt.date) -> int:
    """Completed years; who was born on 29 February has a birthday on the 28th in other years."""
    leap = on.year % 4 == 0 and (on.year % 100 != 0 or on.year % 400 == 0)
    birthday = (2, 28) if (born.month, born.day) == (2, 29) and not leap else (born.month, born.day)
    return on.year - born.year - ((on.month, on.day) < birthday)


BIRTHS = birth_dates()


def adult(person: int, on: Date) -> bool:
    """Known to be 18 or older on a known day."""
    born = BIRTHS.get(person)
    return born is not None and on is not None and age(born, on) >= 18


def descendants(concept: int) -> set[int]:
    """The concept itself and all below it."""
    below = {
        int(row["descendant_concept_id"])
        for row in load("concept_ancestor")
        if int(row["ancestor_concept_id"]) == concept
    }
    return below | {concept}


def code_of(concept: int) -> str:
    return next(row["concept_code"] for row in load("concept") if int(row["concept_id"]) == concept)


# ---------------------------------------------------------------------------------------------------------------------
# Episodes of care, and which of them an event belongs to

EPISODE_OF_CARE = 32533
TREATMENTS = (32531, 32532, 32939, 32940, 32941)
FIELDS = {
    "condition": ("condition_occurrence", "condition_start", 1147127),
    "drug": ("drug_exposure", "drug_exposure_start", 1147094),
    "procedure": ("procedure_occurrence", "procedure", 1147082),
    "measurement": ("measurement", "measurement", 1147138),
    "observation": ("observation", "observation", 1147165),
    "visit": ("visit_occurrence", "visit_start", 1147070),
    "device": ("device_exposure", "device_exposure_start", 1147115),
}


@dataclass(frozen=True)
class Episode:
    id: int
    person: int
    concept: int
    parent: int | None
    start: Date
    end: Date


@dataclass(frozen=True)
class Event:
    """An event in one of the episodes it belongs to; None if it belongs to none."""

    person: int
    episode: int | None
    day: Date
    row: Row


EPISODES = {
    int(row["episode_id"]): Episode(
        id=int(row["episode_id"]),
        person=int(row["person_id"]),
        concept=int(row["episode_concept_id"]),
        parent=number(row["episode_parent_id"]),
        start=day_of(row, "episode_start"),
        end=day_of(row, "episode_end"),
    )
    for row in load("episode")
}


def is_root(episode: Episode) -> bool:
    """An episode of care that is not inside another one of its person."""
    above = EPISODES.get(episode.parent) if episode.parent not in (None, episode.id) else None
    inside = above is not None and above.person == episode.person and above.concept == EPISODE_OF_CARE
    return episode.concept == EPISODE_OF_CARE and not inside


def root_of(episode_id: int, person: int) -> int | None:
    """The root above an episode of this person; None if the episode is a stranger's, unknown, or leads to no root."""
    seen: set[int] = set()
    at: int | None = episode_id
    while at is not None and at not in seen:
        seen.add(at)
        episode = EPISODES.get(at)
        if episode is None or episode.person != person:
            return None
        if is_root(episode):
            return episode.id
        at = episode.parent
    return None


def linked_episodes() -> dict[tuple[int, int], set[int]]:
    """(field, event id) -> ids of episodes it is linked to."""
    links: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in load("episode_event"):
        links[int(row["episode_event_field_concept_id"]), int(row["event_id"])].add(int(row["episode_id"]))
    return links


LINKS = linked_episodes()
ROOTS_OF_PERSON: dict[int, list[Episode]] = defaultdict(list)
for _episode in EPISODES.values():
    if is_root(_episode):
        ROOTS_OF_PERSON[_episode.person].append(_episode)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def last_day(episode: Episode) -> dt.date:
    """The recorded end, else a year after the start."""
    assert episode.start
    return episode.end or episode.start + days(365)


# The day from which and the day until which an event can belong to a root. Its phases can prolong it.
WINDOWS: dict[int, tuple[dt.date, dt.date]] = {
    root.id: (root.start - days(90), last_day(root))
    for roots in ROOTS_OF_PERSON.values()
    for root in roots
    if root.start
}
for _episode in EPISODES.values():
    _root = root_of(_episode.id, _episode.person)
    if _root in WINDOWS and _episode.concept not in TREATMENTS and _episode.start:
        WINDOWS[_root] = (WINDOWS[_root][0], max(WINDOWS[_root][1], last_day(_episode)))


def root_by_date(person: int, on: Date) -> int | None:
    """The one root for an event of that day that nothing links: the rules one after another."""
    if on is None:
        return None
    open_that_day = [
        (e.start, e.id)
        for e in ROOTS_OF_PERSON[person]
        if e.start and e.id in WINDOWS and WINDOWS[e.id][0] <= on <= WINDOWS[e.id][1]
    ]
    begun = [(start, number) for start, number in open_that_day if start <= on]
    to_come = sorted((start, number) for start, number in open_that_day if start > on)
    if not begun:
        return to_come[0][1] if to_come else None
    last_begun = max(start for start, _ in begun)
    if (on - last_begun).days >= 365 and to_come and (to_come[0][0] - on).days <= 60:
        return to_come[0][1]
    return min(number for start, number in begun if start == last_begun)


def events(target: str) -> list[Event]:
    """All events of a table, once per episode they belong to."""
    table, prefix, field = FIELDS[target]
    found = []
    for row in load(table):
        person, on = int(row["person_id"]), day_of(row, prefix)
        linked = {root_of(e, person) for e in LINKS[field, int(row[f"{table}_id"])]} - {None}
        for episode in linked or {root_by_date(person, on)}:
            found.append(Event(person, episode, on, row))
    return found


EVENTS = {target: events(target) for target in FIELDS}
