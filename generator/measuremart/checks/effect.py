"""Checks for options that change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.base import Part
from measuremart.plan.nodes import Indicator
from measuremart.problems import Kind, Position

# The value of an option that asks for something, and when an indicator gives it what it asks for (semantics.md 6.2).
_ASKED = {
    "opportunity": "first",
    "reference_date": "denominator",
    "undated_numerator": "ignore",
    "open_window": "not_met",
}
_HAS_EFFECT: dict[str, Callable[[Indicator], bool]] = {
    "opportunity": lambda i: None not in (i.denominator, i.numerator_window) and i.around_denominator,
    "reference_date": lambda i: None not in (i.denominator, i.numerator_window),
    "undated_numerator": lambda i: i.numerator_window is None,
    "open_window": lambda i: i.numerator_window is not None and i.numerator_window.after is not None,
}
_NEEDS = {
    "opportunity": "only a numerator_window around each date of a denominator measure tells the first from others",
    "reference_date": "only a numerator_window beside a denominator measure has a reference",
    "undated_numerator": "beside a numerator_window an unknown date stays unknown",
    "open_window": "only a numerator_window with 'after' has a last day that can be still to come",
}


def option_without_effect(material: Material) -> Iterator[Finding]:
    """An option of an indicator that changes nothing.

    What: a `denominator_window` with `denominator: full_cohort` (an error), `opportunity: first` without a
    `numerator_window` around the dates of a denominator measure, `reference_date: denominator` without such a window
    or with the full cohort, `undated_numerator: ignore` with a window, `open_window: not_met` without a
    `numerator_window` that has `after` (warnings). An indicator whose option has its effect in some report, which
    restates the window, is left alone.

    Why: the author thinks that fewer keys are due, or other dates asked for, than really are. The full cohort is
    always due, whatever window is written.

    Example: `denominator: full_cohort`, `denominator_window: {before: {days: 30}}`.

    Fix: remove the option, name a measure as the denominator, or add the window that was meant.
    """
    in_reports = [i for report in material.plan.reports.values() for i in report.indicators]
    for name, indicator in material.plan.indicators.items():
        defined = material.catalogue.of("indicators")[name]
        forms = [indicator, *(i for i in in_reports if i.about.name == name)]
        yield from (Finding(defined, *found) for found in _without_effect(defined.entry, forms))
    for name, report in material.plan.reports.items():
        defined = material.catalogue.of("reports")[name]
        restated = {i.about.name: i for i in report.indicators}
        for item in defined.entry.indicators:
            ((of, override),) = item.items()
            if of in restated:  # an unavailable one has no options that could have an effect
                yield from (Finding(defined, *found) for found in _without_effect(override, [restated[of]]))


def _without_effect(entry: Part, forms: list[Indicator]) -> Iterator[tuple[Position, str, Kind]]:
    if getattr(entry, "denominator_window", None) is not None and forms[0].denominator is None:
        text = "a denominator_window changes nothing with full_cohort, which is always due: name a measure instead"
        yield entry.place("denominator_window"), text, Kind.MEANING
    for option, value in _ASKED.items():
        if getattr(entry, option, None) == value and not any(map(_HAS_EFFECT[option], forms)):
            yield entry.place(option), f"'{option}: {value}' changes nothing here: {_NEEDS[option]}", Kind.WARNING
