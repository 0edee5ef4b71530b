"""Checks of windows that hold no day."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.measure import Expression
from measuremart.plan.offsets import is_reversed, offset
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
