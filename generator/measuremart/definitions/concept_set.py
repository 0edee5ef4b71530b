"""Concept sets: lists of concepts with their descendants and exceptions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from measuremart.definitions.base import ConceptId, Entry, Part, PlainId, Text


class ConceptSetItem(Part):
    """One line of a concept set."""

    id: ConceptId
    descendants: bool = False
    exclude: bool = False


def _item(value: Any) -> Any:
    return {"id": value} if isinstance(value, int) and not isinstance(value, bool) else value


Item = Annotated[ConceptSetItem, BeforeValidator(_item, json_schema_input_type=int | ConceptSetItem)]


class ConceptSet(Entry):
    """A named set of concepts; what is excluded is taken out, whatever put it in."""

    id: PlainId | None = None
    source: Text | None = None
    concepts: Annotated[tuple[Item, ...], Field(min_length=1)]
