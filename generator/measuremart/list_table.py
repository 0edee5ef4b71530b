"""What is defined, as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

COLUMNS = ("name", "kind", "pack", "grain", "state", "description")
# A name of 36 characters leaves room for the other columns then.
WIDE = 100


def list_table(rows: Sequence[dict[str, str]], width: int) -> RenderableType:
    """Return one row a definition; one below the other in a terminal too narrow for columns."""
    if width < WIDE:
        return Group(*(part for row in rows for part in _stacked(row)))
    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, no_wrap=column == "name", overflow="fold")
    for row in rows:
        table.add_row(*(row[c] for c in COLUMNS))
    return table


def _stacked(row: dict[str, str]) -> list[RenderableType]:
    about = ", ".join(row[c] for c in ("kind", "pack", "grain", "state") if row[c])
    parts = [row["name"], f"  {about}"]
    lines: list[RenderableType] = [Text(part, overflow="fold") for part in parts]
    return [*lines, Padding(Text(row["description"], overflow="fold"), (0, 0, 0, 2))] if row["description"] else lines
