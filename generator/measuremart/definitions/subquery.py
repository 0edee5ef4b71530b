"""Subqueries: the rows of one target that match rules."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from measuremart.definitions.base import Entry, Name, Part, PlainId, Text
from measuremart.definitions.offset import Span
from measuremart.definitions.rule import Rule, Rules, Where


class _Key(Enum):
    """The value of a key that was not written; null would be a value that an author can write."""

    LEFT_OUT = "left out"


def _given(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    if value is not _Key.LEFT_OUT:
        return handler(value)
    # What is not there where `incomplete` itself is invalid was not asked for.
    if "incomplete" in info.data and info.data["incomplete"] is None:
        raise PydanticKnownError("missing")
    return "" if info.field_name == "target" else ()


def _say_required(schema: dict[str, Any], incomplete: list[str]) -> None:
    """Say to editors what the validator holds: rules over a target, or the reason why there are none."""
    for key in ("target", "rules"):
        schema["properties"][key].pop("default", None)
    schema["anyOf"] = [{"required": ["target", "rules"]}, {"required": incomplete}]


def _required_inline(schema: dict[str, Any]) -> None:
    _say_required(schema, ["target", "incomplete"])  # by its target an inline subquery is known as one


def _required(schema: dict[str, Any]) -> None:
    _say_required(schema, ["incomplete"])


_UNLESS_INCOMPLETE: Any = Field(default=_Key.LEFT_OUT, validate_default=True)


class Spans(Part):
    """Rows whose intervals overlap, meet, or leave no more than a gap, joined to one (semantics.md section 3)."""

    gap: Span


class InlineSubquery(Part):
    """A subquery written in place; rendered as a CTE.

    `incomplete` says why it has no rules yet; then `rules` is empty, and so is `target` where none was written.
    """

    model_config = ConfigDict(json_schema_extra=_required_inline)

    incomplete: Text | None = None
    target: Annotated[Name, WrapValidator(_given)] = _UNLESS_INCOMPLETE
    resolve_by: Name | None = None
    date: Name | None = None
    rules: Annotated[Rules, WrapValidator(_given)] = _UNLESS_INCOMPLETE
    exclude: tuple[Rule, ...] = ()
    where: Where | None = None
    spans: Spans | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.incomplete is not None and self.rules:
            text = "'incomplete' takes the place of 'rules': remove one of the two"
            raise PydanticCustomError("incomplete_rules", "{text}", {"text": text, "at": ("incomplete",)})
        return self


class Subquery(InlineSubquery, Entry):
    """A named subquery: a bag of events that match at least one of its rules."""

    model_config = ConfigDict(json_schema_extra=_required)

    id: PlainId | None = None
