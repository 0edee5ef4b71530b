"""Checks of numbers: a comparison that does not say of which unit it is."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.file import Defined
from measuremart.definitions.rule import Matchers
from measuremart.definitions.subquery import InlineSubquery
from measuremart.uses import inline_parts


def number_without_unit(material: Material) -> Iterator[Finding]:
    """A number that is compared without its unit.

    What: a rule of a subquery with `scalar` and without `unit` in it, over a target that has a column for the unit; in
    `rules`, `exclude` or `where`. A warning.

    Why: 7 mmol/l and 7 mg/dl are the same number and not the same finding. A source that changes its unit changes the
    result, and nobody is told.

    Example: `scalar: {op: ">=", value: 7, concept: 3004501}`.

    Fix: name the unit, `unit: 8753`. Where the number has none, such as a score, waive the check.
    """
    for defined in material.catalogue.of("subqueries").values():
        if defined.entry is not None:
            yield from _of_subquery(material, defined, defined.entry)
    for defined in material.catalogue.of("measures").values():
        for part in inline_parts(defined.entry) if defined.entry is not None else ():
            if isinstance(part, InlineSubquery):
                yield from _of_subquery(material, defined, part)


def _of_subquery(material: Material, defined: Defined, subquery: InlineSubquery) -> Iterator[Finding]:
    target = material.plan.targets.get(subquery.target)
    if target is None or target.unit is None:
        return
    for rule in (*subquery.rules, *subquery.exclude, *([subquery.where] if subquery.where else [])):
        for part in _parts(rule):
            if part.scalar is not None and part.scalar.unit is None:
                text = "this number is compared whatever its unit is: add 'unit' to 'scalar', or waive the check"
                yield Finding(defined, part.place("scalar"), text)


def _parts(rule: Matchers) -> Iterator[Matchers]:
    yield rule
    for inner in (*(rule.all or ()), *(rule.any or ())):
        yield from _parts(inner)
