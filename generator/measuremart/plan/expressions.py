"""Measures of the plan: operators with their grains and timelessness worked out (semantics.md 2.3 to 2.5, 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from measuremart.definitions import measure as language
from measuremart.definitions.base import Part
from measuremart.definitions.indicator import FULL_COHORT
from measuremart.definitions.subquery import InlineSubquery
from measuremart.plan import nodes
from measuremart.plan.grain import EPISODE, PERSON, Grain, comparable, finest, lies_below
from measuremart.plan.nodes import Expression, Offset, Typed
from measuremart.plan.offsets import offset
from measuremart.plan.scope import Scope, Trail, about
from measuremart.plan.subqueries import SubqueryPlanner
from measuremart.plan.targets import TargetPlanner


@dataclass(frozen=True, slots=True)
class Built:
    """An expression, what it is called in messages, and where it got its grain."""

    expression: Expression
    label: str
    origin: str

    @property
    def types(self) -> Typed:
        """The static types."""
        return self.expression.types

    def grain_said(self) -> str:
        """Return `'stage_iii' is at grain episode (from subquery stage_iii_recorded)`."""
        return f"{self.label} is at grain {self.types.grain} ({self.origin})"


def fix_for(a: Grain, b: Grain) -> str:
    """Return how two grains of which neither lies above the other can be brought together."""
    both_in_episodes = a.within == "episode" and b.within == "episode"
    fix = "at: person or at: episode" if both_in_episodes else "at: person"
    return f"neither lies above the other: bring one to a common grain with {fix}"


class MeasurePlanner:
    """Builds named subqueries and measures, in the order in which they depend on each other."""

    def __init__(self, scope: Scope, targets: TargetPlanner) -> None:
        self._scope = scope
        self._targets = targets
        self._inline = SubqueryPlanner(scope, targets)
        self.subqueries: dict[str, nodes.NamedSubquery] = {}
        self.measures: dict[str, nodes.Measure] = {}
        self._built: dict[str, Built | None] = {}
        self._open: list[str] = []
        self._in_place: Counter[str] = Counter()

    def build(self) -> None:
        """Build everything; what has problems is left out and reported."""
        for name, defined in sorted(self._scope.catalogue.of("subqueries").items()):
            if defined.entry is None:
                continue
            planned = self._inline.build(defined.entry, Trail("subqueries", name), name, defined.pack)
            if planned is not None:
                self.subqueries[name] = nodes.NamedSubquery(about(defined), planned)
        for name in self._children_first():
            self.measure(name)

    def _children_first(self) -> list[str]:
        """Return all measures, children before parents, without recursing: a chain of names may be long."""
        entries = {n: d.entry for n, d in self._scope.catalogue.of("measures").items()}
        order: dict[str, None] = {}
        seen: set[str] = set()
        for root in sorted(entries):
            waiting = [(root, False)]
            while waiting:
                name, is_done = waiting.pop()
                if is_done:
                    order[name] = None
                elif name not in seen:
                    seen.add(name)
                    entry = entries[name]
                    children = sorted(set(_named_children(entry))) if entry is not None else []
                    waiting.append((name, True))
                    waiting += [(child, False) for child in reversed(children) if child in entries]
        return list(order)

    def measure(self, name: str) -> Built | None:
        """Return the named measure, building it first if needed; None where it has problems."""
        if name in self._built:
            return self._built[name]
        defined = self._scope.catalogue.of("measures")[name]
        if defined.entry is None:
            return None
        if name in self._open:
            circle = self._open[self._open.index(name) :]
            first = circle.index(min(circle))
            said = " -> ".join([*circle[first:], *circle[:first], circle[first]])
            position = self._scope.catalogue.of("measures")[circle[first]].position
            self._scope.report(position, f"measures go round in a circle: {said}", check="cycle")
            self._built[name] = None
            return None
        self._open.append(name)
        trail = Trail("measures", name)
        built = self._operator(defined.entry, trail)
        self._open.pop()
        if name in self._built:  # found to be part of a circle on the way
            return self._built[name]
        if built is not None:
            self.measures[name] = nodes.Measure(about(defined), built.expression, defined.entry.version)
            reference = nodes.MeasureRef(built.types, name)
            built = Built(reference, f"'{name}'", built.origin)
        self._built[name] = built
        return built

    # --- children

    def _child(
        self, part: Part, path: tuple[str | int, ...], child: str | language.Expression | InlineSubquery, trail: Trail
    ) -> Built | None:
        if isinstance(child, str):
            return self._named(part, path, child, trail)
        if isinstance(child, InlineSubquery):
            self._in_place[trail.name] += 1
            planned = self._inline.build(child, trail, key=f"{trail.name}__{self._in_place[trail.name]}")
            return self._leaf(planned, trail.steps[-1] if trail.steps else "", child) if planned else None
        return self._operator(child, trail)

    def _named(self, part: Part, path: tuple[str | int, ...], name: str, trail: Trail) -> Built | None:
        position = part.place(*path)
        if name in self._scope.catalogue.of("measures"):
            return self.measure(name)
        if name in self._scope.catalogue.of("subqueries"):
            return self._of_subquery(name)
        if name == FULL_COHORT:
            text = "full_cohort is known only in a report: it can be the denominator of an indicator, nothing else"
            self._scope.report(position, text, trail, check="full_cohort")
        else:
            self._scope.report_unknown(name, ("measures", "subqueries"), position, trail)
        return None

    def _of_subquery(self, name: str) -> Built | None:
        named = self.subqueries.get(name)
        if named is None:
            return None
        return self._leaf(named.subquery, name, self._scope.catalogue.of("subqueries")[name].entry)

    def _leaf(self, subquery: nodes.Subquery, label: str | int, entry: InlineSubquery) -> Built:
        types = Typed(subquery.grain, subquery.target.population, subquery.target.timeless)
        what = f"subquery {subquery.name}" if subquery.name else f"inline subquery over {subquery.target.name}"
        how = f"resolve_by: {entry.resolve_by}" if entry.resolve_by else f"target {subquery.target.name}'s default"
        shown = f"'{label}'" if subquery.name else what
        return Built(nodes.Leaf(types, subquery), shown, f"{what}, {how}, {entry.place()}")

    # --- operators

    def _operator(self, entry: language.Expression, trail: Trail) -> Built | None:
        if entry.incomplete is not None:
            return None
        if isinstance(entry.subquery, str):
            name = entry.subquery
            if self._scope.find(name, "subqueries", entry.place("subquery"), trail) is None:
                return None
            return self._of_subquery(name)
        children = [self._child(entry, path, child, trail.down(*path)) for path, child in entry.children()]
        known = [c for c in children if c is not None]
        if len(known) < len(children):
            return None
        if len({c.types.population for c in known}) > 1:
            said = ", ".join(f"{c.label} is of {c.types.population}" for c in known)
            self._scope.report(entry.place(), f"populations do not mix: {said}", trail, check="mixed_populations")
            return None
        before = len(self._scope.problems)
        expression = getattr(self, f"_{entry.operator}")(entry, known, trail)
        if expression is None or len(self._scope.problems) > before:
            return None
        same = next((c for c in known if c.types.grain == expression.types.grain), None)
        origin = same.origin if same else f"{entry.operator}, {entry.place()}"
        return Built(expression, f"'{trail.name}'" if not trail.steps else f"'{entry.operator}'", origin)

    def _mismatch(self, entry: Part, what: str, a: Built, b: Built, trail: Trail) -> None:
        text = f"{what}: {a.grain_said()} and {b.grain_said()}; {fix_for(a.types.grain, b.types.grain)}"
        self._scope.report(entry.place(), text, trail, check="grain_mismatch")

    def _common(self, entry: Part, what: str, children: list[Built], trail: Trail) -> Grain | None:
        grain = finest([c.types.grain for c in children])
        if grain is None:
            a, b = next(
                (a, b)
                for n, a in enumerate(children)
                for b in children[n + 1 :]
                if not comparable(a.types.grain, b.types.grain)
            )
            self._mismatch(entry, what, a, b, trail)
        return grain

    def _no_timeless(self, entry: Part, what: str, child: Built, trail: Trail) -> None:
        if child.types.timeless:
            text = f"{what} needs dates, and {child.label} is timeless ({child.origin})"
            self._scope.report(entry.place(), text, trail, check="timeless")

    def _subquery(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        return children[0].expression  # written in place

    def _or(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        grain = self._common(entry, "or", children, trail)
        if grain is None:
            return None
        coarser = next((c for c in children if c.types.grain != grain), None)
        if coarser is not None and grain.level in ("key", "event"):
            fine = next(c for c in children if c.types.grain == grain)
            text = f"or cannot lift to a key or event grain: {coarser.grain_said()} and {fine.grain_said()}"
            fix = "at: person" if grain.within == "person" else "at: episode"
            self._scope.report(
                entry.place(), f"{text}; bring the finer one up with {fix}", trail, check="grain_mismatch"
            )
            return None
        timeless = all(c.types.timeless for c in children)
        types = Typed(grain, children[0].types.population, timeless)
        return nodes.Or(types, tuple(c.expression for c in children))

    def _and(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        grain = self._common(entry, "and", children, trail)
        if grain is None:
            return None
        timeless = all(c.types.timeless for c in children)
        types = Typed(grain, children[0].types.population, timeless)
        return nodes.And(types, tuple(c.expression for c in children), entry.moments == "all")

    def _except(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        first = children[0]
        for other in children[1:]:
            if not comparable(first.types.grain, other.types.grain):
                self._mismatch(entry, "except", first, other, trail)
        return nodes.Except(first.types, first.expression, tuple(c.expression for c in children[1:]))

    def _first(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        return self._extreme(entry, entry.first, "first", children[0], trail)

    def _last(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        return self._extreme(entry, entry.last, "last", children[0], trail)

    def _extreme(self, entry: language.Expression, pick: object, word: str, child: Built, trail: Trail) -> Expression:
        per = pick.per if isinstance(pick, language.Pick) else None
        if per is not None:
            self._finer(entry, word, per, child, trail)
        return nodes.Extreme(child.types, child.expression, word == "last", per)

    def _finer(self, entry: language.Expression, word: str, per: str, child: Built, trail: Trail) -> None:
        """Report a child that does not lie below what is said per person or episode."""
        if not lies_below(child.types.grain, PERSON if per == "person" else EPISODE):
            text = f"per: {per} needs a finer child, and {child.grain_said()}: leave 'per' out"
            self._scope.report(entry.place(word, "per"), text, trail, check="grain_mismatch")

    def _nth(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        assert entry.nth is not None
        self._no_timeless(entry, "nth", children[0], trail)
        return nodes.Nth(children[0].types, children[0].expression, entry.nth.n)

    def _count(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        assert entry.count is not None
        child, count = children[0], entry.count
        self._no_timeless(entry, "count", child, trail)
        grain, per = child.types.grain, count.per
        if grain.level == "event":
            per = per or grain.within
        if per is not None:
            self._finer(entry, "count", per, child, trail)
            grain = PERSON if per == "person" else EPISODE
        types = Typed(grain, child.types.population, False)
        return nodes.Count(types, child.expression, count.at_least, offset(count.within), per)

    def _filter(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        assert entry.filter is not None
        child = children[0]
        planned = self._inline.conditions(
            entry.filter, child.types.population, child.types.timeless, trail.down("filter")
        )
        elapsed = offset(entry.filter.elapsed)
        if elapsed is not None:
            self._no_timeless(entry, "elapsed", child, trail)
        conditions = nodes.Conditions(
            planned.age_min, planned.age_max, planned.sex, planned.on_or_after, planned.on_or_before, elapsed
        )
        return nodes.Filter(child.types, child.expression, conditions)

    def _at(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        child = children[0]
        wanted = PERSON if entry.at == "person" else EPISODE
        if not lies_below(child.types.grain, wanted):
            text = f"at: {wanted} goes to a coarser grain, and {child.grain_said()}"
            self._scope.report(entry.place("at"), text, trail, check="grain_mismatch")
        types = Typed(wanted, child.types.population, child.types.timeless)
        return nodes.At(types, child.expression, wanted.level)

    def _window(self, entry: language.Expression, children: list[Built], trail: Trail) -> Expression | None:
        assert entry.window is not None
        window, (anchor, candidate) = entry.window, children
        self._no_timeless(window, "window", anchor, trail)
        self._no_timeless(window, "window", candidate, trail)
        by_person = window.align == "person"
        if not by_person and not comparable(anchor.types.grain, candidate.types.grain):
            self._mismatch(window, "window", anchor, candidate, trail)
        start, end = offset(window.from_), offset(window.to)
        self._none_keeps_anchor(window, trail)
        if window.other:
            self._others(window, anchor, candidate, trail)
        if window.covers:
            self._coverable(window, candidate, start, end, trail)
        kept = candidate if window.keep == "candidate" else anchor
        return nodes.Window(
            types=Typed(kept.types.grain, kept.types.population, False),
            anchor=anchor.expression,
            candidate=candidate.expression,
            start=start,
            end=end,
            anchor_pick=window.anchor_pick,
            pick=window.pick,
            date="anchor" if window.pick == "none" else window.date,
            by_person=by_person,
            keep_candidate=window.keep == "candidate",
            covers=window.covers,
            other=window.other,
        )

    def _others(self, window: language.Window, anchor: Built, candidate: Built, trail: Trail) -> None:
        """Report an anchor and a candidate of which nobody can say whether they are the same event."""
        grain = anchor.types.grain
        if grain.level != "event" or candidate.types.grain != grain:
            sides = f"{anchor.grain_said()} and {candidate.grain_said()}"
            text = f"other needs events of one target on both sides: {sides}; resolve both by event, or remove 'other'"
            self._scope.report(window.place("other"), text, trail, check="grain_mismatch")

    def _none_keeps_anchor(self, window: language.Window, trail: Trail) -> None:
        if window.pick != "none":
            return
        if window.keep == "candidate":
            text = "pick: none has no candidate to keep: remove keep: candidate"
            self._scope.report(window.place("keep"), text, trail, check="window_none")
        if "date" in window.model_fields_set and window.date != "anchor":
            text = f"pick: none is dated by the anchor: remove date: {window.date}"
            self._scope.report(window.place("date"), text, trail, check="window_none")

    def _coverable(
        self, window: language.Window, candidate: Built, start: Offset | None, end: Offset | None, trail: Trail
    ) -> None:
        leaf = candidate.expression
        if not isinstance(leaf, nodes.Leaf):
            text = f"covers needs a subquery as candidate, and {candidate.label} is not one"
            self._scope.report(window.place("candidate"), text, trail, check="covers")
        elif leaf.subquery.target.start is None or leaf.subquery.target.end is None:
            text = f"covers needs date roles start and end, and target '{leaf.subquery.target.name}' lacks them"
            self._scope.report(window.place("candidate"), text, trail, check="covers")
        elif leaf.subquery.target.missing_end is None:
            what = "covers needs to know what a missing end means"
            text = f"{what}: write missing_end: open or start in target '{leaf.subquery.target.name}'"
            self._scope.report(window.place("candidate"), text, trail, check="covers")
        if start is None or end is None:
            self._scope.report(window.place("covers"), "covers needs both from and to", trail, check="covers")


def _named_children(entry: language.Expression) -> Iterator[str]:
    """Yield the names that an expression and its inline parts mention as children."""
    for _, child in entry.children():
        if isinstance(child, str):
            yield child
        elif isinstance(child, language.Expression):
            yield from _named_children(child)
