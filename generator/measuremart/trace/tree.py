"""A measure as a tree, with a person's rows at each node and the source's events behind each leaf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from measuremart.plan import nodes
from measuremart.plan.grain import Grain, comparable
from measuremart.plan.nodes import Expression, Offset, Plan, Subquery
from measuremart.plan.reach import children_of
from measuremart.referee import Referee
from measuremart.referee.contexts import Lookup, Table, nulls_last, same_context
from measuremart.referee.days import shifted
from measuremart.referee.statuses import date_order
from measuremart.referee.windows import anchor_rows
from measuremart.referee.world import Key, Member
from measuremart.trace.gates import ORDER, Event, Gates
from measuremart.words import Names, expression_words, subquery_words

_NEAREST, _NEAREST_CONCEPTS = 5, 3  # events that are told of those that did not count
_LAST_DAY = dt.date.max.toordinal()


@dataclass(frozen=True)
class Behind:
    """The events of a target behind a leaf: what is asked, those that count, and the nearest that do not.

    `not_counted` is the number of those that do not count, where none does.
    """

    target: str
    asked: tuple[str, ...]
    is_reduced: bool
    counted: tuple[Event, ...]
    nearest: tuple[Event, ...]
    not_counted: int


@dataclass(frozen=True)
class Node:
    """A measure, a subquery or an operator: the rows that meet the key, and the person's other rows.

    `parts` are the children under the words that stand before them; `days` are those that a window holds, each with its
    anchor's date. A measure has its name; a measure that appears twice is one node. One that `is_timeless` has no
    dates.
    """

    said: str
    name: str
    rows: tuple[Member, ...]
    elsewhere: tuple[Member, ...]
    parts: tuple[tuple[str, tuple[Node, ...]], ...] = ()
    days: tuple[tuple[dt.date, dt.date | None, dt.date | None], ...] = ()
    behind: Behind | None = None
    is_timeless: bool = False


class Trees:
    """Makes the trees of one key of a person."""

    def __init__(
        self,
        plan: Plan,
        referee: Referee,
        gates: Gates,
        names: Names,
        key: Key | None,
        grain: Grain,
        near: dt.date | None,
    ) -> None:
        self._plan, self._referee, self._gates, self._names = plan, referee, gates, names
        self._key, self._grain, self._near = key, grain, near
        self._measures: dict[str, Node] = {}

    def measure(self, name: str) -> Node:
        """Return the tree of a named measure."""
        if name not in self._measures:
            expression = self._plan.measures[name].expression
            rows, elsewhere = self._rows(nodes.MeasureRef(expression.types, name))
            parts = (("", (self._node(expression),)),)
            self._measures[name] = Node(
                f"measure {name}", name, rows, elsewhere, parts, is_timeless=expression.types.timeless
            )
        return self._measures[name]

    def _node(self, node: Expression) -> Node:
        if isinstance(node, nodes.MeasureRef):
            return self.measure(node.name)
        rows, elsewhere = self._rows(node)
        if isinstance(node, nodes.Leaf):
            subquery = node.subquery
            said = f"subquery {subquery.name}" if subquery.name else f"rows of target {subquery.target.name}"
            return Node(
                said, subquery.key, rows, elsewhere, behind=self._behind(subquery), is_timeless=node.types.timeless
            )
        heads = [line for line in expression_words(node, self._names) if not line.startswith(" ")]
        groups = [(node.first,), node.rest] if isinstance(node, nodes.Except) else [children_of(node)]
        if isinstance(node, nodes.Window):
            groups = [(node.anchor,), (node.candidate,)]
        said, *rest = [head.removesuffix(":") for head in heads]
        under = tuple(
            ("" if number == 0 else rest[number - 1], tuple(self._node(child) for child in children))
            for number, children in enumerate(groups)
        )
        return Node(said, "", rows, elsewhere, under, self._days(node), is_timeless=node.types.timeless)

    def _rows(self, node: Expression) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
        members = sorted(self._referee.expression(node), key=_order)
        if self._key is None or not comparable(node.types.grain, self._grain):
            return tuple(members), ()
        own = [m for m in members if same_context(self._key, self._grain, m.key, node.types.grain)]
        return tuple(own), tuple(m for m in members if m not in own)

    def _days(self, node: Expression) -> tuple[tuple[dt.date, dt.date | None, dt.date | None], ...]:
        """Return the days that a window holds around each anchor row that meets the key."""
        if not isinstance(node, nodes.Window):
            return ()
        types = node.anchor.types
        table = Table(types.grain, types.timeless, frozenset(self._referee.expression(node.anchor)))
        rows = anchor_rows(node, table)
        if self._key is not None and comparable(types.grain, self._grain):
            known = Lookup(replace(table, members=frozenset(rows))).dates(self._key, self._grain)
        else:
            known = [m.measure_date for m in rows]
        anchors = sorted({d for d in known if d is not None})
        return tuple((d, _shifted(d, node.start), _shifted(d, node.end)) for d in anchors)

    def _behind(self, subquery: Subquery) -> Behind:
        events = sorted(self._gates.events(subquery, self._key, self._grain), key=self._distance)
        counted = [e for e in events if e.gate is None]
        others = sorted((e for e in events if e.gate is not None), key=lambda e: -ORDER.index(e.gate or "concept"))
        near = [e for e in others if e.gate != "concept"][:_NEAREST]
        if not near and not counted:
            near = others[:_NEAREST_CONCEPTS]
        return Behind(
            subquery.target.name,
            tuple(subquery_words(subquery, self._names)),
            subquery.target.reduced_by is not None,
            tuple(sorted(counted, key=lambda e: (*date_order(e.date), *nulls_last(e.event_id)))),
            tuple(near),
            0 if counted else len(others),
        )

    def _distance(self, event: Event) -> tuple[object, ...]:
        days = 0 if event.date is None or self._near is None else abs((event.date - self._near).days)
        return (event.date is None, days, *date_order(event.date), *nulls_last(event.event_id))


def _order(member: Member) -> tuple[object, ...]:
    return (*date_order(member.measure_date), member.measure_resolver, *nulls_last(member.episode_id))


def _shifted(day: dt.date, offset: Offset | None) -> dt.date | None:
    """Return the day at an offset, None for an open side or a day that the calendar does not have."""
    number = 0 if offset is None else shifted(day, offset)
    return dt.date.fromordinal(number) if 1 <= number <= _LAST_DAY else None


def leaves_of(node: Node) -> Sequence[Node]:
    """Return the leaves of a tree, each once."""
    if node.behind is not None:
        return [node]
    return [leaf for _, children in node.parts for child in children for leaf in leaves_of(child)]
