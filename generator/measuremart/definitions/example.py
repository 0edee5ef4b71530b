"""Examples: a few events per person, and who is expected to be a member, or what a report is expected to say."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import ConceptId, Name, Part, PlainId, Text, incomplete

_CONCEPT_KEY = re.compile(r"[1-9][0-9]{0,17}\Z")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | Decimal | str | dt.date):
        return value
    raise PydanticCustomError("plain_type", "must be a single value", {})


def _concept_key(key: Any) -> Any:
    if not isinstance(key, str) or not _CONCEPT_KEY.match(key):
        raise PydanticCustomError("concept_key", "a key here is the id of a concept", {})
    return int(key)


Value = Annotated[Any, BeforeValidator(_plain, json_schema_input_type=int | float | str | bool | dt.date | None)]
Row = dict[Name, Value]
ConceptKey = Annotated[int, BeforeValidator(_concept_key, json_schema_input_type=int)]


class ExpectedMember(Part):
    """One expected row; a resolver that is left out is the grain's own."""

    person: PlainId
    episode: PlainId | None = None
    resolver: PlainId | None = None
    date: dt.date | None = None


Status = Literal["met", "not_met", "exception", "unresolved", "excluded", "ineligible"]
ReasonCode = Literal[
    "excluded", "unresolved", "met", "exception", "denominator_date_unknown", "date_unknown", "window_open",
    "too_early", "too_late", "undated_ignored", "in_another_episode", "recorded_not_met", "no_candidate",
    "denominator_outside_window", "not_in_denominator",
]  # fmt: skip


class ExpectedResult(Part):
    """What a report says of one cohort key; a date that is left out is null.

    The reason may be left out where the status is its own reason: met, exception, excluded.
    """

    person: PlainId
    episode: PlainId | None = None
    resolver: PlainId | None = None
    status: Status
    reason: ReasonCode | None = None
    denominator_date: dt.date | None = None
    numerator_date: dt.date | None = None


class World(Part):
    """Events by target, in roles, and what there is beside them."""

    name: Text
    as_of: dt.date | None = None
    persons: tuple[Row, ...] = ()
    episodes: tuple[Row, ...] = ()
    events: dict[Name, tuple[Row, ...]] = Field(default_factory=dict)
    below: dict[ConceptKey, tuple[ConceptId, ...]] = Field(default_factory=dict)
    codes: dict[ConceptKey, Text] = Field(default_factory=dict)


class Example(World):
    """An example of a measure: the members, all of them, and no others."""

    expect: tuple[ExpectedMember, ...]


class IndicatorExample(World):
    """An example of an indicator: `expect` is who is in both D and N, `denominator` who is in D.

    `results` is what a report says of each key of `cohort`; with `report`, that report, as it restates the indicator.
    """

    expect: tuple[ExpectedMember, ...] | None = None
    denominator: tuple[ExpectedMember, ...] | None = None
    report: Name | None = None
    cohort: tuple[ExpectedMember, ...] | None = None
    results: tuple[ExpectedResult, ...] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.expect is None and self.denominator is None and self.results is None:
            raise incomplete("an example expects something: expect, denominator or results (beside cohort)")
        if (self.cohort is None) != (self.results is None):
            has, lacks = ("results", "cohort") if self.cohort is None else ("cohort", "results")
            raise incomplete(f"'{has}' needs '{lacks}': the keys of the cohort, and what a report says of them")
        if self.report is not None and self.results is None:
            raise incomplete("'report' needs 'cohort' and 'results'")
        return self
