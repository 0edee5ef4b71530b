"""Examples: a few events per person, and who is expected to be a member."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pydantic import Field

from measuremart.definitions.base import Name, Part, PlainId, Text

ExampleValue = int | Decimal | str | bool | dt.date | None


class ExpectedMember(Part):
    """One expected row; a resolver that is left out is the grain's own."""

    person: PlainId
    episode: PlainId | None = None
    resolver: PlainId | None = None
    date: dt.date | None = None


class Example(Part):
    """Events by target, persons and episodes, and the members they make."""

    name: Text
    as_of: dt.date | None = None
    persons: tuple[dict[str, ExampleValue], ...] = ()
    episodes: tuple[dict[str, ExampleValue], ...] = ()
    events: dict[Name, tuple[dict[str, ExampleValue], ...]] = Field(default_factory=dict)
    expect: tuple[ExpectedMember, ...] = ()
