"""The window: candidate dates at a distance from anchor dates (semantics.md 4.1)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from measuremart.plan.nodes import Offset, Window
from measuremart.referee.contexts import Lookup, Table, nulls_last
from measuremart.referee.days import inside, shifted
from measuremart.referee.operators import extreme
from measuremart.referee.spans import Interval
from measuremart.referee.world import Member


def window(node: Window, anchor: Table, candidate: Table, intervals: set[Interval]) -> set[Member]:
    """Return the rows of a window; `intervals` are the candidate's, used only by `covers`."""
    lookup = Lookup(candidate)
    of_member: dict[Member, list[Interval]] = defaultdict(list)
    for interval in intervals:
        of_member[interval.member].append(interval)
    result: set[Member] = set()
    for row in anchor_rows(node, anchor):
        near = _near(node, row, anchor, lookup)
        if node.covers:
            found = [c for c in near if any(_covers(node, row, i) for i in of_member[c])]
        else:
            found = [c for c in near if _is_inside(node, row, c)]
        if node.pick == "none":
            if not found:
                result.add(row)
            continue
        for chosen in picked(node, row, found):
            kept = chosen if node.keep_candidate else row
            result.add(Member(*kept.key, _date(node, row, chosen)))
    return result


def _near(node: Window, row: Member, anchor: Table, lookup: Lookup) -> list[Member]:
    """Return the candidates that share their context with an anchor row; with `other` they are other events."""
    if not node.other:
        return lookup.of_person(row.person_id) if node.by_person else lookup.matching(row.key, anchor.grain)
    found = [c for c in lookup.of_person(row.person_id) if c.measure_resolver != row.measure_resolver]
    if node.by_person or anchor.grain.within == "person":
        return found
    return [c for c in found if c.episode_id is not None and c.episode_id == row.episode_id]


def anchor_rows(node: Window, anchor: Table) -> set[Member]:
    """`anchor_pick`: one row per key at its first or last known date, or every distinct row."""
    if node.anchor_pick == "all":
        return set(anchor.members)
    return extreme(anchor, is_latest=node.anchor_pick == "last", per=None)


def _is_inside(node: Window, row: Member, candidate: Member) -> bool:
    """Unknown dates, of the anchor or of the candidate, never fall inside."""
    if row.measure_date is None or candidate.measure_date is None:
        return False
    return inside(candidate.measure_date, row.measure_date, node.start, node.end)


def _covers(node: Window, row: Member, interval: Interval) -> bool:
    """`covers`: the interval contains anchor+from .. anchor+to; a null start never does, a null end is open (2.2)."""
    if row.measure_date is None or interval.start is None:
        return False
    if interval.start.toordinal() > shifted(row.measure_date, node.start or Offset(0, 0)):
        return False
    return interval.end is None or interval.end.toordinal() >= shifted(row.measure_date, node.end or Offset(0, 0))


def picked(node: Window, row: Member, found: list[Member]) -> list[Member]:
    """`pick`: one candidate row per anchor row, or with `any` all of them."""
    if node.pick == "any" or not found:
        return found
    return [min(found, key=lambda c: _pick_order(node, row, c))]


def _pick_order(node: Window, row: Member, c: Member) -> tuple[bool, int, int, int, tuple[bool, int]]:
    """Unknown dates last; ties to the earlier date, then lowest resolver, then lowest episode (null last)."""
    ties = (c.measure_resolver, nulls_last(c.episode_id))
    if c.measure_date is None or row.measure_date is None:
        return (True, 0, 0, *ties)
    number = c.measure_date.toordinal()
    if node.pick == "closest":
        return (False, abs(number - row.measure_date.toordinal()), number, *ties)
    return (False, -number if node.pick == "latest" else number, 0, *ties)


def _date(node: Window, row: Member, candidate: Member) -> dt.date | None:
    """`date`: of the candidate, of the anchor, or the greatest or least of both, null if the candidate's is."""
    if node.date == "anchor":
        return row.measure_date
    if node.date == "candidate" or candidate.measure_date is None or row.measure_date is None:
        return candidate.measure_date
    return (max if node.date == "greatest" else min)(candidate.measure_date, row.measure_date)
