"""Populations: who is counted, and the episodes they have."""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import Entry, Identifier, Name, Part, PlainId, RelationName
from measuremart.definitions.target import MissingEnd


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


class Stratifier(Part):
    """What persons are told apart by: the values of a column, or bands of age."""

    column: Identifier | None = None
    ages: Annotated[tuple[Annotated[int, Field(ge=0, le=150)], ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if (self.column is None) == (self.ages is None):
            raise PydanticCustomError("stratifier", "a stratifier has either 'column' or 'ages'", {})
        if self.ages is not None and any(b <= a for a, b in pairwise(self.ages)):
            raise PydanticCustomError("ages", "'ages' are the first ages of bands, each above the one before", {})
        return self


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
    missing_end: MissingEnd = "open"


class ExtraStratifier(Stratifier):
    """A stratifier of an extension: its column may be one of another relation, with at most one row a person."""

    model: RelationName | None = None
    person: Identifier = "person_id"

    @model_validator(mode="after")
    def _column_of_model(self) -> Self:
        if self.column is None and {"model", "person"} & self.model_fields_set:
            raise PydanticCustomError("stratifier", "'model' and 'person' go with 'column'", {})
        if self.model is None and "person" in self.model_fields_set:
            raise PydanticCustomError("stratifier", "'person' goes with 'model'", {})
        return self


def _refuse_all(stratifiers: Container[str]) -> None:
    if "all" in stratifiers:
        raise PydanticCustomError("all", "'all' is the whole report: give the stratifier another name", {})


class Population(Entry):
    """A person model, where there are any an episode spine and organisations, and what persons are told apart by."""

    person: PersonModel
    episodes: EpisodeSpine | None = None
    stratifiers: dict[Name, Stratifier] = Field(default_factory=dict)
    organisations: OrganisationBridge | None = None
    attributions: dict[Name, Attribution] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shape(self) -> Self:
        _refuse_all(self.stratifiers)
        if self.person.birth_date is None and any(s.ages is not None for s in self.stratifiers.values()):
            raise PydanticCustomError("ages", "bands of age need the 'birth_date' of 'person'", {})
        return self


class Extension(Entry):
    """What a pack adds to a population of another pack: stratifiers, levels of organisations, rules of attribution."""

    population: Name
    stratifiers: dict[Name, ExtraStratifier] = Field(default_factory=dict)
    organisations: OrganisationBridge | None = None
    attributions: dict[Name, Attribution] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shape(self) -> Self:
        _refuse_all(self.stratifiers)
        if not self.stratifiers and self.organisations is None and not self.attributions:
            text = "an extension adds 'stratifiers', 'organisations' or 'attributions'"
            raise PydanticCustomError("extension", text, {})
        return self
