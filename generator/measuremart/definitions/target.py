"""Targets: event tables with named roles (semantics.md 2.2)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measuremart.definitions.base import Entry, Identifier, Name, Part, RelationName
from measuremart.definitions.subquery import Spans

Roles = dict[Name, Identifier]
# What an end that is not known means: the row goes on, or it is the event's own day (semantics.md 2.2).
MissingEnd = Literal["open", "start"]


class Key(Part):
    """A further resolver of a target."""

    column: Identifier
    within: Literal["person", "episode"]


class Target(Entry):
    """An event table and what its columns mean."""

    population: Name | None = None
    model: RelationName
    person: Identifier = "person_id"
    episode: Identifier | None = "episode_id"
    event: Identifier = "event_id"
    unattached: Identifier | None = None
    reduced_by: Identifier | None = None
    keys: dict[Name, Key] = Field(default_factory=dict)
    dates: Roles = Field(default_factory=lambda: {"start": "start_date"})
    missing_end: MissingEnd | None = None
    concept: Identifier | None = "concept_id"
    number: Identifier | None = "value_number"
    unit: Identifier | None = "unit_id"
    text: Identifier | None = "value_text"
    flag: Identifier | None = "value_flag"
    concepts: Roles = Field(default_factory=dict)
    numbers: Roles = Field(default_factory=dict)
    units: Roles = Field(default_factory=dict)
    texts: Roles = Field(default_factory=dict)
    flags: Roles = Field(default_factory=dict)
    spans: Spans | None = None
