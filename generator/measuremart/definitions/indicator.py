"""Indicators: who was due the care, and who got it (semantics.md section 6)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import Entry, Name, Number, Part, PlainId, Text, incomplete
from measuremart.definitions.example import IndicatorExample
from measuremart.definitions.offset import Span

FULL_COHORT = "full_cohort"
BenchmarkValue = Annotated[Number, Field(ge=0, max_digits=18, decimal_places=6)]


class Around(Part):
    """A window around a reference date; a side that is left out is open."""

    before: Span | None = None
    after: Span | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.before is None and self.after is None:
            raise incomplete("a window needs before, after or both")
        return self


class Benchmark(Part):
    """The value to compare with."""

    value: BenchmarkValue
    unit: Literal["percent", "days"] | None = None
    better: Literal["higher", "lower"] | None = None


class BenchmarkOverride(Part):
    """The parts of a benchmark that a report restates."""

    value: BenchmarkValue | None = None
    unit: Literal["percent", "days"] | None = None
    better: Literal["higher", "lower"] | None = None


class Indicator(Entry):
    """A denominator and a numerator with their windows and policies."""

    description: Text
    id: PlainId | None = None
    title: Text
    reference: Text | None = None
    version: Annotated[int, Field(ge=1)] = 1
    type: Literal["proportion", "duration"] = "proportion"
    denominator: Name
    numerator: Name
    exclusions: tuple[Name, ...] = ()
    exceptions: tuple[Name, ...] = ()
    unresolved: tuple[Name, ...] = ()
    denominator_window: Around | None = None
    numerator_window: Around | None = None
    reference_date: Literal["cohort", "denominator"] = "cohort"
    opportunity: Literal["any", "first"] = "any"
    undated_numerator: Literal["met", "ignore"] = "met"
    open_window: Literal["unresolved", "not_met"] = "unresolved"
    grain: Literal["cohort", "person"] = "cohort"
    benchmark: Benchmark | None = None
    valid_for: tuple[Name, ...] | None = None
    examples: tuple[IndicatorExample, ...] = ()

    @model_validator(mode="after")
    def _units(self) -> Self:
        if self.benchmark is not None:
            wanted = "days" if self.type == "duration" else "percent"
            if self.benchmark.unit not in (None, wanted):
                text = f"the benchmark of a {self.type} is in {wanted}"
                raise PydanticCustomError("benchmark", "{text}", {"text": text, "at": ("benchmark", "unit")})
        return self


class IndicatorOverride(Part):
    """What a report restates about an indicator, without forking it."""

    title: Text | None = None
    reference: Text | None = None
    benchmark: BenchmarkOverride | None = None
    denominator_window: Around | None = None
    numerator_window: Around | None = None
    reference_date: Literal["cohort", "denominator"] | None = None
    opportunity: Literal["any", "first"] | None = None
    open_window: Literal["unresolved", "not_met"] | None = None
