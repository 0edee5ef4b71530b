"""Cohorts: named unions of measures, each a sub-cohort."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from measuremart.definitions.base import Entry, Name, PlainId, Text


class Cohort(Entry):
    """A population for a report; members are the union of the definitions."""

    id: PlainId | None = None
    title: Text | None = None
    definitions: Annotated[dict[Name, Name], Field(min_length=1)]
