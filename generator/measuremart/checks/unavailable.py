"""Checks of what is not written yet, and of what asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.plan.unavailable import said
from measuremart.problems import Kind


def incomplete_definition(material: Material) -> Iterator[Finding]:
    """A subquery or measure that says itself that it is not written yet.

    What: a definition with `incomplete`, or with an inline part that has it. A warning, with how many indicators it
    makes unavailable.

    Why: everything above it has no table, and a report shows it as unavailable: never as zero, but not as a figure
    either.

    Example: `stage_recorded: {target: measurement, incomplete: the list of stages is not agreed}`.

    Fix: write its rules or its operator. Until then waive the check where the gap is known to all who read the report.
    """
    missing = material.plan.unavailable
    indicators = Counter(c.incomplete.name for i in missing.indicators.values() for c in i.causes)
    for name, incomplete in missing.parts.incomplete.items():
        section = "subqueries" if incomplete.kind == "subquery" else "measures"
        defined = material.catalogue.of(section)[name]
        number = indicators[name]
        what = f"; it makes {number} indicator{'' if number == 1 else 's'} unavailable" if number else ""
        yield Finding(defined, defined.position, f"{incomplete}{what}")


def unavailable_example(material: Material) -> Iterator[Finding]:
    """An example of a measure or indicator that is unavailable.

    What: `examples` of a definition that is incomplete, or above one that is. An error.

    Why: there is no table that could answer it; `measuremart test` would pass over it in silence.

    Example: examples of `stage_iii`, whose subquery says `incomplete`.

    Fix: complete the definition, or take the examples out. A waiver keeps them; they do not run until it is complete.
    """
    missing = material.plan.unavailable
    names = [("measures", name) for name in missing.measures] + [("indicators", name) for name in missing.indicators]
    for section, name in names:
        defined = material.catalogue.of(section)[name]
        if defined.entry.examples:
            why = missing.parts.causes([name]) if section == "measures" else missing.indicators[name].causes
            text = f"'{name}' is unavailable, so that no example of it can run: {said(why)}"
            yield Finding(defined, defined.entry.key_place("examples"), text, Kind.MEANING)
