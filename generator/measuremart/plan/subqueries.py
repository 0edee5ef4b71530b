"""Subqueries and rules of the plan: roles become columns, names become things."""

from __future__ import annotations

from typing import Literal

from measuremart.definitions import rule as language
from measuremart.definitions.base import Part
from measuremart.definitions.subquery import InlineSubquery
from measuremart.plan.grain import EPISODE, PERSON, Grain, Within
from measuremart.plan.nodes import (
    AllOf,
    AnyOf,
    CodeMatches,
    Column,
    ColumnKind,
    ConceptInSet,
    ConceptIs,
    Conditions,
    FlagIs,
    IsKnown,
    NumberIs,
    Offset,
    Predicate,
    Subquery,
    Target,
    TextIs,
    TextMatches,
)
from measuremart.plan.offsets import offset
from measuremart.plan.scope import Scope, Trail
from measuremart.plan.targets import MAIN_ROLES, Roles, TargetPlanner

_KIND_OF_MATCHER: dict[str, ColumnKind] = {
    "exact": "concept",
    "hierarchy": "concept",
    "phenotype": "concept",
    "substring": "text",
    "starts_with": "text",
    "equals": "text",
    "scalar": "number",
    "predicate": "flag",
}


class SubqueryPlanner:
    """Builds subqueries, named and inline."""

    def __init__(self, scope: Scope, targets: TargetPlanner) -> None:
        self._scope = scope
        self._targets = targets

    def build(
        self, entry: InlineSubquery, trail: Trail, name: str = "", pack: str = "", key: str = ""
    ) -> Subquery | None:
        """Return the planned subquery, None where it has problems (reported) or is incomplete."""
        if not entry.target:
            return None
        before = len(self._scope.problems)
        found = self._scope.find(entry.target, "targets", entry.place("target"), trail)
        target = self._targets.targets.get(entry.target) if found else None
        if target is None:
            return None
        roles = self._targets.roles[target.name]
        resolved = self._resolver(entry, target, roles, trail)
        date = self._date(entry, roles, trail)
        rules = [self._rule(r, target, roles, trail.down("rules", n)) for n, r in enumerate(entry.rules)]
        exclude = [self._rule(r, target, roles, trail.down("exclude", n)) for n, r in enumerate(entry.exclude)]
        where = self.conditions(entry.where, target.population, target.timeless, trail.down("where"))
        asks = entry.where is not None and entry.where.asks
        required = [self._rule(entry.where, target, roles, trail.down("where"))] if entry.where and asks else []
        gap = self._gap(entry, target, date, trail)
        if len(self._scope.problems) > before or resolved is None or entry.incomplete is not None:
            return None
        grain, resolver = resolved
        return Subquery(
            name=name,
            pack=pack,
            target=target,
            grain=grain,
            resolver=resolver,
            date=date,
            rules=tuple(r for r in rules if r is not None),
            exclude=tuple(r for r in exclude if r is not None),
            where=where,
            required=tuple(r for r in required if r is not None),
            gap=gap,
            key=key or name,
        )

    def _resolver(
        self, entry: InlineSubquery, target: Target, roles: Roles, trail: Trail
    ) -> tuple[Grain, Column] | None:
        word = entry.resolve_by or ("episode" if target.episode else "person")
        choices = ["person", *(["episode"] if target.episode else []), "event", *roles.keys]
        if not self._scope.pick(word, choices, "resolver", entry, ("resolve_by",), trail):
            return None
        if word == "person":
            return PERSON, Column(target.person, "id")
        if word == "episode":
            return EPISODE, Column(target.episode or "", "id")
        if word == "event":
            below: Within = "episode" if target.episode else "person"
            return Grain("event", target.name, below), Column(target.event, "id")
        column, within = roles.keys[word]
        if within == "episode" and target.episode is None:
            self._scope.report(
                entry.place("resolve_by"), f"key '{word}' is within episode, but target '{target.name}' has none", trail
            )
            return None
        return Grain("key", word, within), column

    def _date(self, entry: InlineSubquery, roles: Roles, trail: Trail) -> Column | None:
        if entry.date is None:
            return next(iter(roles.dates.values()), None)
        if not self._scope.pick(entry.date, roles.dates, "date role", entry, ("date",), trail):
            return None
        return roles.dates[entry.date]

    def _gap(self, entry: InlineSubquery, target: Target, date: Column | None, trail: Trail) -> Offset | None:
        """Return the gap over which its rows are joined, its own or the target's; None where they stay as they are."""
        own = "spans" in entry.model_fields_set
        gap = (offset(entry.spans.gap) if entry.spans is not None else None) if own else target.gap
        if gap is None:
            return None
        if target.start is None or target.end is None:
            text = f"spans need date roles start and end, and target '{target.name}' lacks them"
            self._scope.report(entry.place("spans"), text, trail, check="spans")
        elif target.missing_end is None:
            what = "spans need to know what a missing end means"
            text = f"{what}: write missing_end: open or start in target '{target.name}'"
            self._scope.report(entry.place("spans"), text, trail, check="spans")
        elif date not in (target.start, target.end):
            hint = "" if own else ", or write spans: null"
            text = f"a span is dated by its start or end: write date: start or date: end{hint}"
            self._scope.report(entry.place("date"), text, trail, check="spans")
        return gap

    def conditions(
        self, entry: language.Conditions | None, population: str, timeless: bool, trail: Trail
    ) -> Conditions:
        """Return the planned conditions of a `where:` or a filter; problems are reported."""
        if entry is None:
            return Conditions()
        sex: int | None = None
        if entry.sex is not None:
            sexes = self._targets.sexes[population]
            if self._scope.pick(entry.sex, sexes, "sex", entry, ("sex",), trail):
                sex = sexes[entry.sex]
                if self._targets.populations[population].sex is None:
                    self._scope.report(entry.place("sex"), f"population '{population}' names no sex column", trail)
        if entry.age is not None and self._targets.populations[population].birth_date is None:
            self._scope.report(entry.place("age"), f"population '{population}' names no birth date", trail)
        conditions = Conditions(
            age_min=entry.age.min if entry.age else None,
            age_max=entry.age.max if entry.age else None,
            sex=sex,
            on_or_after=entry.on_or_after,
            on_or_before=entry.on_or_before,
        )
        if timeless and conditions.needs_date:
            self._scope.report(
                entry.place(), "a date or age condition needs dates, and this is timeless", trail, check="timeless"
            )
        return conditions

    def _rule(self, rule: language.Matchers, target: Target, roles: Roles, trail: Trail) -> Predicate | None:
        if rule.all is not None:
            return self._all([self._rule(r, target, roles, trail.down("all", n)) for n, r in enumerate(rule.all)])
        if rule.any is not None:
            parts = [self._rule(r, target, roles, trail.down("any", n)) for n, r in enumerate(rule.any)]
            known = tuple(p for p in parts if p is not None)
            return (known[0] if len(known) == 1 else AnyOf(known)) if len(known) == len(parts) else None
        return self._all([self._matcher(rule, m, target, roles, trail) for m in rule.matchers()])

    def _all(self, parts: list[Predicate | None]) -> Predicate | None:
        known = tuple(p for p in parts if p is not None)
        if len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else AllOf(known)

    def _matcher(
        self, rule: language.Matchers, matcher: str, target: Target, roles: Roles, trail: Trail
    ) -> Predicate | None:
        value = getattr(rule, matcher)
        if matcher in ("presence", "absence"):
            if not self._scope.pick(value, roles.by_name, "role", rule, (matcher,), trail):
                return None
            return IsKnown(roles.by_name[value], known=matcher == "presence")
        kind = "concept" if rule.of == "code" else _KIND_OF_MATCHER[matcher]
        column = self._column(rule, matcher, kind, target, roles, trail)
        if column is None:
            return None
        if matcher in ("exact", "hierarchy"):
            return ConceptIs(column, tuple(sorted({c.id for c in value})), descendants=matcher == "hierarchy")
        if matcher == "phenotype":
            self._scope.find(value, "concept_sets", rule.place("phenotype"), trail)
            return ConceptInSet(column, value)
        if matcher in ("substring", "starts_with"):
            code = value.code_of.id if isinstance(value, language.CodeOf) else None
            text = None if code is not None else value
            position: Literal["start", "anywhere"] = "start" if matcher == "starts_with" else "anywhere"
            return (CodeMatches if rule.of == "code" else TextMatches)(column, position, text, code)
        if matcher == "equals":
            return TextIs(column, tuple(sorted(set(value))))
        if matcher == "predicate":
            return FlagIs(column, value)
        return self._scalar(value, column, roles, target, trail)

    def _column(
        self, rule: Part, matcher: str, kind: ColumnKind, target: Target, roles: Roles, trail: Trail
    ) -> Column | None:
        role = getattr(rule, "role", None)
        if role is not None:
            named = roles.of_kind(kind)
            ok = self._scope.pick(role, named, f"{kind} role", rule, ("role",), trail)
            return roles.by_name[role] if ok else None
        main = next(r for r, k in MAIN_ROLES.items() if k == kind)
        if main not in roles.by_name:
            self._scope.report(
                rule.place(matcher),
                f"target '{target.name}' has no {kind}: '{matcher}' cannot apply",
                trail,
                check="unknown_name",
            )
            return None
        return roles.by_name[main]

    def _scalar(
        self, scalar: language.Scalar, number: Column, roles: Roles, target: Target, trail: Trail
    ) -> Predicate | None:
        parts: list[Predicate] = [NumberIs(number, scalar.op, scalar.value)]
        for word, wanted in (("concept", scalar.concept), ("unit", scalar.unit)):
            if wanted is None:
                continue
            if word not in roles.by_name:
                self._scope.report(
                    scalar.place(word), f"target '{target.name}' has no {word}: '{word}' cannot apply", trail
                )
                return None
            parts.append(ConceptIs(roles.by_name[word], (wanted.id,), descendants=False))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))
