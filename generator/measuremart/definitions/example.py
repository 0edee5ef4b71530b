"""Examples: a few events per person, and who is expected to be a member."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import ConceptId, Name, Part, PlainId, Text

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


class Example(Part):
    """Events by target, in roles, and the members they make: all of them, and no others."""

    name: Text
    as_of: dt.date | None = None
    persons: tuple[Row, ...] = ()
    episodes: tuple[Row, ...] = ()
    events: dict[Name, tuple[Row, ...]] = Field(default_factory=dict)
    below: dict[ConceptKey, tuple[ConceptId, ...]] = Field(default_factory=dict)
    codes: dict[ConceptKey, Text] = Field(default_factory=dict)
    expect: tuple[ExpectedMember, ...]


class IndicatorExample(Example):
    """An example of an indicator: `expect` is who is in both D and N, `denominator` who is in D."""

    denominator: tuple[ExpectedMember, ...] | None = None
