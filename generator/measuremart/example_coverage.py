"""Which parts of definitions no example reaches: rules, branches of measures, reasons of indicators.

An example reaches a rule if a row of its world becomes a member by it; an exclusion or a condition if it keeps a row
out; an operand of OR if some key has it, of AND if some key has all others but not it, of EXCEPT if it takes a key
away; a filter or window if something passes and something does not; a reason of an indicator if its `results` have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from measuremart.definitions.pack import Pack
from measuremart.plan import nodes
from measuremart.plan.examples import Example
from measuremart.plan.grain import finest
from measuremart.plan.nodes import Expression, Plan, Subquery, Typed
from measuremart.plan.outcomes import STATUS_OF, asking_grains, reasons_of
from measuremart.plan.reach import children_of, reach_of
from measuremart.referee.contexts import Lookup, Table
from measuremart.referee.evaluate import Referee
from measuremart.referee.examples import world_of

Test: TypeAlias = Callable[[Referee], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a definition that examples can reach; `test` is None where only `results` can."""

    pack: str
    section: str
    definition: str
    part: str
    test: Test | None

    def __str__(self) -> str:
        return f"{_NOUNS[self.section]} {self.definition}: {self.part}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The parts of one pack's definitions: how many examples can reach, and those that none reaches.

    `waived` are the parts that the pack's `pack.yml` calls unreachable; `stale` what it says of parts that an example
    reaches, or that the pack has not.
    """

    pack: str
    number: int
    unreached: tuple[Part, ...]
    waived: int = 0
    stale: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether examples reach everything that they can reach, and `pack.yml` says so truly."""
        return not self.unreached and not self.stale


def coverage_of(
    plan: Plan, examples: Sequence[Example], packs: Sequence[str], about: Mapping[str, Pack | None] | None = None
) -> list[Coverage]:
    """Return the coverage of each pack that has parts; examples of other packs count, too.

    `about` holds what each pack's `pack.yml` says, its `coverage` included.
    """
    parts = [*_subqueries(plan), *_measures(plan), *_indicators(plan)]
    reached = set(_expected(examples))
    waiting = [part for part in parts if part.test is not None]
    for example in examples:
        referee = Referee(plan, world_of(example))
        reach = reach_of(plan.measures, _asked_of(plan, example))
        names = {("subqueries", n) for n in reach.subqueries} | {("measures", n) for n in reach.measures}
        for part in waiting:
            if (part.section, part.definition) in names and part.test is not None and _holds(part.test, referee):
                reached.add((part.section, part.definition, part.part))
        waiting = [p for p in waiting if (p.section, p.definition, p.part) not in reached]
    found = []
    for pack in packs:
        own = [p for p in parts if p.pack == pack]
        if own:
            missed = [p for p in own if (p.section, p.definition, p.part) not in reached]
            found.append(_without_unreachable(pack, len(own), missed, [str(p) for p in own], (about or {}).get(pack)))
    return found


def _without_unreachable(
    pack: str, number: int, missed: Sequence[Part], own: Sequence[str], about: Pack | None
) -> Coverage:
    said = about.coverage.unreachable if about is not None and about.coverage is not None else ()
    waived = {entry.part for entry in said} & {str(part) for part in missed}
    stale = []
    for entry in said:
        if entry.part not in own:
            stale.append(f"pack.yml calls unreachable what pack '{pack}' has not: {entry.part}")
        elif entry.part not in waived:
            stale.append(f"pack.yml calls unreachable what an example reaches: {entry.part}")
    unreached = tuple(part for part in missed if str(part) not in waived)
    return Coverage(pack, number - len(waived), unreached, len(waived), tuple(stale))


def _holds(test: Test, referee: Referee) -> bool:
    try:
        return test(referee)
    except (ArithmeticError, ValueError):  # a day beyond the calendar: the example itself fails, and says so
        return False


def _asked_of(plan: Plan, example: Example) -> list[str]:
    """Return the measures that an example asks for."""
    if example.asked is not None:
        return example.asked.indicator.measures()
    if example.section == "measures":
        return [example.definition]
    indicator = plan.indicators[example.definition]
    return [name for name in (indicator.denominator, indicator.numerator) if name is not None]


def _expected(examples: Sequence[Example]) -> Iterator[tuple[str, str, str]]:
    for example in examples:
        if example.asked is not None:
            for _, _, _, _, reason, _, _ in example.asked.results:
                yield ("indicators", example.definition, _reason_said(reason))


def _reason_said(reason: str) -> str:
    status = STATUS_OF[reason]
    return f"status {status}" if status == reason else f"status {status}, reason {reason}"


def _indicators(plan: Plan) -> Iterator[Part]:
    for name, indicator in sorted(plan.indicators.items()):
        grains = asking_grains(plan.reports, name) or [indicator.types.grain]
        reasons = dict.fromkeys(r for grain in grains for r in reasons_of(plan.measures, indicator, grain))
        for reason in reasons:
            yield Part(indicator.about.pack, "indicators", name, _reason_said(reason), None)


def _subqueries(plan: Plan) -> Iterator[Part]:
    for name, named in sorted(plan.subqueries.items()):
        for part, test in _of_subquery(named.subquery):
            yield Part(named.about.pack, "subqueries", name, part, test)


