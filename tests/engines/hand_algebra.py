"""What measures by hand are made of.

A *key* is (person, episode of care). A measure that an episode holds is a dict from key to its dates; one that a
person holds is a dict from person to its dates. A date that nobody knows is None.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from hand_records import Date, Event, descendants, number
from hand_targets import TARGETS

Key = tuple[int, int]
ByEpisode = dict[Key, list[Date]]
ByPerson = dict[int, list[Date]]


def by_episode(target: str, counts: Callable[[Event], bool]) -> ByEpisode:
    """Dates of the events that count, per episode; an event that belongs to none is no member."""
    dates: dict[Key, set[Date]] = defaultdict(set)
    for event in TARGETS[target]:
        if event.episode is not None and counts(event):
            dates[event.person, event.episode].add(event.day)
    return {key: list(found) for key, found in dates.items()}


def by_person(target: str, counts: Callable[[Event], bool]) -> ByPerson:
    """Dates of the events that count, per person."""
    dates: dict[int, set[Date]] = defaultdict(set)
    for event in TARGETS[target]:
        if counts(event):
            dates[event.person].add(event.day)
    return {person: list(found) for person, found in dates.items()}


TABLES = {"dx_primary": "condition", "dx_any": "condition", "dx_stage": "measurement", "dx_mets": "measurement"}


def concept(event: Event, target: str) -> int | None:
    table = "procedure" if target == "tx_surgical" else TABLES.get(target, target)
    return number(event.row[f"{table}_concept_id"])


def every_row(target: str) -> ByEpisode:
    return by_episode(target, lambda e: True)


def value(event: Event) -> int | None:
    """The answer of a measurement or observation; 0 is no answer."""
    return number(event.row["value_as_concept_id"]) or None


def coded(target: str, *concepts: int) -> ByEpisode:
    """Episodes with one of exactly these concepts."""
    return by_episode(target, lambda e: concept(e, target) in concepts)


def below(target: str, ancestor: int) -> ByEpisode:
    """Episodes with the concept or one below it."""
    wanted = descendants(ancestor)
    return by_episode(target, lambda e: concept(e, target) in wanted)


def earliest(dates: Iterable[Date]) -> Date:
    """The earliest known; None only if none is known."""
    return min((d for d in dates if d is not None), default=None)


def latest(dates: Iterable[Date]) -> Date:
    return max((d for d in dates if d is not None), default=None)


def earlier_than(measure: ByEpisode, anchor: ByEpisode) -> ByEpisode:
    """Keys of the anchor with a date of the measure before the anchor's first day; the earliest such date."""
    found = {}
    for key, dates in anchor.items():
        on = earliest(dates)
        before = [d for d in measure.get(key, []) if d is not None and on is not None and d < on]
        if before:
            found[key] = [earliest(before)]
    return found


def without(measure: ByEpisode, other: ByEpisode) -> ByEpisode:
    """EXCEPT: the keys that are not in the other."""
    return {key: dates for key, dates in measure.items() if key not in other}


def also_in(measure: ByEpisode, other: ByEpisode) -> ByEpisode:
    """The keys that are in the other as well, with the measure's own dates."""
    return {key: dates for key, dates in measure.items() if key in other}


def first(measure: ByEpisode) -> ByEpisode:
    return {key: [earliest(dates)] for key, dates in measure.items()}


def either(*measures: ByEpisode) -> ByEpisode:
    """OR: the keys of all, with all dates."""
    keys = {key for measure in measures for key in measure}
    return {key: list({d for measure in measures for d in measure.get(key, [])}) for key in keys}


def every(*measures: ByEpisode) -> ByEpisode:
    """AND: keys in all; the day the last of them became true, unknown if one of them is only known without a date."""
    keys = set.intersection(*(set(measure) for measure in measures))
    moments = {key: [earliest(measure[key]) for measure in measures] for key in keys}
    return {key: [None if None in days else max(days)] for key, days in moments.items()}  # type: ignore[type-var]
