"""What is said of an indicator: its benchmark, what a report restates of it, what is left where it is unavailable."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Literal, TypeAlias

from measuremart.definitions import indicator as language
from measuremart.definitions.file import Defined
from measuremart.plan import nodes
from measuremart.plan.offsets import offset
from measuremart.plan.scope import Scope, Trail, about
from measuremart.plan.unavailable import Cause, UnavailableIndicator

Listed: TypeAlias = nodes.Indicator | UnavailableIndicator


def one_line(text: str | None) -> str:
    """Return a text without line breaks, empty where there is none."""
    return " ".join((text or "").split())


def unavailable_indicator(
    defined: Defined, available: tuple[str, ...], missing: tuple[str, ...], causes: tuple[Cause, ...]
) -> UnavailableIndicator:
    """Return what is said of an indicator some of whose measures are missing."""
    entry: language.Indicator = defined.entry
    return UnavailableIndicator(
        about=about(defined),
        title=one_line(entry.title),
        reference=one_line(entry.reference),
        version=entry.version,
        duration=entry.type == "duration",
        denominator=None if entry.denominator == language.FULL_COHORT else entry.denominator,
        numerator=entry.numerator,
        benchmark=benchmark_of(entry),
        available=available,
        missing=missing,
        causes=causes,
    )


def benchmark_of(entry: language.Indicator) -> nodes.Benchmark | None:
    """Return an indicator's benchmark with its unit and direction, None where it has none."""
    if entry.benchmark is None:
        return None
    duration = entry.type == "duration"
    better = entry.benchmark.better or ("lower" if duration else "higher")  # a shorter wait is better
    return nodes.Benchmark(entry.benchmark.value, _unit(duration), better == "lower")


def around(entry: language.Around | None) -> nodes.Around | None:
    """Return a window around a reference."""
    if entry is None:
        return None
    return nodes.Around(offset(entry.before), offset(entry.after))


def restated(scope: Scope, indicator: Listed, override: language.IndicatorOverride, trail: Trail) -> Listed:
    """Return the indicator as a report states it; problems are reported. An unavailable one keeps no windows."""
    changes: dict[str, object] = {}
    if override.title is not None:
        changes["title"] = one_line(override.title)
    if override.reference is not None:
        changes["reference"] = one_line(override.reference)
    if override.denominator_window is not None:
        changes["denominator_window"] = around(override.denominator_window)
    if override.numerator_window is not None:
        changes["numerator_window"] = around(override.numerator_window)
    if override.reference_date is not None:
        changes["around_denominator"] = override.reference_date == "denominator"
    if override.opportunity is not None:
        changes["first_opportunity"] = override.opportunity == "first"
    if override.open_window is not None:
        changes["ignore_open"] = override.open_window == "not_met"
    if override.benchmark is not None:
        benchmark = _benchmark(scope, indicator, override.benchmark, trail)
        if benchmark is not None:
            changes["benchmark"] = benchmark
    known = {field.name for field in fields(indicator)}
    return replace(indicator, **{key: value for key, value in changes.items() if key in known})  # type: ignore[arg-type]


def _benchmark(
    scope: Scope,
    indicator: Listed,
    override: language.BenchmarkOverride,
    trail: Trail,
) -> nodes.Benchmark | None:
    old = indicator.benchmark
    unit = _unit(indicator.duration)
    if override.unit not in (None, unit):
        scope.report(override.place("unit"), f"the benchmark of this indicator is in {unit}", trail)
        return None
    value = override.value if override.value is not None else (old.value if old else None)
    if value is None:
        scope.report(override.place(), "the indicator has no benchmark to restate: 'value' is required", trail)
        return None
    if override.better is not None:
        lower = override.better == "lower"
    else:
        lower = old.lower_is_better if old is not None else indicator.duration
    return nodes.Benchmark(value, unit, lower)


def _unit(duration: bool) -> Literal["percent", "days"]:
    return "days" if duration else "percent"
