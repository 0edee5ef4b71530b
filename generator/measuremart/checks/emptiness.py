"""Checks for definitions that nobody can ever meet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.rule import Matchers, Scalar, Where
from measuremart.plan import nodes
from measuremart.problems import Kind


def empty_concept_set(material: Material) -> Iterator[Finding]:
    """A concept set that holds nothing, or takes out what it puts in.

    What: every concept of the set is excluded again (an error), or a concept stands both as included and as excluded
    (a warning).

    Why: an empty set makes every rule that uses it match nobody, in silence.

    Example: `concepts: [4115276, {id: 4115276, exclude: true}]`.

    Fix: remove one of the two lines.
    """
    for defined in material.catalogue.of("concept_sets").values():
        if defined.entry is None:
            continue
        items = list(enumerate(defined.entry.concepts))
        excluded = {item.id for _, item in items if item.exclude}
        included = {item.id for _, item in items if not item.exclude}
        if not included:
            text = "every concept of this set is excluded: it is empty"
            yield Finding(defined, defined.entry.place("concepts"), text, Kind.MEANING)
            continue
        below = any(item.descendants and not item.exclude for _, item in items)
        if included <= excluded and not below:
            text = "every concept of this set is excluded again: it is empty"
            yield Finding(defined, defined.entry.place("concepts"), text, Kind.MEANING)
            continue
        for number, item in items:
            if not item.exclude and item.id in excluded:
                text = f"concept {item.id} is included here and excluded elsewhere in the set"
                yield Finding(defined, defined.entry.place("concepts", number), text)


def impossible_rule(material: Material) -> Iterator[Finding]:
    """A rule that no row can meet.

    What: matchers on the same row that contradict each other, or those of `where`: two different exact concepts or
    texts of one role, number bounds that leave nothing, or presence and absence of one role. An error.

    Why: the rule matches nobody, and nobody is told.

    Example: `all: [{exact: 1}, {exact: 2}]`, `scalar: {op: between, value: [140, 100]}`.

    Fix: correct the bound, or write two rules: rules of a subquery are alternatives.
    """
    for section in ("subqueries", "measures"):
        for defined in material.catalogue.of(section).values():
            if defined.entry is not None:
                for rule, where in _rules(defined.entry):
                    fault = _contradiction(_flat(rule))
                    said = "no row can meet this rule"
                    if not fault and where is not None:
                        fault = _contradiction([*_flat(rule), *_flat(where)])
                        said = "no row can meet this rule and 'where'"
                    if fault:
                        yield Finding(defined, rule.place(), f"{said}: {fault}", Kind.MEANING)


def _rules(part: object) -> Iterator[tuple[Matchers, Where | None]]:
    """Yield the rules of a subquery with its `where`, which is one itself, or of the inline subqueries of a measure."""
    where = getattr(part, "where", None)
    if isinstance(where, Where):
        yield where, None
    for rule in getattr(part, "rules", ()):
        yield rule, where
    for rule in getattr(part, "exclude", ()):
        yield rule, None
    children = getattr(part, "children", None)
    for _, child in children() if children is not None else ():
        if not isinstance(child, str):
            yield from _rules(child)


def _flat(rule: Matchers) -> Iterator[Matchers]:
    """Yield what must all hold; of `any` nothing must."""
    if rule.all is None and rule.any is None:
        yield rule
    for inner in rule.all or ():
        yield from _flat(inner)


def _contradiction(parts: Iterable[Matchers]) -> str | None:
    concepts: dict[str, set[int]] = {}
    texts: dict[str, set[str]] = {}
    bounds: dict[str, _Range] = {}
    known: dict[str, bool] = {}
    for part in parts:
        role = part.role or ""
        if part.exact is not None:
            exact = {c.id for c in part.exact}
            concepts[role] = concepts.get(role, exact) & exact
        if part.equals is not None:
            texts[role] = texts.get(role, set(part.equals)) & set(part.equals)
        if part.scalar is not None:
            bounds[role] = bounds.get(role, _Range()).narrowed(part.scalar)
        for word, value in ((part.presence, True), (part.absence, False)):
            if word is not None and known.setdefault(word, value) != value:
                return f"'{word}' would be present and absent"
    if any(not left for left in concepts.values()):
        return "its exact concepts exclude each other"
    if any(not left for left in texts.values()):
        return "its texts exclude each other"
    if any(r.empty for r in bounds.values()):
        return "its numbers exclude each other"
    return None


@dataclass(frozen=True, slots=True)
class _Range:
    """Numbers between two ends; an end may be open (None) or not belong to the range (`strict`)."""

    low: Decimal | None = None
    low_strict: bool = False
    high: Decimal | None = None
    high_strict: bool = False

    def narrowed(self, scalar: Scalar) -> _Range:
        value, last = scalar.value[0], scalar.value[-1]
        result = self
        if scalar.op in (">", ">=", "=", "between"):
            strict = scalar.op == ">"
            if self.low is None or value > self.low or (value == self.low and strict):
                result = _Range(value, strict, result.high, result.high_strict)
        if scalar.op in ("<", "<=", "=", "between"):
            strict = scalar.op == "<"
            if self.high is None or last < self.high or (last == self.high and strict):
                result = _Range(result.low, result.low_strict, last, strict)
        return result

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_strict or self.high_strict))


def never_holds(material: Material) -> Iterator[Finding]:
    """A measure that can never have a member.

    What: conditions below one another that leave no day or no age, an AND of both sexes, or an AND of events of one
    target whose fixed dates do not overlap (the same event has one date). So is what is built on it: an OR of nothing
    else, an EXCEPT that begins with it, a window whose anchor or wanted candidate it is. An error.

    Why: the measure is empty for everyone, and everything above it counts zero.

    Example: `filter: {of: {filter: {of: x, on_or_after: 2021-01-01}}, on_or_before: 2020-12-31}`.

    Fix: correct the bound. Dates of different events need not overlap: an AND asks that both happened.
    """
    for name, measure in material.plan.measures.items():
        defined = material.catalogue.of("measures")[name]
        fault = _never(measure.expression)
        if fault:
            yield Finding(defined, defined.position, f"measure '{name}' can never hold: {fault}", Kind.MEANING)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What conditions leave of one row: days, completed years, sex."""

    first: dt.date = dt.date.min
    last: dt.date = dt.date.max
    youngest: int = -1000
    oldest: int = 1000
    sex: int | None = None

    def met_with(self, conditions: nodes.Conditions) -> _Fixed | None:
        """Return what is left when the conditions are added, None where two sexes are asked for."""
        if self.sex is not None and conditions.sex is not None and self.sex != conditions.sex:
            return None
        return _Fixed(
            max(self.first, conditions.on_or_after or dt.date.min),
            min(self.last, conditions.on_or_before or dt.date.max),
            max(self.youngest, conditions.age_min if conditions.age_min is not None else -1000),
            min(self.oldest, conditions.age_max if conditions.age_max is not None else 1000),
            conditions.sex if conditions.sex is not None else self.sex,
        )

    @property
    def empty(self) -> bool:
        return self.first > self.last or self.youngest > self.oldest