def _measures(plan: Plan) -> Iterator[Part]:
    for name, measure in sorted(plan.measures.items()):
        for part, test in _of_expression(measure.expression, ""):
            yield Part(measure.about.pack, "measures", name, part, test)


def _of_subquery(subquery: Subquery) -> Iterator[tuple[str, Test]]:
    """Yield the rules, exclusions and conditions of a subquery; each is judged on its rows, not on its spans."""
    rows = replace(subquery, gap=None)

    def is_met(rule: nodes.Predicate) -> Test:
        return lambda referee: bool(referee.subquery(replace(rows, rules=(rule,))))

    def keeps_out(without: Subquery) -> Test:
        return lambda referee: len(referee.subquery(without)) > len(referee.subquery(rows))

    for number, rule in enumerate(rows.rules, start=1):
        yield f"rules[{number}]", is_met(rule)
    for number in range(len(rows.exclude)):
        others = (*rows.exclude[:number], *rows.exclude[number + 1 :])
        yield f"exclude[{number + 1}]", keeps_out(replace(rows, exclude=others))
    if rows.required or rows.where != nodes.Conditions():
        yield "where", keeps_out(replace(rows, required=(), where=nodes.Conditions()))


def _of_expression(node: Expression, path: str) -> Iterator[tuple[str, Test]]:
    """Yield the branches of an expression and of what is written inside it."""
    steps = [f"{path}{word}" for word in _words(node)]
    match node:
        case nodes.Leaf(subquery=subquery) if not subquery.name:
            for part, test in _of_subquery(subquery):
                yield f"{path}{part}", test
        case nodes.Or(children=children):
            yield from ((step, _has_rows(child)) for step, child in zip(steps, children, strict=True))
        case nodes.And(children=children):
            yield from ((step, _is_lacked(children, number)) for number, step in enumerate(steps))
        case nodes.Except(first=first, rest=rest):
            yield steps[0], _has_rows(node)
            yield from ((step, _is_in_both(first, other)) for step, other in zip(steps[1:], rest, strict=True))
        case nodes.Filter(child=child):
            yield f"{path}filter: some pass", _has_rows(node)
            yield f"{path}filter: some do not", _loses_rows(child, node)
        case nodes.Window():
            kept = node.candidate if node.keep_candidate else node.anchor
            yield f"{path}window: some pass", _has_rows(node)
            yield f"{path}window: some do not", _loses_keys(kept, node)
    for step, child in zip(steps, children_of(node), strict=True):
        yield from _of_expression(child, f"{step} > ")


def _words(node: Expression) -> list[str]:
    """Return what the children of an operator are called."""
    word = type(node).__name__.lower()
    if isinstance(node, nodes.Window):
        return ["anchor", "candidate"]
    several = isinstance(node, nodes.Or | nodes.And | nodes.Except)
    children = children_of(node)
    return [f"{word}[{n}]" if several else word for n in range(1, len(children) + 1)]


def _has_rows(node: Expression) -> Test:
    return lambda referee: bool(referee.expression(node))


def _loses_rows(child: Expression, node: Expression) -> Test:
    return lambda referee: bool(referee.expression(child) - referee.expression(node))


def _loses_keys(child: Expression, node: Expression) -> Test:
    def test(referee: Referee) -> bool:
        return bool({m.key for m in referee.expression(child)} - {m.key for m in referee.expression(node)})

    return test


def _is_in_both(first: Expression, other: Expression) -> Test:
    def test(referee: Referee) -> bool:
        lookup = Lookup(_table(referee, other))
        return any(lookup.matching(m.key, first.types.grain) for m in referee.expression(first))

    return test


def _is_lacked(children: tuple[Expression, ...], number: int) -> Test:
    """Test whether some key has all other operands and lacks this one."""
    others = (*children[:number], *children[number + 1 :])
    grain = finest([child.types.grain for child in others])
    types = replace(children[number].types, grain=grain) if grain is not None else children[number].types
    rest: Expression = others[0] if len(others) == 1 else nodes.And(_dated(types), others, all_moments=False)

    def test(referee: Referee) -> bool:
        lookup = Lookup(_table(referee, children[number]))
        return any(not lookup.matching(m.key, rest.types.grain) for m in referee.expression(rest))

    return test


def _dated(types: Typed) -> Typed:
    return replace(types, timeless=False)


def _table(referee: Referee, node: Expression) -> Table:
    return Table(node.types.grain, node.types.timeless, frozenset(referee.expression(node)))


def coverage_lines(found: Sequence[Coverage]) -> Iterator[str]:
    """Yield a line a pack, then one for each part that no example reaches."""
    for coverage in found:
        reached = coverage.number - len(coverage.unreached)
        waived = f"; {coverage.waived:,} more cannot be reached, says pack.yml" if coverage.waived else ""
        yield f"{coverage.pack}: examples reach {reached:,} of {coverage.number:,} rules, branches and reasons{waived}"
        yield from (f"  {part}" for part in coverage.unreached)
        yield from (f"  {text}" for text in coverage.stale)


_NOUNS = {"subqueries": "subquery", "measures": "measure", "indicators": "indicator"}
