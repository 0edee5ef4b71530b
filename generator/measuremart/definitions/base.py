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
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from measuremart.problems import Kind, Position, Problem, did_you_mean
from measuremart.source import LocatedDict, position_of

NAME_LENGTH = 36
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# What a column cannot be called without quotes, on at least one engine.
_RESERVED_WORDS = (
    "all analyse analyze and any array as asc asymmetric authorization between binary both case cast check "
    "collate collation column concurrently constraint create cross current_catalog current_date current_role "
    "current_schema current_time current_timestamp current_user default deferrable desc describe distinct do else "
    "end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect "
    "into is isnull join lambda lateral leading left like limit localtime localtimestamp natural not notnull null "
    "offset on only or order outer overlaps pivot pivot_longer pivot_wider placing primary qualify references "
    "returning right select session_user show similar some summarize symmetric system_user table tablesample then "
    "to trailing true union unique unpivot user using variadic verbose when where window with"
)
_RESERVED = frozenset(_RESERVED_WORDS.split())
BIGINT = 2**63 - 1


def name_fault(name: str) -> str | None:
    """Return what is wrong with an authored name, None if nothing is (architecture.md, Names)."""
    if not _NAME.match(name):
        return f"'{shown(name)}' is not a name: use a-z, 0-9 and _, beginning with a letter"
    if "__" in name:
        return f"'{name}' has two underscores in a row, which generated names use: use one"
    if len(name) > NAME_LENGTH:
        return f"'{name}' is {len(name)} characters long, {NAME_LENGTH} are allowed"
    return None


def shown(text: str) -> str:
    """Return a text that is fit for a message: printable, and not too long."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable if len(printable) <= 60 else printable[:57] + "..."


def _name(text: str) -> str:
    fault = name_fault(text)
    if fault:
        raise PydanticCustomError("name", "{fault}", {"fault": fault})
    return text


def _identifier(text: str) -> str:
    fault = None
    if not _IDENTIFIER.match(text) or len(text) > 63:
        fault = f"'{shown(text)}' is not a plain column name"
    elif text.lower() in _RESERVED:
        fault = f"'{text}' is a reserved word of SQL: give the column another name in a model of your own"
    if fault:
        raise PydanticCustomError("identifier", "{fault}", {"fault": fault})
    return text


def _relation(text: str) -> str:
    parts = text.split(".")
    if len(parts) > 2 or any(not _IDENTIFIER.match(p) or len(p) > 63 for p in parts):
        fault = f"'{shown(text)}' is not a relation: name a model or seed, or source.table"
        raise PydanticCustomError("relation", "{fault}", {"fault": fault})
    return text


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


def _decimal(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, Decimal):  # pydantic would read a number out of a text
        raise PydanticCustomError("decimal_type", "must be a number", {})
    return value


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
ConceptName = Annotated[str, Field(min_length=1, max_length=255)]
Texts = one_or_many(Text)
Number = Annotated[Decimal, BeforeValidator(_decimal, json_schema_input_type=float)]
Count = Annotated[int, Field(ge=1, le=100_000)]


@dataclass
class ReadingNotes:
    """What reading one entry collects beside pydantic's own errors; passed as the validation context.

    `misspelt` has, by the position of a part, the keys that its unknown keys may have been meant as.
    """

    problems: list[Problem] = field(default_factory=list)
    misspelt: dict[Position, list[str]] = field(default_factory=dict)


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
        valid = [f.alias or name for name, f in cls.model_fields.items()]
        known: dict[str, Any] = {}
        for key, value in data.items():
            if key in valid:
                known[key] = value
                continue
            near = did_you_mean(key, valid)
            hint = near or f"; there are {', '.join(valid)}" + cls._too_deep(value, valid)
            text = f"unknown {cls.nouns} '{shown(key)}'{hint}"
            info.context.problems.append(Problem(data.key_positions[key], text, Kind.LANGUAGE))
            info.context.misspelt.setdefault(data.position, []).extend(v for v in valid if f"'{v}'" in near)
        part = handler(known)
        part._written = data
        return part

    @classmethod
    def _too_deep(cls, value: object, valid: list[str]) -> str:
        """Return what is said of an unknown key whose value looks like an entry beside this one, else nothing."""
        is_entry = issubclass(cls, Entry) and isinstance(value, dict) and not set(valid).isdisjoint(value)
        return "; if it is a definition of its own, it is indented too far" if is_entry else ""

    def place(self, *path: str | int) -> Position:
        """Return where the value under `path` (keys as written, item numbers from 0) stands in the file."""
        nowhere = Position("", 0, 0)
        return position_of(self._written, path, nowhere) if self._written is not None else nowhere

    def key_place(self, *path: str | int) -> Position:
        """Return where the key that ends `path` stands, not its value."""
        holder: Any = self._written
        for step in path[:-1]:
            holder = holder[step]
        return holder.key_positions[str(path[-1])] if isinstance(holder, LocatedDict) else self.place(*path)


class NamedConcept(Part):
    """A concept: its id and, for those who read, a name. Nothing is matched by the name."""

    id: ConceptId
    name: ConceptName | None = None


def by_id(value: Any) -> Any:
    """Return the mapping that a bare concept id is short for; a mapping as it is."""
    return value if isinstance(value, dict) else {"id": value}


Concept = Annotated[NamedConcept, BeforeValidator(by_id, json_schema_input_type=int | NamedConcept)]
Concepts = Annotated[
    tuple[Concept, ...],
    Field(min_length=1),
    BeforeValidator(_one_or_many, json_schema_input_type=int | NamedConcept | list[int | NamedConcept]),
]


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
    labels = [type(part).model_fields[f].alias or f for f in (given or fields)]
    if len(given) == 1:
        if getattr(part, given[0]) is None:
            raise PydanticCustomError(
                "one_of", "'{label}' has nothing after it", {"label": labels[0], "at": (labels[0],)}
            )
        return
    if not given:
        raise incomplete(f"exactly one {what} of {', '.join(labels)}; found none")
    found = " and ".join(f"'{label}'" for label in labels)
    text = f"exactly one {what}; found {found}"
    raise PydanticCustomError("one_of", "{text}", {"text": text, "at": (labels[1],)})


def incomplete(text: str) -> PydanticCustomError:
    """Return the error of a part that lacks something; not said where a misspelt key explains it."""
    return PydanticCustomError("incomplete", "{text}", {"text": text})
