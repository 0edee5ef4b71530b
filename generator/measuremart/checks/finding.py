"""What a check sees and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from measuremart.catalogue import Catalogue
from measuremart.definitions.file import Defined
from measuremart.plan.nodes import Plan
from measuremart.problems import Kind, Position


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found, in the definition that can waive it."""

    defined: Defined
    position: Position
    message: str
    kind: Kind = Kind.WARNING


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is defined, and the plan of what could be resolved."""

    catalogue: Catalogue
    plan: Plan


Check = Callable[[Material], Iterator[Finding]]
