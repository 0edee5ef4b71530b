"""Subqueries: the rows of one target that match rules."""

from __future__ import annotations

from measuremart.definitions.base import Entry, Name, Part, PlainId
from measuremart.definitions.rule import Conditions, Rule, Rules


class InlineSubquery(Part):
    """A subquery written in place; rendered as a CTE."""

    target: Name
    resolve_by: Name | None = None
    date: Name | None = None
    rules: Rules
    exclude: tuple[Rule, ...] = ()
    where: Conditions | None = None


class Subquery(InlineSubquery, Entry):
    """A named subquery: a bag of events that match at least one of its rules."""

    id: PlainId | None = None
