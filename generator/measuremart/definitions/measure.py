"""Measures: a tree of operators over subqueries and other measures (semantics.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from measuremart.definitions.base import Count, Entry, Name, Part, PlainId, Text, exactly_one, incomplete
from measuremart.definitions.example import Example
from measuremart.definitions.offset import Offset, Span
from measuremart.definitions.rule import Conditions
from measuremart.definitions.subquery import InlineSubquery

Coarse = Literal["person", "episode"]
OPERATORS = (
    "subquery",
    "or_",
    "and_",
    "except_",
    "first",
    "last",
    "nth",
    "count",
    "filter",
    "at",
    "window",
    "incomplete",
)


def _child_kind(value: Any) -> str | None:
    if isinstance(value, str):
        return "name"
    if isinstance(value, InlineSubquery) or (isinstance(value, dict) and "target" in value):
        return "inline_subquery"
    if isinstance(value, dict | Part):
        return "operator"
    return None


Child = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated["Expression", Tag("operator")]
    | Annotated[InlineSubquery, Tag("inline_subquery")],
    Discriminator(
        _child_kind,
        custom_error_type="child",
        custom_error_message="a child is a name, an operator or an inline subquery",
    ),
]


def _leaf_kind(value: Any) -> str | None:
    kind = _child_kind(value)
    return None if kind == "operator" else kind


LeafSubquery = Annotated[
    Annotated[Name, Tag("name")] | Annotated[InlineSubquery, Tag("inline_subquery")],
    Discriminator(
        _leaf_kind,
        custom_error_type="subquery",
        custom_error_message="a subquery is a name or is written in place: {target: .., rules: [..]}",
    ),
]


class Pick(Part):
    """`first` or `last` with its long spelling."""

    of: Child
    per: Coarse | None = None


def _pick_kind(value: Any) -> str | None:
    if isinstance(value, Pick) or (isinstance(value, dict) and ("of" in value or "per" in value) and "at" not in value):
        return "pick"
    return "child"


PickOrChild = Annotated[Annotated[Pick, Tag("pick")] | Annotated[Child, Tag("child")], Discriminator(_pick_kind)]


class Nth(Part):
    """The n-th distinct known date."""

    of: Child
    n: Count


class CountOf(Part):
    """At least so many distinct dates of a key; with `per` so many distinct keys, such as events or visits."""

    of: Child
    at_least: Count
    within: Span | None = None
    per: Coarse | None = None


class Filter(Conditions):
    """The rows of a measure that pass."""

    of: Child
    elapsed: Span | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set - {"of"}:
            raise incomplete("a filter needs age, sex, on_or_after, on_or_before or elapsed")
        return self


class Window(Part):
    """Candidate dates at a distance from anchor dates (semantics.md 4.1)."""

    anchor: Child
    candidate: Child
    from_: Offset | None = Field(default=None, alias="from")
    to: Offset | None = None
    anchor_pick: Literal["first", "last", "all"] = "first"
    pick: Literal["earliest", "latest", "closest", "any", "none"] = "earliest"
    date: Literal["candidate", "anchor", "greatest", "least"] = "candidate"
    align: Literal["resolver", "person"] = "resolver"
    keep: Literal["anchor", "candidate"] = "anchor"
    covers: bool = False
    other: bool = False


class Expression(Part):
    """An operator over children; exactly one is given, or `incomplete` with the reason why there is none yet."""

    nouns: ClassVar[str] = "operator or key"

    subquery: LeafSubquery | None = None
    or_: Annotated[tuple[Child, ...], Field(min_length=1)] | None = Field(default=None, alias="or")
    and_: Annotated[tuple[Child, ...], Field(min_length=1)] | None = Field(default=None, alias="and")
    moments: Literal["first", "all"] = "first"
    except_: Annotated[tuple[Child, ...], Field(min_length=2)] | None = Field(default=None, alias="except")
    first: PickOrChild | None = None
    last: PickOrChild | None = None
    nth: Nth | None = None
    count: CountOf | None = None
    filter: Filter | None = None
    at: Coarse | None = None
    of: Child | None = None
    window: Window | None = None
    incomplete: Text | None = None

    @property
    def operator(self) -> str:
        """The operator that was given, as the language spells it."""
        return next(o for o in OPERATORS if getattr(self, o) is not None).rstrip("_")

    @model_validator(mode="after")
    def _shape(self) -> Self:
        exactly_one(self, OPERATORS, "operator")
        fault = None
        if "moments" in self.model_fields_set and self.and_ is None:
            fault = "'moments' goes with 'and'"
        elif self.at is not None and self.of is None:
            fault = "'at' needs 'of': {at: person, of: measure}"
        elif self.of is not None and self.at is None:
            fault = "'of' goes with 'at' here; other operators hold their own 'of'"
        if fault:
            raise PydanticCustomError("expression", "{fault}", {"fault": fault})
        return self

    def children(self) -> Iterator[tuple[tuple[str | int, ...], str | Expression | InlineSubquery]]:
        """Yield each child with the path (as written) that leads to it from this part."""
        if isinstance(self.subquery, InlineSubquery):
            yield ("subquery",), self.subquery
        for key, many in (("or", self.or_), ("and", self.and_), ("except", self.except_)):
            for number, child in enumerate(many or ()):
                yield (key, number), child
        for key, pick in (("first", self.first), ("last", self.last)):
            if isinstance(pick, Pick):
                yield (key, "of"), pick.of
            elif pick is not None:
                yield (key,), pick
        for key, holder in (("nth", self.nth), ("count", self.count), ("filter", self.filter)):
            if holder is not None:
                yield (key, "of"), holder.of
        if self.of is not None:
            yield ("of",), self.of
        if self.window is not None:
            yield ("window", "anchor"), self.window.anchor
            yield ("window", "candidate"), self.window.candidate


class Measure(Expression, Entry):
    """A named measure: a set of qualification events."""

    id: PlainId | None = None
    version: Annotated[int, Field(ge=1)] = 1
    examples: tuple[Example, ...] = ()


Pick.model_rebuild()
Expression.model_rebuild()
Measure.model_rebuild()
