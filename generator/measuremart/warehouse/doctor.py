"""What the macro `doctor` finds of a source, also where the database stops at one of its looks.

A message of dbt can hold a value: of a patient where a view of the source casts one, or of the profile. Only what our
own macros say is passed on of a table; of the connection what dbt says, without the secrets of the profile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, operation
from measuremart.warehouse.profile import secrets_of

# dbt is started again after a table at which the database stopped, at most so often.
_STARTS = 6
# What our macros raise: dbt puts it below this line, indented, before a blank line or the name of the macro.
_RAISED = re.compile(r"Compilation Error[^\n]*\n(.*?)(?=\n\s*\n|\n\s*> |\Z)", re.DOTALL)
# Where dbt stops before it reaches a database.
_OF_PROJECT = re.compile(r"Compilation Error|Parsing Error|Dependency Error|dbt_project\.yml|package")


@dataclass
class Stop:
    """A look at which dbt stopped: at what (a table has its name), and why; None where the reason may hold a value."""

    look: str
    table: str | None
    reason: str | None


@dataclass
class Looked:
    """What was found, as the macro `doctor` prints it, and where it stopped; `unseen` are tables not looked at."""

    found: list[dict[str, Any]] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    unseen: Sequence[str] = ()

    def of(self, what: str) -> list[dict[str, Any]]:
        """Return the findings of a kind: connection, settings, rights, table."""
        return [one for one in self.found if one["found"] == what]


def look(
    project: Path, profiles_dir: Path | None, target: str | None, options: tuple[str, ...], *, reads_rows: bool = True
) -> Looked:
    """Return what the macro `doctor` finds; where a table stops it, the tables after it are looked at, too."""
    looked = Looked()
    tables: list[str] = []
    for _ in range(_STARTS):
        at: dict[str, Any] = {"look_at": "start"}
        try:
            arguments = {"tables": tables, "reads_rows": reads_rows}
            for line in operation(project, "measuremart.doctor", arguments, options):
                assert isinstance(line, dict)
                if "look_at" in line:
                    at = line
                elif line["found"] == "tables":
                    tables = line["names"]
                elif line["found"] == "table" or not looked.of(line["found"]):
                    looked.found.append(line)
            return looked
        except WarehouseError as error:
            table = at.get("table")
            said = _without_secrets(str(error), secrets_of(project, profiles_dir, target))
            looked.stops.append(_stop(at["look_at"], table, said))
            if table is None:
                return looked
            tables = tables[tables.index(table) + 1 :]
            if not tables:
                return looked
    looked.unseen = tables
    return looked


def _stop(at: str, table: str | None, said: str) -> Stop:
    raised = _RAISED.search(said)
    ours = " ".join(raised[1].split()) if raised else None
    if at in ("start", "connection"):
        is_of_project = at == "start" and _OF_PROJECT.search(said)
        return Stop("project" if is_of_project else "connection", None, ours or said)
    return Stop(at, table, ours)


def _without_secrets(said: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        said = said.replace(secret, "***")
    return said
