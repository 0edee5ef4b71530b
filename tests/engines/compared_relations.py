"""What one project built on DuckDB and on PostgreSQL: the same relations, with the same rows."""

import json
from collections.abc import Callable
from typing import Any

from dbt_runs import Warehouse

Ask = Callable[[str], list[tuple[Any, ...]]]
# Views over the demo's seeds read the same on both; what they hold is compared through the targets above them.
LAYERS = (
    "reference",
    "episodes",
    "targets",
    "concept_sets",
    "matches",
    "subqueries",
    "measures",
    "cohorts",
    "indicators",
    "populations",
    "reports",
    "marts",
    "results",
    "evaluation",
    "levels",
    "exports",
)


def relations(built: Warehouse) -> dict[str, list[str]]:
    """Columns of every relation of the layers on DuckDB, by `layer.relation`."""
    found: dict[str, list[str]] = {}
    query = (
        "select table_schema, table_name, column_name from information_schema.columns "
        f"where table_schema in {LAYERS} order by table_schema, table_name, ordinal_position"
    )
    for schema, name, column in built.rows(query):
        found.setdefault(f"{schema}.{name}", []).append(column)
    return found


def comparable(rows: list[tuple[Any, ...]]) -> list[str]:
    """Rows in an order of their own, with numbers written alike."""
    return sorted(json.dumps([_plain(v) for v in row], default=str) for row in rows)


def _plain(value: Any) -> Any:
    return float(value) if type(value).__name__ == "Decimal" else value


def different(built: Warehouse, postgres: Ask, schema: str) -> list[str]:
    """Say which relations have other rows on PostgreSQL, where the schemas begin with `schema`."""
    found = []
    for relation, columns in relations(built).items():
        select = f"select {', '.join(columns)} from"
        ours = comparable(built.rows(f"{select} {relation}"))
        theirs = comparable(postgres(f"{select} {schema}_{relation}"))
        if ours != theirs:
            found.append(f"{relation}: {len(ours)} and {len(theirs)} rows, or other values")
    return found


def names(postgres: Ask, schema: str) -> set[str]:
    """Return the relations of the layers on PostgreSQL, as `layer.relation`."""
    query = f"select table_schema, table_name from information_schema.tables where table_schema like '{schema}_%'"
    found = {f"{layer.removeprefix(schema + '_')}.{name}" for layer, name in postgres(query)}
    return {relation for relation in found if relation.split(".")[0] in LAYERS}
