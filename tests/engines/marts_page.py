"""The queries of docs/how-to/read-the-marts.md, and the rows that the page prints below them.

`python tests/engines/marts_page.py measuremart_demo_lung.duckdb` writes the page's rows anew from a built demo.
"""

import contextlib
import datetime as dt
import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "read-the-marts.md"
_QUERY = re.compile(r"```sql\n(?P<sql>.*?)\n```(?:\n\n```text\n(?P<printed>.*?)\n```)?", re.DOTALL)
_WIDE = 10_000


@dataclass(frozen=True)
class Query:
    """One query; `printed` is the table below it, as DuckDB draws it, or None where the page shows none."""

    sql: str
    printed: str | None

    @property
    def cells(self) -> list[list[str]]:
        """What the printed table says: the names of the columns, then its rows."""
        lines = [line for line in (self.printed or "").splitlines() if line.startswith("│")]
        names, _types, *rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]
        return [names, *rows]


def queries() -> list[Query]:
    """Return the page's queries in order."""
    return [Query(m["sql"], m["printed"]) for m in _QUERY.finditer(PAGE.read_text(encoding="utf-8"))]


def cell(value: Any) -> str:
    """Return a value as DuckDB draws it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def main() -> None:
    """Write the page with the rows that its queries have in the database that is named."""
    with duckdb.connect(sys.argv[1], read_only=True) as connection:

        def drawn(match: re.Match[str]) -> str:
            if match["printed"] is None:
                return match[0]
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                connection.sql(match["sql"]).show(max_width=_WIDE)
            return f"```sql\n{match['sql']}\n```\n\n```text\n{said.getvalue().strip()}\n```"

        PAGE.write_text(_QUERY.sub(drawn, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
