"""What every entry of the language shares: names, positions, strictness, notes and waivers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    Strict,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from measuremart.problems import Kind, Position, Problem, did_you_mean
from measuremart.source import LocatedDict, position_of

NAME_LENGTH = 36
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
BIGINT = 2**63 - 1


def name_fault(name: str) -> str | None:
    """Return what is wrong with an authored name, None if nothing is (architecture.md, Names)."""
    if not _NAME.match(name):
        return f"'{_shown(name)}' is not a name: use a-z, 0-9 and _, beginning with a letter"
    if "__" in name:
        return f"'{name}' has two underscores in a row, which generated names use: use one"
    if len(name) > NAME_LENGTH:
        return f"'{name}' is {len(name)} characters long, {NAME_LENGTH} are allowed"
    return None


def _shown(text: str) -> str:
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable if len(printable) <= 60 else printable[:57] + "..."


def _name(text: str) -> str:
    fault = name_fault(text)
    if fault:
        raise PydanticCustomError("name", "{fault}", {"fault": fault})
    return text


def _identifier(text: str) -> str:
    if not _IDENTIFIER.match(text) or len(text) > 63:
        raise PydanticCustomError(
            "identifier", "{fault}", {"fault": f"'{_shown(text)}' is not a plain column or relation name"}
        )
    return text


def _relation(text: str) -> str:
    for part in text.split(".", 1):
        _identifier(part)
    return text


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


def _decimal(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _concept(value: int) -> int:
    if value == 0:
        raise PydanticCustomError("concept_0", '0 is OMOP\'s "no matching concept": use absence', {})
    return value


def one_or_many(kind: Any) -> Any:
    """Return the type of a list of `kind` that may be written as a single value."""
    return Annotated[
        tuple[kind, ...],
        Field(min_length=1),
        BeforeValidator(_one_or_many, json_schema_input_type=kind | list[kind]),
    ]


Name = Annotated[
    str,
    AfterValidator(_name),
    Field(json_schema_extra={"pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*_?$", "maxLength": NAME_LENGTH}),
]
Identifier = Annotated[str, AfterValidator(_identifier)]
RelationName = Annotated[str, AfterValidator(_relation)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
PlainId = Annotated[int, Field(ge=-BIGINT, le=BIGINT)]
ConceptId = Annotated[int, Field(ge=-BIGINT, le=BIGINT), AfterValidator(_concept)]
ConceptIds = one_or_many(ConceptId)
Texts = one_or_many(Text)
Number = Annotated[Decimal, Strict(False), BeforeValidator(_decimal, json_schema_input_type=float)]
Count = Annotated[int, Field(ge=1, le=100_000)]


@dataclass
class ReadingNotes:
    """What reading one entry collects beside pydantic's own errors; passed as the validation context."""

    problems: list[Problem] = field(default_factory=list)


class Part(BaseModel):
    """A mapping in a definition: strict, frozen, and it knows where it and its values were written."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=False)

    nouns: ClassVar[str] = "key"
    _written: LocatedDict | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _locate(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(data, LocatedDict) or not isinstance(info.context, ReadingNotes):
            return handler(data)
        valid = {f.alias or name for name, f in cls.model_fields.items()}
        known: dict[str, Any] = {}
        for key, value in data.items():
            if key in valid:
                known[key] = value
                continue
            info.context.problems.append(
                Problem(
                    data.key_positions[key],
                    f"unknown {cls.nouns} '{_shown(key)}'{did_you_mean(key, valid)}",
                    Kind.LANGUAGE,
                )
            )
        part = handler(known)
        part._written = data
        return part

    def place(self, *path: str | int) -> Position:
        """Return where the value under `path` (keys as written, item numbers from 0) stands in the file."""
        nowhere = Position("", 0, 0)
        return position_of(self._written, path, nowhere) if self._written is not None else nowhere


class Waiver(Part):
    """A check that does not apply here, with the reason."""

    check: Text
    reason: Text


class Entry(Part):
    """What every named entry may carry."""

    description: Text | None = None
    notes: Text | None = None
    waive: tuple[Waiver, ...] = ()


def exactly_one(part: Part, fields: tuple[str, ...], what: str) -> None:
    """Raise unless just one of `fields` was given on `part`; `what` names the choice in the message."""
    given = [f for f in fields if f in part.model_fields_set]
    if len(given) == 1:
        return
    labels = [type(part).model_fields[f].alias or f for f in (given or fields)]
    found = "none" if not given else " and ".join(f"'{label}'" for label in labels)
    choices = "" if given else f" of {', '.join(labels)}"
    raise PydanticCustomError("one_of", "{text}", {"text": f"exactly one {what}{choices}; found {found}"})
