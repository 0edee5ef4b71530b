"""Checks of benchmarks: a share written where percent is meant, and what no rate can reach."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.base import Part
from measuremart.definitions.file import Defined
from measuremart.problems import Kind

_WHOLE = Decimal(100)


def unlikely_benchmark(material: Material) -> Iterator[Finding]:
    """A benchmark of a proportion that is no percentage, or looks like a share.

    What: the `benchmark` of a proportion, in the indicator or as a report restates it, whose `value` is above 100 (an
    error), or above 0 and below 1 (a warning).

    Why: benchmarks of proportions are in percent. No rate reaches 700 percent, and every rate above one in a hundred
    reaches 0.7, so that the verdict says nothing.

    Example: `benchmark: {value: 0.7, unit: percent}`.

    Fix: write percent, `value: 70`. Where less than one percent is meant, waive the warning.
    """
    for defined in material.catalogue.of("indicators").values():
        if defined.entry is not None and defined.entry.type == "proportion":
            yield from _of_benchmark(defined, defined.entry.benchmark)
    indicators = material.catalogue.of("indicators")
    for defined in material.catalogue.of("reports").values():
        for item in defined.entry.indicators if defined.entry is not None else ():
            ((name, override),) = item.items()
            stated = indicators.get(name)
            if stated is not None and stated.entry is not None and stated.entry.type == "proportion":
                yield from _of_benchmark(defined, override.benchmark)


def _of_benchmark(defined: Defined, benchmark: Part | None) -> Iterator[Finding]:
    value: Decimal | None = getattr(benchmark, "value", None)
    if benchmark is None or value is None:
        return
    if value > _WHOLE:
        text = f"no rate reaches a benchmark of {_plain(value)} percent: write a value from 0 to 100"
        yield Finding(defined, benchmark.place("value"), text, Kind.MEANING)
    elif 0 < value < 1:
        meant = _plain(value * 100)
        text = f"a benchmark of {_plain(value)} percent is less than 1 in 100: write {meant} if that share is meant"
        yield Finding(defined, benchmark.place("value"), text)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
