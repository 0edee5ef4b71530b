"""Checks of windows: those that hold no day, and those that lie on the wrong side of a death."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.measure import Expression
from measuremart.definitions.subquery import InlineSubquery
from measuremart.plan.nodes import Offset
from measuremart.plan.offsets import is_reversed, offset
from measuremart.plan.reach import reach_of
from measuremart.problems import Kind
from measuremart.uses import inline_parts


def reversed_window(material: Material) -> Iterator[Finding]:
    """A window that ends before it starts, whatever day its anchor is.

    What: a `window` whose `to` lies before its `from` for every day of the calendar, leap years and the lengths of
    months included. An error.

    Why: no date is ever inside, so that the measure has no members (with `pick: none` it has all), and nobody is told.

    Example: `from: {years: 1}`, `to: {months: 11, days: 27}`, which ends on the day before at the latest.

    Fix: exchange `from` and `to`, or correct the one that is wrong; negative is before the anchor.
    """
    for defined in material.catalogue.of("measures").values():
        if defined.entry is None:
            continue
        for part in (defined.entry, *inline_parts(defined.entry)):
            window = part.window if isinstance(part, Expression) else None
            if window is not None and is_reversed(offset(window.from_), offset(window.to)):
                text = "the window ends before it starts, whatever day its anchor is: correct 'from' or 'to'"
                yield Finding(defined, window.place("from"), text, Kind.MEANING)


def window_after_death(material: Material) -> Iterator[Finding]:
    """A window that holds only days from a death on.

    What: a `window` whose anchor is a death and whose `from` is the day of it or later, or a `numerator_window` around
    the dates of a denominator that is a death, with `before` of no days. What is looked for is something else. A target
    called `death`, or whose name ends in `_death`, is of deaths. A warning.

    Why: nothing is done for a person who has died. Somebody who asks for care near the end of life, often with
    `better: lower`, and swaps before and after sees a rate of nearly 0 and takes it for a good one.

    Example: `{anchor: died, candidate: chemotherapy, from: {days: 0}, to: {days: 30}}`.

    Fix: look before the anchor: `from: {days: -30}`, `to: {days: 0}`; in an indicator `before: {days: 30}`.
    """
    for defined in material.catalogue.of("measures").values():
        if defined.entry is None:
            continue
        for part in (defined.entry, *inline_parts(defined.entry)):
            window = part.window if isinstance(part, Expression) else None
            start = offset(window.from_) if window is not None else None
            if window is None or start is None or not _from_the_day_on(start):
                continue
            if _is_of_deaths(material, window.anchor) and not _is_of_deaths(material, window.candidate):
                text = "the window begins on the day of a death or later: a negative 'from' looks before it"
                yield Finding(defined, window.place("from"), text)
    for defined in material.catalogue.of("indicators").values():
        entry = defined.entry
        if entry is None or entry.reference_date != "denominator" or entry.numerator_window is None:
            continue
        before = offset(entry.numerator_window.before)
        if before is None or before != Offset(months=0, days=0):
            continue
        if _is_of_deaths(material, entry.denominator) and not _is_of_deaths(material, entry.numerator):
            text = "the window begins on the day of a death: 'before' with days looks before it"
            yield Finding(defined, entry.numerator_window.place("before"), text)


def _from_the_day_on(start: Offset) -> bool:
    return start.months >= 0 and start.days >= 0


def _is_of_deaths(material: Material, child: str | Expression | InlineSubquery) -> bool:
    targets = set(_targets(material, child))
    return bool(targets) and all(name == "death" or name.endswith("_death") for name in targets)


def _targets(material: Material, child: str | Expression | InlineSubquery) -> Iterator[str]:
    """Yield the names of the targets below a child."""
    plan = material.plan
    if isinstance(child, InlineSubquery):
        yield child.target
    elif isinstance(child, Expression):
        for _, inner in child.children():
            yield from _targets(material, inner)
        if isinstance(child.subquery, str):
            yield from _targets(material, child.subquery)
    elif child in plan.measures:
        yield from reach_of(plan.measures, [child]).targets
    elif child in plan.subqueries:
        yield plan.subqueries[child].subquery.target.name
