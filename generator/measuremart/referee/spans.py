"""Spans: rows whose intervals overlap, meet or leave no more than a gap, as one (semantics.md section 3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from measuremart.plan.nodes import Offset, Subquery
from measuremart.referee.contexts import nulls_last
from measuremart.referee.days import shifted
from measuremart.referee.world import Member


@dataclass(frozen=True)
class Interval:
    """A member with the start and end of its row, or of a span of rows."""

    member: Member
    start: dt.date | None
    end: dt.date | None

    @property
    def holds_a_day(self) -> bool:
        """Whether any day lies inside; an open end holds all that follow."""
        return self.start is not None and (self.end is None or self.end >= self.start)


def spans(subquery: Subquery, rows: set[Interval], as_of: dt.date) -> set[Interval]:
    """Return the spans that rows make, and the rows that hold no day as they are.

    A span that is dated by its end is not seen if one of its rows ends after as_of: it goes on (2.8).
    """
    assert subquery.gap is not None
    by_event = subquery.grain.level == "event"
    result = {row for row in rows if not row.holds_a_day}
    groups: dict[object, list[Interval]] = defaultdict(list)
    for row in rows - result:
        groups[row.member.person_id if by_event else row.member.key].append(row)
    for group in groups.values():
        for together in joined(group, subquery.gap):
            if subquery.by_end and any((date := row.member.measure_date) and date > as_of for row in together):
                continue
            result |= _span(together, by_event, subquery.by_end)
    return result


def joined(rows: list[Interval], gap: Offset) -> list[list[Interval]]:
    """Return rows in groups: each row joins all groups of which it meets a row, and makes them one."""
    groups: list[list[Interval]] = []
    for row in rows:
        near = [group for group in groups if any(meet(row, other, gap) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([row, *(other for group in near for other in group)])
    return groups


def meet(a: Interval, b: Interval, gap: Offset) -> bool:
    """Say whether no more than the gap lies between two intervals: the later starts by the day after end + gap."""
    first, second = sorted((a, b), key=lambda i: i.start or dt.date.min)
    if first.end is None:
        return True
    assert second.start is not None
    return second.start.toordinal() <= shifted(first.end, gap) + 1


def _span(rows: list[Interval], by_event: bool, by_end: bool) -> set[Interval]:
    """Return the span of rows: at event grain one member for each episode that it belongs to, else one."""
    first = min(rows, key=lambda r: (r.start or dt.date.max, r.member.measure_resolver))
    ends = [row.end for row in rows]
    end = None if None in ends else max(e for e in ends if e is not None)
    date = _known_end([row.member.measure_date for row in rows]) if by_end else first.start
    resolver = first.member.measure_resolver
    episodes = {row.member.episode_id for row in rows}
    if by_event and len(episodes) > 1:
        episodes.discard(None)
    return {
        Interval(Member(first.member.person_id, episode, resolver, date), first.start, end)
        for episode in sorted(episodes, key=nulls_last)
    }


def _known_end(ends: list[dt.date | None]) -> dt.date | None:
    """Return the latest recorded end; nobody knows it where one is missing."""
    return None if None in ends else max(end for end in ends if end is not None)
