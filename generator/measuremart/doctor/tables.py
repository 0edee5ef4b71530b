"""What was found of the tables of a source, and the variables that say what the source lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measuremart.warehouse.doctor import Looked


@dataclass(frozen=True, slots=True)
class Table:
    """What was found of one OMOP table of the source."""

    name: str
    is_there: bool
    is_read: bool
    is_listed_absent: bool
    problem: str
    n_columns: int
    missing: Sequence[Mapping[str, str]]
    listed_but_there: Sequence[str]
    rows: int | None
    cells: Sequence[Mapping[str, Any]]
    said: Mapping[str, str | None]

    @property
    def is_missing(self) -> bool:
        """Whether a build reads it, and the source has nothing of that name."""
        return self.is_read and not self.is_there and not self.problem

    @property
    def is_another(self) -> bool:
        """Whether a table of that name has none of the columns: a failed load, or something else."""
        return 0 < self.n_columns == len(self.missing) and not any(one["instead"] for one in self.missing)


def tables_of(looked: Looked) -> list[Table]:
    """Return what was found of each table that was looked at."""
    return [
        Table(
            one["table"], one["is_there"], one["is_read"], one["is_listed_absent"], one["problem"],
            one.get("n_columns", 0), one.get("missing", ()), one.get("listed_but_there", ()), one.get("rows"),
            one.get("cells", ()), one.get("said", {}),
        )
        for one in looked.of("table")
    ]  # fmt: skip


def row_counts(looked: Looked) -> dict[str, int]:
    """Return the number of rows of each table that was counted."""
    return {table.name: table.rows for table in tables_of(looked) if table.rows is not None}


def absent_variables(looked: Looked) -> dict[str, list[str]]:
    """Return the variables absent_tables and absent_columns, as they should be; only those that should change.

    A source without any table lacks none: its place is wrong. Where columns have names of another version or in other
    letters, that is to be set first. Persons, and who an event belongs to, cannot be absent.
    """
    tables, settings = tables_of(looked), next(iter(looked.of("settings")), None)
    if settings is None or not any(table.is_there for table in tables) or other_names(settings, tables):
        return {}
    lacking = {
        "absent_tables": [
            table.name for table in tables if (table.is_missing or table.is_another) and table.name != "person"
        ],
        "absent_columns": [
            f"{table.name}.{one['column']}"
            for table in tables
            for one in table.missing
            if not table.is_another and one["column"] != "person_id"
        ],
    }
    extra = {
        "absent_tables": {table.name for table in tables if table.is_there and table.is_listed_absent},
        "absent_columns": {entry for table in tables for entry in table.listed_but_there},
    }
    found = {}
    for name, new in lacking.items():
        kept = [entry for entry in settings[name] if entry not in extra[name]]
        if new or len(kept) < len(settings[name]):
            found[name] = [*kept, *new]
    return found


def other_names(settings: Mapping[str, Any], tables: Sequence[Table]) -> dict[str, list[str]]:
    """Return which settings give columns the names that the source has, each with the columns."""
    found: dict[str, list[str]] = {}
    for table in tables:
        for one in (one for one in table.missing if one["instead"]):
            instead = one["instead"]
            case = "upper" if instead == instead.upper() else "lower"
            version = "5.4" if settings["cdm_version"] == "5.3" else "5.3"
            is_case = instead.lower() == one["name"].lower()
            setting = f"omop_source_case: {case}" if is_case else f'cdm_version: "{version}"'
            found.setdefault(setting, []).append(f"{table.name} has {instead}, not {one['name']}")
    return found