def _fixed(node: nodes.Expression) -> _Fixed | None:
    """Return what chained conditions leave of each row, None where they contradict each other."""
    if isinstance(node, nodes.Leaf):
        return _Fixed().met_with(node.subquery.where)
    if isinstance(node, nodes.Filter):
        below = _fixed(node.child)
        return below.met_with(node.conditions) if below is not None else None
    if isinstance(node, nodes.Extreme | nodes.At | nodes.Nth | nodes.Count):
        return _fixed(node.child)
    if isinstance(node, nodes.Except):
        return _fixed(node.first)
    return _Fixed()


def _never(node: nodes.Expression) -> str | None:
    if isinstance(node, nodes.Leaf | nodes.Filter):
        fixed = _fixed(node)
        if fixed is None:
            return "it asks for two sexes"
        if fixed.empty:
            return "its dates or ages leave nothing"
    if isinstance(node, nodes.And):
        known = [f for f in map(_fixed, node.children) if f is not None]
        sexes = {f.sex for f in known if f.sex is not None}
        if len(sexes) > 1:
            return "its children ask for two sexes"
        is_dated_once = known and node.types.grain.level == "event" and _same_date_role(node)
        if is_dated_once and max(f.first for f in known) > min(f.last for f in known):
            return "the same event would have two dates"
        return next((fault for fault in map(_never, node.children) if fault), None)
    if isinstance(node, nodes.Or):
        faults = [_never(child) for child in node.children]
        return faults[0] if all(faults) else None
    if isinstance(node, nodes.Except):
        return _never(node.first)
    if isinstance(node, nodes.Window):
        return _never(node.anchor) or (_never(node.candidate) if node.pick != "none" else None)
    child = getattr(node, "child", None)
    return _never(child) if child is not None else None


def _same_date_role(node: nodes.And) -> bool:
    """Say whether all children are events of one target, dated by one column (possibly filtered)."""
    columns = set()
    for child in node.children:
        inner: nodes.Expression = child
        while isinstance(inner, nodes.Filter):
            inner = inner.child
        if not isinstance(inner, nodes.Leaf) or inner.types.grain != node.types.grain:
            return False
        columns.add(inner.subquery.date)
    return len(columns) == 1
