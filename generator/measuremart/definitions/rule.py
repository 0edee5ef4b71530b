"""Rules: matchers on one row of a target (semantics.md section 3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import (
    Concept,
    Concepts,
    Name,
    Number,
    Part,
    Text,
    Texts,
    incomplete,
)

Operator = Literal[">", ">=", "<", "<=", "=", "!=", "between"]
MATCHERS = (
    "exact",
    "hierarchy",
    "phenotype",
    "substring",
    "starts_with",
    "equals",
    "presence",
    "absence",
    "scalar",
    "predicate",
)


class CodeOf(Part):
    """The code of a concept, looked up in the vocabulary."""

    code_of: Concept


def _pair_or_number(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


class Scalar(Part):
    """A comparison of the row's number; `between` takes [low, high], both inclusive."""

    op: Operator
    value: Annotated[
        tuple[Number, ...],
        Field(min_length=1, max_length=2),
        BeforeValidator(_pair_or_number, json_schema_input_type=float | list[float]),
    ]
    concept: Concept | None = None
    unit: Concept | None = None

    @model_validator(mode="after")
    def _arity(self) -> Self:
        wanted = 2 if self.op == "between" else 1
        if len(self.value) != wanted:
            text = "between takes [low, high]" if wanted == 2 else f"'{self.op}' takes one number"
            raise PydanticCustomError("scalar", "{text}", {"text": text, "at": ("value",)})
        if wanted == 2 and self.value[0] > self.value[1]:
            text = "between excludes everything: its first number is above its second"
            raise PydanticCustomError("scalar", "{text}", {"text": text, "at": ("value",)})
        if any(abs(v) >= Decimal(10) ** 28 for v in self.value):
            raise PydanticCustomError("scalar", "a number has at most 28 digits before the point", {})
        if any(-int(v.as_tuple().exponent) > 10 for v in self.value):
            raise PydanticCustomError("scalar", "a number has at most 10 digits after the point", {})
        return self


class Matchers(Part):
    """What a rule and `where:` are made of: matchers of one row, or `all:` or `any:` of several rules."""

    exact: Concepts | None = None
    hierarchy: Concepts | None = None
    phenotype: Name | None = None
    substring: Text | CodeOf | None = None
    starts_with: Text | CodeOf | None = None
    equals: Texts | None = None
    presence: Name | None = None
    absence: Name | None = None
    scalar: Scalar | None = None
    predicate: bool | None = None
    role: Name | None = None
    # The text is the code of the row's own concept, read from the vocabulary; `role` then names a concept role.
    of: Literal["code"] | None = None
    all: Annotated[tuple[Rule, ...], Field(min_length=1)] | None = None
    any: Annotated[tuple[Rule, ...], Field(min_length=1)] | None = None

    def matchers(self) -> tuple[str, ...]:
        """Return the matchers that were written, in the language's order."""
        return tuple(m for m in MATCHERS if getattr(self, m) is not None)

    @model_validator(mode="after")
    def _shape(self) -> Self:
        found = self.matchers()
        fault = None
        if self.all is not None or self.any is not None:
            word = "all" if self.all is not None else "any"
            if found or self.role or self.of or (self.all is not None and self.any is not None):
                fault = f"'{word}' has other matchers beside it: move them into it"
        elif self.role and not found:
            raise incomplete("'role' needs a matcher beside it")
        elif self.role and len(found) > 1:
            fault = "'role' goes with one matcher: use all: [..] to name the role of each"
        elif self.role and found[0] in ("presence", "absence"):
            fault = f"'{found[0]}' names its own role: remove 'role'"
        elif self.of and not set(found) <= {"substring", "starts_with"}:
            fault = "'of: code' goes with substring or starts_with: use all: [..] for other matchers of the row"
        if fault:
            raise PydanticCustomError("rule", "{fault}", {"fault": fault})
        return self

    @property
    def asks(self) -> bool:
        """Whether any matcher was written."""
        return bool(self.matchers()) or self.all is not None or self.any is not None


class Rule(Matchers):
    """One matcher, several on the main roles of one row, or `all:` or `any:` of several."""

    nouns: ClassVar[str] = "matcher or key"

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.asks and self.role is None:
            raise incomplete(f"a rule needs a matcher: {', '.join(MATCHERS)}, all or any")
        return self


class AgeRange(Part):
    """Completed years at the row's date, both ends inclusive."""

    min: Annotated[int, Field(ge=0, le=150)] | None = None
    max: Annotated[int, Field(ge=0, le=150)] | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.min is None and self.max is None:
            raise incomplete("age needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("age", "age excludes everyone: min is above max", {"at": ("min",)})
        return self


class Conditions(Part):
    """What every row must meet at its date; a null never passes."""

    age: AgeRange | None = None
    sex: Name | None = None
    on_or_after: dt.date | None = None
    on_or_before: dt.date | None = None

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.on_or_after and self.on_or_before and self.on_or_after > self.on_or_before:
            text = "no day is on or after the first and on or before the second"
            raise PydanticCustomError("dates", "{text}", {"text": text, "at": ("on_or_before",)})
        return self


class Where(Matchers, Conditions):
    """What every row of a subquery must meet: conditions at its date, and matchers as one rule."""


Rules = Annotated[tuple[Rule, ...], Field(min_length=1)]
