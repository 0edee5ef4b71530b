"""Checks of who is due, and of the dates that an indicator asks for."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.plan import nodes
from measuremart.plan.nodes import Indicator, Plan
from measuremart.problems import Kind

# What becomes of everyone in the denominator whom a list of an indicator holds.
_LEAVES = {
    "exclusions": "nobody would be left",
    "unresolved": "nobody would be left",
    "exceptions": "nobody could fail",
}


def excluded_denominator(material: Material) -> Iterator[Finding]:
    """An exclusion or exception that holds the whole denominator.

    What: an indicator whose `exclusions`, `exceptions` or `unresolved` name its own denominator, or a measure that
    surely holds it: an OR with it, its first or last dates, another name for the same subquery. An error.

    Why: everyone in the denominator would be excluded, left unresolved, or excused, and the rate would be of nobody, or
    100% whatever was done.

    Example: `denominator: stage_iii`, `exclusions: [stage_iii]`.

    Fix: name the measure of those who should be left out.
    """
    for defined in material.catalogue.of("indicators").values():
        entry = defined.entry
        if entry is None:
            continue
        for word, outcome in _LEAVES.items():
            for number, name in enumerate(getattr(entry, word)):
                if name == entry.denominator:
                    text = f"the denominator '{name}' is listed under {word}: {outcome}"
                elif _names_it(material.plan, name, entry.denominator):
                    text = f"'{name}' under {word} holds the whole denominator '{entry.denominator}': {outcome}"
                else:
                    continue
                yield Finding(defined, entry.place(word, number), text, Kind.MEANING)


def _names_it(plan: Plan, measure: str, denominator: str) -> bool:
    if measure not in plan.measures or denominator not in plan.measures:
        return False
    return _holds(plan, plan.measures[measure].expression, denominator, set())


def _holds(plan: Plan, node: nodes.Expression, denominator: str, seen: set[str]) -> bool:
    """Say whether an expression surely has every key of a measure."""
    if node == plan.measures[denominator].expression:
        return True
    match node:
        case nodes.MeasureRef(name=name):
            if name == denominator:
                return True
            if name in seen or name not in plan.measures:
                return False
            seen.add(name)
            return _holds(plan, plan.measures[name].expression, denominator, seen)
        case nodes.Or(types=types, children=children):
            return any(_holds(plan, c, denominator, seen) for c in children if c.types.grain == types.grain)
        case nodes.Extreme(child=child, per=None) | nodes.At(child=child):
            return _holds(plan, child, denominator, seen)
    return False


def empty_valid_for(material: Material) -> Iterator[Finding]:
    """An indicator that is valid for no period.

    What: `valid_for: []`. An error.

    Why: no key would ever be asked, and the indicator would be empty in every report.

    Example: `valid_for: []`.

    Fix: name a period of a report, or leave `valid_for` out: then every key is asked.
    """
    for defined in material.catalogue.of("indicators").values():
        if defined.entry is not None and defined.entry.valid_for == ():
            text = "'valid_for' names no period, so that no key is ever asked: name one, or leave 'valid_for' out"
            yield Finding(defined, defined.entry.place("valid_for"), text, Kind.MEANING)


def timeless_window(material: Material) -> Iterator[Finding]:
    """A window of an indicator over what has no dates.

    What: a `denominator_window` with a timeless denominator, a `numerator_window` with a timeless numerator, or a
    window around the dates of a timeless denominator or cohort; in the indicator itself, or as a report states it. A
    measure is timeless if its target has no dates. An error.

    Why: no date can be inside or outside, so that every key would stay unresolved.

    Example: `denominator: woman` (a sex), `denominator_window: {before: {days: 30}}`.

    Fix: leave the window out, or name a measure that has dates.
    """
    plan = material.plan
    own = {name: dict(_undatable(plan, indicator)) for name, indicator in plan.indicators.items()}
    for name, faults in own.items():
        defined = material.catalogue.of("indicators")[name]
        for option, text in faults.items():
            written = option if option in defined.entry.model_fields_set else "numerator_window"
            yield Finding(defined, defined.entry.place(written), text, Kind.MEANING)
    for name, report in plan.reports.items():
        defined = material.catalogue.of("reports")[name]
        restated = {i.about.name: i for i in report.indicators}
        for number, item in enumerate(defined.entry.indicators):
            ((of, override),) = item.items()
            if of not in restated:
                continue
            for option, text in _undatable(plan, restated[of], report.types.timeless):
                if option not in own.get(of, {}):
                    is_here = option in override.model_fields_set
                    place = override.place(option) if is_here else defined.entry.place("indicators", number)
                    yield Finding(defined, place, text, Kind.MEANING)


def _undatable(plan: Plan, indicator: Indicator, cohort: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the options of an indicator that ask for dates of what has none; `cohort`: its report's cohort has none."""

    def timeless(measure: str | None) -> bool:
        return measure in plan.measures and plan.measures[measure].expression.types.timeless

    denominator, numerator = indicator.denominator, indicator.numerator
    fix = "leave the window out, or name a measure that has dates"
    around_cohort = "the window lies around the cohort date, and the cohort is timeless: leave it out"
    if indicator.denominator_window is not None and denominator is not None:
        if timeless(denominator):
            text = f"a window needs dates, and the denominator '{denominator}' is timeless: {fix}"
            yield "denominator_window", text
        elif cohort:
            yield (
                "denominator_window",
                "the window lies around the cohort date, and the cohort is timeless: leave it out",
            )
    if indicator.numerator_window is None:
        return
    if timeless(numerator):
        yield "numerator_window", f"a window needs dates, and the numerator '{numerator}' is timeless: {fix}"
    elif indicator.around_denominator and timeless(denominator):
        text = f"the numerator_window lies around dates of the denominator, and '{denominator}' is timeless"
        yield "reference_date", f"{text}: {fix}"
    elif cohort and (denominator is None or not indicator.around_denominator):
        yield "numerator_window", around_cohort
