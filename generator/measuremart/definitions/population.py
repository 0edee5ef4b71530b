"""Populations: who is counted, and the episodes they have."""

from __future__ import annotations

from pydantic import Field

from measuremart.definitions.base import Entry, Identifier, Name, Part, PlainId, RelationName


class PersonModel(Part):
    """The relation with one row a person."""

    model: RelationName
    id: Identifier = "person_id"
    birth_date: Identifier | None = "birth_date"
    sex: Identifier | None = None
    sexes: dict[Name, PlainId] = Field(default_factory=dict)


class EpisodeSpine(Part):
    """The relation with one row a root episode."""

    model: RelationName
    person: Identifier = "person_id"
    id: Identifier = "episode_id"
    start: Identifier = "start_date"
    end: Identifier | None = "end_date"


class Population(Entry):
    """A person model and, where there are episodes, an episode spine."""

    person: PersonModel
    episodes: EpisodeSpine | None = None
