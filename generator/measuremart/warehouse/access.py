"""Who sees what on PostgreSQL: the statements that give access, and what each role counts (docs/decisions/0015)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from measuremart.warehouse.dbt import WarehouseError, operation


@dataclass(frozen=True, slots=True, order=True)
class Sight:
    """What a role counts in a relation; `relation` is None for a role that may read nothing.

    `entities` is None where the relation is not by entity.
    """

    role: str
    relation: str | None
    rows: int
    entities: int | None


@dataclass(slots=True)
class Seen:
    """The server's version, what each role sees, and what is wrong."""

    version: str = ""
    sights: list[Sight] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def statements(project: Path, task: Literal["sql", "apply"], options: tuple[str, ...]) -> list[str]:
    """Return the statements that give access; `apply` runs them, in one transaction. Raises `WarehouseError`."""
    lines = list(_lines(project, task, options))
    if not lines or "end" not in lines[-1]:
        raise WarehouseError("dbt ended before all statements were there")
    return [str(line["statement"]) for line in lines[:-1]]


def seen(project: Path, options: tuple[str, ...]) -> Seen:
    """Return what each role sees. Raises `WarehouseError`."""
    found = Seen()
    is_whole = False
    for line in _lines(project, "check", options):
        match line["found"]:
            case "server":
                found.version = str(line["version"])
            case "sight":
                found.sights.append(Sight(line["role"], line["relation"], line["rows"], line["entities"]))
            case "problem":
                found.problems.append(str(line["said"]))
            case _:
                is_whole = True
    if not is_whole:
        raise WarehouseError("dbt ended before all was looked at")
    return found


def _lines(project: Path, task: str, options: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for line in operation(project, "measuremart.access", {"task": task}, options):
        assert isinstance(line, dict)
        yield line
