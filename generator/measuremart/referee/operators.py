"""The operators of measures but the window (semantics.md section 4, the table)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from measuremart.plan.grain import Grain, Level, Within
from measuremart.plan.nodes import Offset
from measuremart.referee.contexts import Lookup, Table, nulls_last
from measuremart.referee.days import earliest, latest, shifted
from measuremart.referee.world import Key, Member

Episodes = dict[int, list[int]]


def either(children: list[Table], grain: Grain, episodes: Episodes) -> set[Member]:
    """`or`: the union; a child of person grain counts for every root episode of the person (2.4)."""
    result: set[Member] = set()
    for child in children:
        if child.grain == grain:
            result |= child.members
            continue
        if child.grain.level != "person" or grain.level != "episode":
            raise ValueError(f"or cannot lift {child.grain} to {grain}")
        for m in child.members:
            for episode_id in episodes.get(m.person_id, []):
                result.add(Member(m.person_id, episode_id, episode_id, m.measure_date))
    return result


def both(children: list[Table], grain: Grain, all_moments: bool) -> set[Member]:
    """`and`: keys in every child; the finest children supply them (2.4)."""
    lookups = [(child, Lookup(child)) for child in children]
    result = set()
    for key in sorted_keys(child for child in children if child.grain == grain):
        if all(lookup.matching(key, grain) for _, lookup in lookups):
            dated = [lookup.dates(key, grain) for child, lookup in lookups if not child.timeless]
            result |= {Member(*key, date) for date in moments(dated, all_moments)}
    return result


def moments(dated: list[list[dt.date | None]], all_moments: bool) -> set[dt.date | None]:
    """`and`, its dates: T, the latest of the children's earliest known dates, or every known date from T on."""
    firsts = [first for dates in dated if (first := earliest(dates)) is not None]
    if not dated or len(firsts) < len(dated):
        return {None}
    t = max(firsts)
    if not all_moments:
        return {t}
    return {date for dates in dated for date in dates if date is not None and date >= t}


def without(first: Table, rest: list[Table]) -> set[Member]:
    """`except`: the rows of the first child whose key is in none of the rest (2.4)."""
    lookups = [Lookup(other) for other in rest]
    return {m for m in first.members if not any(lookup.matching(m.key, first.grain) for lookup in lookups)}


def extreme(child: Table, is_latest: bool, per: Within | None) -> set[Member]:
    """`first` and `last`: each key at its earliest or latest known date; with `per`, one key a person or episode."""
    each = {Member(*key, (latest if is_latest else earliest)(dates)) for key, dates in dates_by_key(child).items()}
    if per is None:
        return each
    groups: dict[tuple[int, int | None], list[Member]] = defaultdict(list)
    for m in each:
        if per == "person":
            groups[m.person_id, None].append(m)
        elif m.episode_id is not None:
            groups[m.person_id, m.episode_id].append(m)
    return {min(group, key=lambda m: _extreme_order(m, is_latest)) for group in groups.values()}


def _extreme_order(m: Member, is_latest: bool) -> tuple[bool, int, int, tuple[bool, int]]:
    """Known before unknown, then date, then lowest resolver, then lowest episode (null last)."""
    number = 0 if m.measure_date is None else m.measure_date.toordinal()
    return (m.measure_date is None, -number if is_latest else number, m.measure_resolver, nulls_last(m.episode_id))


def nth(child: Table, n: int) -> set[Member]:
    """`nth`: keys with at least n distinct known dates, at the n-th of them."""
    result = set()
    for key, dates in dates_by_key(child).items():
        known = distinct_known(dates)
        if len(known) >= n:
            result.add(Member(*key, known[n - 1]))
    return result


def count_dates(child: Table, at_least: int, within: Offset | None) -> set[Member]:
    """`count` of distinct known dates per key."""
    result = set()
    for key, dates in dates_by_key(child).items():
        result |= {Member(*key, date) for date in completing(distinct_known(dates), at_least, within)}
    return result


def count_keys(child: Table, at_least: int, within: Offset | None, per: Within) -> set[Member]:
    """`count` of keys: each counts once per person or episode, at its earliest known date, if it has one."""
    resolvers: dict[Key, dict[int, list[dt.date | None]]] = defaultdict(lambda: defaultdict(list))
    for m in child.members:
        if per == "person":
            resolvers[m.person_id, None, m.person_id][m.measure_resolver].append(m.measure_date)
        elif m.episode_id is not None:
            resolvers[m.person_id, m.episode_id, m.episode_id][m.measure_resolver].append(m.measure_date)
    result = set()
    for key, of_key in resolvers.items():
        firsts = [(first, resolver) for resolver, dates in of_key.items() if (first := earliest(dates)) is not None]
        ordered = [date for date, _ in sorted(firsts)]
        result |= {Member(*key, date) for date in completing(ordered, at_least, within)}
    return result


def completing(ordered: list[dt.date], at_least: int, within: Offset | None) -> set[dt.date]:
    """`count`: every date that completes a run of n whose first date + within >= its last."""
    result = set()
    for position in range(at_least - 1, len(ordered)):
        first, last = ordered[position - at_least + 1], ordered[position]
        if within is None or shifted(first, within) >= last.toordinal():
            result.add(last)
    return result


def at(child: Table, level: Level) -> set[Member]:
    """`at`: the rows re-keyed to the coarser grain; rows with a null there drop."""
    if level == "person":
        return {Member(m.person_id, None, m.person_id, m.measure_date) for m in child.members}
    return {
        Member(m.person_id, m.episode_id, m.episode_id, m.measure_date)
        for m in child.members
        if m.episode_id is not None
    }


def sorted_keys(tables: Iterable[Table]) -> list[Key]:
    """Return each key of several tables once."""
    return list(dict.fromkeys(key for table in tables for key in table.distinct_keys()))


def dates_by_key(child: Table) -> dict[Key, list[dt.date | None]]:
    """Return dates(c, k) for every k."""
    result: dict[Key, list[dt.date | None]] = defaultdict(list)
    for m in child.members:
        result[m.key].append(m.measure_date)
    return result


def distinct_known(dates: list[dt.date | None]) -> list[dt.date]:
    """Return the distinct known dates, in order."""
    return sorted({d for d in dates if d is not None})
