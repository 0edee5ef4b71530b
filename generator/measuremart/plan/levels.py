"""Levels and attribution of a report (semantics.md section 9)."""

from __future__ import annotations

from measuremart.definitions.file import Defined
from measuremart.plan.nodes import Population, Typed
from measuremart.plan.scope import UNSAID, Scope, Trail


def attribution_of(defined: Defined, types: Typed, population: Population, scope: Scope, trail: Trail) -> str | None:
    """Return the rule of attribution of a report with levels, None without; what does not fit is reported."""
    entry = defined.entry
    if not entry.levels:
        if entry.attribution is not None:
            scope.report(entry.place("attribution"), "'attribution' has no effect without 'levels'", trail)
        return None
    for number, level in enumerate(entry.levels):
        if level in entry.levels[:number]:
            scope.report(entry.place("levels", number), f"level '{level}' appears twice", trail, check="twice")
    if not any(part.organisations for part in population.parts()):
        text = f"population '{population.name}' has no organisations: declare them there, or leave 'levels' out"
        scope.report(entry.place("levels"), text, trail)
        return None
    rules = population.all_attributions()
    if entry.attribution is None:
        text = f"'levels' needs an 'attribution'; there are {', '.join(rules) or 'none'}"
        scope.report(entry.place("levels"), text, trail)
        return None
    if entry.attribution not in rules and scope.catalogue.may_have(entry.attribution):  # of what could not be read
        scope.report(entry.place("attribution"), f"unknown attribution '{entry.attribution}'", trail, check=UNSAID)
        return None
    if not scope.pick(entry.attribution, rules, "attribution", entry, ("attribution",), trail):
        return None
    if types.grain.level == "person" and rules[entry.attribution].episode is not None:
        text = f"attribution '{entry.attribution}' is by episode, and the report by person: attribute by person"
        scope.report(entry.place("attribution"), text, trail, check="grain_mismatch")
    return str(entry.attribution)
