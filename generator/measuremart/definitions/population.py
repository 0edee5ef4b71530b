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


class OrganisationBridge(Part):
    """The relation with one row an organisation, level and entity of that level, and when it held (inclusive)."""

    model: RelationName
    organisation: Identifier = "organisation"
    level: Identifier = "level_name"
    entity: Identifier = "entity"
    title: Identifier | None = None
    valid_from: Identifier | None = None
    valid_to: Identifier | None = None


class Attribution(Part):
    """The relation that says which organisation a person or an episode counts for, and when (both days inclusive)."""

    model: RelationName
    person: Identifier = "person_id"
    episode: Identifier | None = "episode_id"
    organisation: Identifier = "organisation"
    valid_from: Identifier | None = None
    valid_to: Identifier | None = None


class Population(Entry):
    """A person model and, where there are any, an episode spine, organisations, and rules of attribution to them."""

    person: PersonModel
    episodes: EpisodeSpine | None = None
    organisations: OrganisationBridge | None = None
    attributions: dict[Name, Attribution] = Field(default_factory=dict)
