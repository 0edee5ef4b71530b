"""Reports: cohorts, indicators, periods and how results are cut (semantics.md section 7)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import Entry, Name, Part, PlainId, Text
from measuremart.definitions.indicator import IndicatorOverride

Calendar = Literal["month", "quarter", "year", "financial_year"]


class NamedPeriod(Part):
    """A period with a name of its own, both days inclusive."""

    name: Name
    start: dt.date
    end: dt.date
    due: dt.date | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.end < self.start:
            raise PydanticCustomError("period", "a period ends on or after the day it starts", {"at": ("end",)})
        return self


def _indicator(value: Any) -> Any:
    return {value: {}} if isinstance(value, str) else value


ReportIndicator = Annotated[
    dict[Name, IndicatorOverride],
    Field(min_length=1, max_length=1),
    BeforeValidator(_indicator, json_schema_input_type=str | dict[str, IndicatorOverride]),
]


class Report(Entry):
    """What is computed together and shown together."""

    description: Text
    id: PlainId | None = None
    title: Text
    cohorts: Annotated[tuple[Name, ...], Field(min_length=1)]
    primary_cohort: Name | None = None
    indicators: Annotated[tuple[ReportIndicator, ...], Field(min_length=1)]
    counted: tuple[Name, ...] = ()
    dataset: tuple[Name, ...] = ()
    periods: tuple[Calendar | NamedPeriod, ...] = ()
    financial_year_starts: Annotated[int, Field(ge=1, le=12)] | None = None
    period_date: Literal["cohort", "denominator", "numerator", "latest"] = "cohort"
    stratify_by: tuple[Name, ...] = ()
    levels: tuple[Name, ...] = ()
    attribution: Name | None = None
    audiences: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.primary_cohort is None and len(self.cohorts) > 1:
            raise PydanticCustomError("primary", "several cohorts need a primary_cohort", {"at": ("cohorts",)})
        names = [p if isinstance(p, str) else p.name for p in self.periods]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise PydanticCustomError("periods", "period '{twice}' appears twice", {"twice": twice, "at": ("periods",)})
        if "financial_year" in self.periods and self.financial_year_starts is None:
            text = "financial_year needs financial_year_starts: the month, 1 to 12"
            raise PydanticCustomError("year", "{text}", {"text": text, "at": ("periods",)})
        return self
