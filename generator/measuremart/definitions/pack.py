"""`pack.yml`: what a pack is called, which packs it needs, when it is built, and what its demo prints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from measuremart.definitions.base import Name, Part, ReadingNotes, Text
from measuremart.definitions.file import explained
from measuremart.problems import Position, Problem
from measuremart.source import LocatedDict

PACK_FILE = "pack.yml"
# When a pack is built: with every build, where the variable `packs` is not set, or only where `packs` names it.
Built = Literal["always", "by_default", "on_request"]


class PackVariable(Part):
    """A dbt variable of the pack's own: its default, and what it is for."""

    default: str | int | bool
    description: Text


# What models by hand read of a reduced target: all of it, or the events of some concept sets.
Reads = Literal["everything"] | Annotated[tuple[Name, ...], Field(min_length=1)]


class Unreachable(Part):
    """A part of a definition that no example can reach, as `measuremart test --coverage` prints it, and why."""

    part: Text
    because: Text


class CoverageOfExamples(Part):
    """Whether examples must reach every part of the pack's definitions, and the parts that none can reach."""

    demanded: bool
    unreachable: tuple[Unreachable, ...] = ()


class Pack(Part):
    """What `definitions/<pack>/pack.yml` says of the pack as a whole."""

    title: Annotated[Text, Field(max_length=200)]
    description: Text | None = None
    needs: tuple[Name, ...] = ()
    built: Built = "on_request"
    report: Name | None = None
    organisation: Text | None = None
    coverage: CoverageOfExamples | None = None
    reads: dict[Name, Reads] = Field(default_factory=dict)
    variables: dict[Name, PackVariable] = Field(default_factory=dict)


def read_pack(data: LocatedDict) -> tuple[Pack | None, list[Problem]]:
    """Return what a `pack.yml` says, None beside the problems where it cannot be understood."""
    notes = ReadingNotes()
    pack: Pack | None = None
    problems: list[Problem] = []
    try:
        pack = Pack.model_validate(data, context=notes)
    except ValidationError as error:
        start = Position(data.position.file, 1, 1)
        whole = LocatedDict(start)
        whole["pack"] = data
        whole.key_positions["pack"] = whole.value_positions["pack"] = start
        problems = explained(error, whole, "pack", notes)
    problems += notes.problems
    return (None if problems else pack), problems
