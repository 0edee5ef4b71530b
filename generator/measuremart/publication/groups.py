"""The finest groups of people that published sums can tell apart: groups of organisations, and stretches of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from measuremart.publication.figures import NOT_ATTRIBUTED, WHOLE, Place

_FIRST, _LAST = dt.date.min, dt.date.max


@dataclass(frozen=True, slots=True)
class Membership:
    """An organisation's entity of a level from one day to another (levels.organisation_membership)."""

    organisation: str
    first: dt.date
    last: dt.date
    level: str
    entity: str


@dataclass(frozen=True, slots=True)
class Group:
    """Organisations that belong to the same entities of every level, and the days on which they do.

    `entities` has (level, entity) pairs; at a level without one it has the entity `not attributed`.
    """

    entities: frozenset[tuple[str, str]]
    days: tuple[tuple[dt.date, dt.date], ...]


def groups_of(memberships: Iterable[Membership], levels: Iterable[str]) -> tuple[Group, ...]:
    """Return the groups of some levels, sorted; last in any case the one that belongs to no entity of any level."""
    wanted = sorted(set(levels) - {WHOLE})
    of_span: dict[tuple[str, dt.date, dt.date], set[tuple[str, str]]] = {}
    for m in memberships:
        if m.level in wanted:
            of_span.setdefault((m.organisation, m.first, m.last), set()).add((m.level, m.entity))
    days: dict[frozenset[tuple[str, str]], set[tuple[dt.date, dt.date]]] = {}
    for (_, first, last), entities in of_span.items():
        lacking = {(level, NOT_ATTRIBUTED) for level in wanted if level not in {name for name, _ in entities}}
        days.setdefault(frozenset(entities | lacking), set()).add((first, last))
    days.setdefault(frozenset((level, NOT_ATTRIBUTED) for level in wanted), set()).add((_FIRST, _LAST))
    return tuple(
        Group(entities, tuple(sorted(spans))) for entities, spans in sorted(days.items(), key=lambda g: sorted(g[0]))
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that belong to the same periods; `spans` is None for what lies in no period that has days."""

    periods: frozenset[tuple[str, str]]
    spans: tuple[tuple[dt.date, dt.date], ...] | None


def stretches_of(places: Iterable[Place]) -> tuple[Stretch, ...]:
    """Return the stretches of days that the periods of some places cut time into.

    A period without days (all time) holds all of them, and one more beside them for what lies in no other period.
    """
    periods = {(p.period_kind, p.period): (p.start, p.end) for p in places}
    dated = {key: (s, e) for key, (s, e) in periods.items() if s is not None and e is not None}
    endless = {key for key in periods if key not in dated and key[0] == "all_time"}
    alone = [key for key in periods if key not in dated and key not in endless]
    cuts = sorted({s for s, _ in dated.values()} | {e + dt.timedelta(days=1) for _, e in dated.values()})
    spans: dict[frozenset[tuple[str, str]], list[tuple[dt.date, dt.date]]] = {}
    for first, after in pairwise(cuts):
        last = after - dt.timedelta(days=1)
        inside = frozenset(key for key, (s, e) in dated.items() if s <= first and last <= e)
        if inside:
            spans.setdefault(inside | endless, []).append((first, last))
    found = [Stretch(keys, tuple(days)) for keys, days in spans.items()]
    found += [Stretch(frozenset({key}) | endless, None) for key in alone]
    if endless:
        found.append(Stretch(frozenset(endless), None))
    return tuple(sorted(found, key=lambda stretch: sorted(stretch.periods)))


def holds(group: Group, stretch: Stretch, *, by_cohort_date: bool) -> bool:
    """Say whether a group may have anybody in a stretch.

    Organisations are looked up on the cohort date. Where periods go by another date, any group may have somebody in any
    stretch.
    """
    if not by_cohort_date or stretch.spans is None:
        return True
    return any(first <= e and s <= last for first, last in group.days for s, e in stretch.spans)


def strata_of(places: Iterable[Place]) -> Mapping[str, Sequence[str]]:
    """Return the strata of each stratifier but the whole, sorted."""
    found: dict[str, set[str]] = {}
    for place in places:
        if place.stratifier != WHOLE:
            found.setdefault(place.stratifier, set()).add(place.stratum)
    return {stratifier: sorted(strata) for stratifier, strata in sorted(found.items())}
