"""The meaning of each definition as one text, for comparison: equal texts, equal rows, whatever the data.

Wording, the order of what is commutative (semantics.md section 4), names of parts, places in files and formatting are
not part of it. Two different texts may still mean the same; two equal ones never differ.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from measuremart.plan import nodes
from measuremart.plan.extensions import seen_by
from measuremart.plan.nodes import Indicator, Plan, Population, Report
from measuremart.plan.unavailable import Cause

# Section and name of a definition.
Node: TypeAlias = tuple[str, str]
# What wording is kept in, and what only says where something is defined.
_WORDING = frozenset({"about", "title", "reference", "version", "key", "pack", "description"})


def meanings_of(plan: Plan) -> dict[Node, str]:
    """Return a digest of the meaning of every definition of a plan, by section and name, the unavailable ones too."""
    forms = _Forms(plan)
    return {node: _digest(form) for node, form in forms.everything().items()}


def _digest(form: Any) -> str:
    return hashlib.sha256(repr(form).encode("utf-8")).hexdigest()


class _Forms:
    """Normal forms, each made once: parts of a definition stand in it with their own form, not with their name."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.measures: dict[str, Any] = {}
        self.sets = {name: _set(self._lines(s.lines)) for name, s in plan.concept_sets.items()}

    def everything(self) -> dict[Node, Any]:
        plan = self.plan
        found: dict[Node, Any] = {
            ("populations", n): self.of(replace(p, extensions=())) for n, p in plan.populations.items()
        }
        found |= {("extensions", e.name): (n, self.of(e)) for n, p in plan.populations.items() for e in p.extensions}
        found |= {("targets", n): self._target(t) for n, t in plan.targets.items()}
        found |= {("concept_sets", n): form for n, form in self.sets.items()}
        found |= {("subqueries", n): self.of(s.subquery) for n, s in plan.subqueries.items()}
        found |= {("measures", n): self._measure(n) for n in plan.measures}
        found |= {("cohorts", n): self._cohort(n) for n in plan.cohorts}
        found |= {("indicators", n): self.of(i) for n, i in plan.indicators.items()}
        found |= {("reports", n): self._report(r) for n, r in plan.reports.items()}
        found |= {("audiences", n): self.of(a) for n, a in plan.audiences.items()}
        return found | self._unavailable()

    def of(self, value: Any) -> Any:
        """Return the normal form of a node or value."""
        match value:
            case nodes.MeasureRef(name=name):
                return self._measure(name)
            case nodes.Leaf(subquery=subquery):
                return ("leaf", self.of(subquery))
            case nodes.Or():
                return ("or", self.of(value.types), _set(self._flat(value)))
            case nodes.And():
                return ("and", self.of(value.types), value.all_moments, _set(self._flat(value)))
            case nodes.Except(first=first, rest=rest):
                return ("except", self.of(first), _set(self.of(r) for r in rest))
            case nodes.ConceptInSet(column=column, concept_set=name):
                return ("in set", self.of(column), self.sets[name])
            case nodes.ConceptIs(column=column, ids=ids, descendants=below):
                return ("concept", self.of(column), below, _set(ids))
            case nodes.TextIs(column=column, texts=texts):
                return ("text", self.of(column), _set(texts))
            case nodes.AllOf(parts=parts) | nodes.AnyOf(parts=parts):
                return (type(value).__name__, _set(self.of(part) for part in parts))
            case nodes.Subquery():
                return self._subquery(value)
            case nodes.Target():
                return self._target(value)
            case Indicator():
                return self._indicator(value)
            case Decimal():
                return f"{value.normalize():f}"
            case dt.date():
                return value.isoformat()
            case tuple():
                return tuple(self.of(item) for item in value)
        if is_dataclass(value):
            named = [(f.name, getattr(value, f.name)) for f in fields(value) if f.name not in _WORDING]
            return (type(value).__name__, *((name, self.of(item)) for name, item in named))
        return value

    def _flat(self, node: nodes.Or | nodes.And) -> list[Any]:
        """Return the forms of the children, those of a child that is the same operator in its place."""
        found = []
        for child in node.children:
            part = self.plan.measures[child.name].expression if isinstance(child, nodes.MeasureRef) else child
            same = type(part) is type(node) and part.types == node.types
            if same and isinstance(part, nodes.And) and isinstance(node, nodes.And):
                same = not part.all_moments and not node.all_moments
            found += self._flat(part) if same and isinstance(part, nodes.Or | nodes.And) else [self.of(child)]
        return found

    def _measure(self, name: str) -> Any:
        """Return the form of a measure; its parts come first in a plan, so that no measure waits for itself."""
        if name not in self.measures:
            self.measures[name] = self.of(self.plan.measures[name].expression)
        return self.measures[name]

    def _subquery(self, subquery: nodes.Subquery) -> Any:
        """Return the form of a subquery; the order of its rules makes no difference, their number does: it is a bag."""
        rules = tuple(sorted((self.of(rule) for rule in subquery.rules), key=repr))
        return (
            "subquery",
            self._target(subquery.target),
            self.of(subquery.grain),
            self.of(subquery.resolver),
            self.of(subquery.date),
            rules,
            _set(self.of(part) for part in subquery.exclude),
            self.of(subquery.where),
            _set(self.of(part) for part in subquery.required),
            self.of(subquery.gap),
        )

    def _target(self, target: nodes.Target) -> Any:
        """Return the form of a target with the persons and episodes of its population."""
        named = [
            (f.name, getattr(target, f.name))
            for f in fields(target)
            if f.name not in (*_WORDING, "record", "reduced_by")
        ]
        form = tuple((name, self.of(value)) for name, value in named)
        return ("target", form, _set(target.record), self._persons(self.plan.populations[target.population]))

    def _persons(self, population: Population) -> Any:
        """Return what a population says of persons and episodes; strata and organisations matter to reports alone."""
        left_out = ("stratifiers", "organisations", "attributions", "extensions", *_WORDING)
        return tuple(
            (f.name, self.of(getattr(population, f.name))) for f in fields(population) if f.name not in left_out
        )

    def _cohort(self, name: str) -> Any:
        cohort = self.plan.cohorts[name]
        parts = _set((part, self._measure(measure)) for part, measure in cohort.definitions)
        return ("cohort", parts, _set(part.name for part in cohort.left_out))

    def _indicator(self, indicator: Indicator) -> Any:
        """Return the form of an indicator. Its lists keep their order: a reason names the first that applies (6.2)."""
        named = ("denominator", "numerator", "exclusions", "exceptions", "unresolved", "types", *_WORDING)
        rest = [(f.name, self.of(getattr(indicator, f.name))) for f in fields(indicator) if f.name not in named]
        denominator = None if indicator.denominator is None else self._measure(indicator.denominator)
        lists = (indicator.exclusions, indicator.exceptions, indicator.unresolved)
        return (
            "indicator",
            denominator,
            self._measure(indicator.numerator),
            tuple(tuple(self._measure(name) for name in names) for names in lists),
            *rest,
        )

    def _report(self, report: Report) -> Any:
        population = self.plan.populations[report.types.population]
        rule = population.all_attributions().get(report.attribution or "")
        bridges = (population.organisations, *(extension.organisations for extension in seen_by(self.plan, report)))
        listed = ((i.about.name, self.of(i) if isinstance(i, Indicator) else _gone(i.causes)) for i in report.listed)
        return (
            "report",
            _set((name, self._cohort(name)) for name in report.cohorts),
            report.primary,
            _set(listed),
            _set(self._measure(name) for name in report.counted),
            _set((name, self._measure(name)) for name in report.dataset),
            _set(report.calendars),
            _set(self.of(period) for period in report.named_periods),
            (report.financial_year_starts, report.period_date),
            _set(self.of(stratifier) for stratifier in report.stratifiers),
            report.levels,
            self.of(rule),
            _set(self.of(bridge) for bridge in bridges if bridge) if report.levels else None,
            _set((part.part, part.name) for part in report.left_out),
        )

    def _unavailable(self) -> dict[Node, Any]:
        gone = self.plan.unavailable
        found: dict[Node, Any] = {}
        for name in gone.parts.below:
            section = "measures" if name in gone.measures else "subqueries"
            found[section, name] = _gone(gone.parts.causes([name]))
        found |= {("cohorts", name): ("unavailable", _set(p.name for p in c)) for name, c in gone.cohorts.items()}
        found |= {("indicators", name): _gone(i.causes) for name, i in gone.indicators.items()}
        found |= {("reports", name): _gone(r.causes) for name, r in gone.reports.items()}
        return found

    def _lines(self, lines: Iterable[nodes.ConceptSetLine]) -> Iterable[Any]:
        return ((line.id, line.descendants, line.exclude) for line in lines)


def _gone(causes: Iterable[Cause]) -> Any:
    return ("unavailable", _set((cause.incomplete.kind, cause.incomplete.name) for cause in causes))


def _set(forms: Iterable[Any]) -> tuple[Any, ...]:
    """Return forms without order and repetition."""
    return tuple(sorted(set(forms), key=repr))
