"""The DuckDB file of an audience: all that it may see, and nothing else. Readers open it, not the warehouse."""

from __future__ import annotations

from pathlib import Path

from measuremart.publication.files import contracts, ordered_query
from measuremart.warehouse.marts import Marts, rows_of_layers
from measuremart.warehouse.profile import duckdb_file_and_schema
from measuremart.warehouse.table_file import Table, write_tables

_FOLDER = "audiences"
# Who approved and who retracted stands in the warehouse; on PostgreSQL readers do not see it either.
_NOT_SHOWN = ("approver", "retracted_by")


def audience_file(marts: Marts, audience: str) -> Path | None:
    """Return where `publish` keeps the file of an audience: beside a DuckDB warehouse. None for every other engine."""
    place = duckdb_file_and_schema(marts.project, marts.profiles_dir, marts.target)
    return None if place is None else place[0].parent / _FOLDER / f"{audience}.duckdb"


def write_audience_file(marts: Marts, audience: str, to: Path) -> dict[str, int]:
    """Write all publications to an audience as one DuckDB file in the place of an earlier one; return rows by table.

    Of a retracted publication its record is there, and no figure. Raises `WarehouseError` and `OSError`.
    """
    about = [
        {**table, "columns": [column for column in table["columns"] if column["name"] not in _NOT_SHOWN]}
        for table in contracts()
    ]
    # An audience of the definitions: a name of letters, digits and underscores.
    mine = f"select publication_id from {{{{ ref('pub_publication') }}}} where audience = '{audience}'"  # noqa: S608
    of_audience = f"publication_id in ({mine})"
    queries = {table["table"]: ordered_query(table, of_audience) for table in about}
    rows = rows_of_layers(marts, queries)
    tables = [
        Table(
            table["table"],
            table["description"],
            [(column["name"], column["type"], column["description"]) for column in table["columns"]],
            rows[table["table"]],
        )
        for table in about
    ]
    write_tables(to, tables)
    return {name: len(found) for name, found in rows.items()}
