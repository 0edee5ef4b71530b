"""Offsets and lengths of time."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import Part, incomplete


class Offset(Part):
    """A stretch of time; negative is before. Years are 12 months; months clamp to month end, then days count."""

    days: int = Field(default=0, ge=-100_000, le=100_000)
    weeks: int = Field(default=0, ge=-10_000, le=10_000)
    months: int = Field(default=0, ge=-3_000, le=3_000)
    years: int = Field(default=0, ge=-250, le=250)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set:
            raise incomplete("a length of time needs days, weeks, months or years")
        return self


class Span(Offset):
    """A length of time, never negative."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        for unit in ("days", "weeks", "months", "years"):
            if getattr(self, unit) < 0:
                text = "a length of time is not negative: leave the minus out"
                raise PydanticCustomError("span", "{text}", {"text": text, "at": (unit,)})
        return self
