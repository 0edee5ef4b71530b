"""Concept sets: lists of concepts with their descendants and exceptions."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from measuremart.definitions.base import Entry, NamedConcept, PlainId, Text, by_id


class ConceptSetItem(NamedConcept):
    """One line of a concept set."""

    descendants: bool = False
    exclude: bool = False


Item = Annotated[ConceptSetItem, BeforeValidator(by_id, json_schema_input_type=int | ConceptSetItem)]


class ConceptSet(Entry):
    """A named set of concepts; what is excluded is taken out, whatever put it in."""

    id: PlainId | None = None
    source: Text | None = None
    concepts: Annotated[tuple[Item, ...], Field(min_length=1)]
