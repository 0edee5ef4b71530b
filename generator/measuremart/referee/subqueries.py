"""Subqueries: the rows of a target that match a rule, as a bag of members (semantics.md sections 2.3 and 3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from measuremart.plan.nodes import Subquery, Target
from measuremart.referee.conditions import Judge
from measuremart.referee.predicates import Matcher
from measuremart.referee.recorded import RecordedRow, cut, missed_by
from measuremart.referee.spans import Interval, spans
from measuremart.referee.world import Dropped, Member, Row, World, day, number, whole

_LONGEST_SUPPLY = 36_500


@dataclass(frozen=True)
class Numbered:
    """A member with the event and the number of its row, for datasets (7)."""

    member: Member
    event_id: int | None
    number: Decimal | None


class Subqueries:
    """Evaluates subqueries over the rows of their targets."""

    def __init__(self, world: World, matcher: Matcher, judge: Judge) -> None:
        self._world = world
        self._matcher = matcher
        self._judge = judge

    def members(self, subquery: Subquery) -> list[Member]:
        """Return the members, twice what two rules match (section 1); where rows are joined, one for each span."""
        if subquery.gap is not None:
            return [span.member for span in self.intervals(subquery)]
        return [m for row in self._seen(subquery) if (m := _member(subquery, row)) is not None]

    def dropped(self, subquery: Subquery) -> list[Dropped]:
        """Return what matches and is no member: rows in = rows kept + rows dropped (2.3)."""
        result = []
        for row in self._matching(subquery):
            person_id = whole(row, subquery.target.person)
            if self._is_after_as_of(subquery, row):
                result.append(Dropped(person_id, whole(row, subquery.target.event), "after_as_of"))
            elif _member(subquery, row) is None:
                event_id = whole(row, subquery.target.event)
                if person_id is None:
                    result.append(Dropped(None, event_id, "no_person"))
                else:
                    result.append(Dropped(person_id, event_id, "no_resolver", _unattached(subquery, row)))
        return result

    def intervals(self, subquery: Subquery) -> set[Interval]:
        """Return the members with the start and end of their rows, or of the spans that these make (4.1, `covers`)."""
        start, end = subquery.target.start, subquery.target.end
        assert start is not None
        assert end is not None
        result = set()
        for row in self._seen(subquery):
            member = _member(subquery, row)
            if member is not None:
                first = day(row, start.name)
                result.add(Interval(member, first, self._end(subquery.target, first, day(row, end.name), row)))
        return result if subquery.gap is None else spans(subquery, result, self._world.as_of)

    def _end(self, target: Target, start: dt.date | None, end: dt.date | None, row: Row) -> dt.date | None:
        """Return the last day of a row's interval, None if it is open (2.2, `missing_end`; 2.8, ends after as_of)."""
        if target.missing_end == "open":
            return end if end is None or end <= self._world.as_of else None
        if end is None and start is not None and target.supply is not None:
            supply = number(row, target.supply.name)
            if supply is not None and supply >= 1:
                last = start.toordinal() + min(int(supply), _LONGEST_SUPPLY) - 1
                return min(dt.date.fromordinal(min(last, dt.date.max.toordinal())), self._world.as_of)
        last_known = end or start
        return None if last_known is None else min(last_known, self._world.as_of)

    def numbered(self, subquery: Subquery) -> list[Numbered]:
        """Return the members with the events and numbers of their rows (7)."""
        target = subquery.target
        assert target.number is not None
        assert subquery.gap is None
        found = ((_member(subquery, row), row) for row in self._seen(subquery))
        return [
            Numbered(member, whole(row, target.event), number(row, target.number.name))
            for member, row in found
            if member is not None
        ]

    def recorded(self, subquery: Subquery) -> list[RecordedRow]:
        """Return the rows of its concepts that fail another condition of a rule, once per rule (6.3)."""
        target = subquery.target
        rules = cut(subquery)
        result = []
        for recorded in self._world.rows(target.model):
            row = self.known(subquery, recorded)
            person_id = whole(row, target.person)
            member = _member(subquery, recorded)
            is_out = any(self._matcher.truth(p, row) is True for p in subquery.exclude)
            if member is None or is_out or self._is_after_as_of(subquery, recorded):
                continue
            if not self._judge.passes(subquery.where, target.population, person_id, _date(subquery, row)):
                continue
            required = all(self._matcher.truth(p, row) is True for p in subquery.required)
            if required and any(self._matcher.truth(rule, row) is True for rule in subquery.rules):
                continue
            value = number(row, target.number.name) if target.number is not None else None
            unit = whole(row, target.unit.name) if target.unit is not None else None
            for asked in rules:
                if asked is not None and all(self._matcher.truth(p, row) is True for p in asked.concepts):
                    missed = missed_by(asked, subquery, value, unit)
                    result.append(RecordedRow(member, subquery.grain, value, missed))
        return result

    def _matching(self, subquery: Subquery) -> list[Row]:
        """Return each row once per rule that it meets (section 3): `UNION ALL` of the rules."""
        kept = []
        for recorded in self._world.rows(subquery.target.model):
            row = self.known(subquery, recorded)
            if any(self._matcher.truth(p, row) is True for p in subquery.exclude):
                continue
            person_id = whole(row, subquery.target.person)
            if not all(self._matcher.truth(p, row) is True for p in subquery.required):
                continue
            if not self._judge.passes(subquery.where, subquery.target.population, person_id, _date(subquery, row)):
                continue
            kept += [recorded for rule in subquery.rules if self._matcher.truth(rule, row) is True]
        return kept

    def _seen(self, subquery: Subquery) -> list[Row]:
        """Return the matching rows that are seen from as_of (2.8); spans dated by their end see those that go on."""
        joins_by_end = subquery.gap is not None and subquery.by_end
        is_after = self._has_not_begun if joins_by_end else self._is_after_as_of
        return [row for row in self._matching(subquery) if not is_after(subquery, row)]

    def _has_not_begun(self, subquery: Subquery, row: Row) -> bool:
        """Say whether the row's start lies after as_of, or its end where it has no start."""
        assert subquery.target.start is not None
        start = day(row, subquery.target.start.name)
        first_known = start if start is not None else _date(subquery, row)
        return first_known is not None and first_known > self._world.as_of

    def _is_after_as_of(self, subquery: Subquery, row: Row) -> bool:
        """Say whether the row's own day, or the start of its event, lies after as_of (2.8)."""
        days = [_date(subquery, row)]
        if subquery.date is not None and subquery.target.start is not None:
            days.append(day(row, subquery.target.start.name))
        return any(d is not None and d > self._world.as_of for d in days)

    def known(self, subquery: Subquery, row: Row) -> Row:
        """Return the row without the days after as_of, but for its own day and the start of its event (2.8)."""
        own = {c.name for c in (subquery.date, subquery.target.start) if c is not None}
        days = [c for c, v in row.items() if isinstance(v, dt.date) and c not in own]
        unknown = [c for c in days if (d := day(row, c)) is not None and d > self._world.as_of]
        return {c: None if c in unknown else v for c, v in row.items()} if unknown else row


def _date(subquery: Subquery, row: Row) -> dt.date | None:
    """Return the qualification date (section 3, `date:`)."""
    return None if subquery.date is None else day(row, subquery.date.name)


def _unattached(subquery: Subquery, row: Row) -> str | None:
    """Return what the row says of its missing episode (2.6), where the episode is, or holds, the resolver."""
    grain, column = subquery.grain, subquery.target.unattached
    if column is None or grain.level not in ("episode", "key") or (grain.level == "key" and grain.within != "episode"):
        return None
    value = row.get(column.name)
    return None if value is None else str(value)


def _member(subquery: Subquery, row: Row) -> Member | None:
    """Return the row at the grain of the subquery (2.3, the table); None without a person or a resolver."""
    person_id = whole(row, subquery.target.person)
    resolver = whole(row, subquery.resolver.name)
    if person_id is None or resolver is None:
        return None
    episode_id = None
    if subquery.grain.within == "episode" and subquery.target.episode is not None:
        episode_id = whole(row, subquery.target.episode)
    return Member(person_id, episode_id, resolver, _date(subquery, row))
