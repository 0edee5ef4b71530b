"""Audiences: who is shown which figures of a report, and what is hidden from them (semantics.md section 10)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import Entry, Name, Part, Text, exactly_one
from measuremart.definitions.offset import Span

# Below 3, a hidden number could be 1 only: what is hidden would be known.
Below = Annotated[int, Field(ge=3, le=1_000)]
PeriodKind = Literal["all_time", "month", "quarter", "year", "financial_year", "named"]
Leaves = Annotated[int, Field(ge=2, le=999)]


def _leaves_fit(below: int, leaves: int | None) -> None:
    if leaves is not None and leaves > below - 1:
        text = f"a hidden number is 1 to {below - 1}: it cannot leave {leaves} values open"
        raise PydanticCustomError("leaves", "{text}", {"text": text, "at": ("leaves",)})


class Rounding(Part):
    """Counts of 1 to `below` - 1 are hidden, all others are rounded to a multiple of `to`."""

    below: Below = 8
    to: Annotated[int, Field(ge=2, le=1_000)] = 5
    leaves: Leaves | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        _leaves_fit(self.below, self.leaves)
        if self.to > 2 * self.below:
            text = f"a count of {self.below} would be rounded to 0: 'to' is at most twice 'below'"
            raise PydanticCustomError("to", "{text}", {"text": text, "at": ("to",)})
        return self


class Suppression(Part):
    """Counts of 1 to `below` - 1 are hidden, and as many others as it takes that nobody can calculate them."""

    below: Below = 8
    leaves: Leaves | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        _leaves_fit(self.below, self.leaves)
        return self


class Policy(Part):
    """How counts are protected: exactly one of the two."""

    round_: Rounding | None = Field(default=None, alias="round")
    suppress: Suppression | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        exactly_one(self, ("round_", "suppress"), "method")
        return self


class Audience(Entry):
    """Who is shown which figures of which reports. What an audience does not name is not shown to it."""

    description: Text
    title: Text
    reports: Annotated[tuple[Name, ...], Field(min_length=1)]
    levels: tuple[Name, ...] = ()
    strata: tuple[Name, ...] = ()
    periods: Annotated[tuple[PeriodKind, ...], Field(min_length=1)]
    delay: Span | None = None
    policy: Policy = Field(default_factory=lambda: Policy(round=Rounding()))
    statistics: tuple[Literal["rate", "interval", "rank"], ...] = ("rate", "interval")

    @model_validator(mode="after")
    def _shape(self) -> Self:
        for key in ("reports", "levels", "strata", "periods", "statistics"):
            names = getattr(self, key)
            number = next((n for n, name in enumerate(names) if name in names[:n]), None)
            if number is not None:
                text = f"'{names[number]}' stands twice under {key}"
                raise PydanticCustomError("twice", "{text}", {"text": text, "at": (key, number)})
        if self.delay is not None and "all_time" in self.periods:
            text = "all time has no last day, so that no delay can be kept: leave one of the two out"
            raise PydanticCustomError("delay", "{text}", {"text": text, "at": ("delay",)})
        for word in ("interval", "rank"):
            if word in self.statistics and "rate" not in self.statistics:
                text = f"'{word}' tells the rate: add 'rate', or leave it out"
                raise PydanticCustomError("statistics", "{text}", {"text": text, "at": ("statistics",)})
        return self
