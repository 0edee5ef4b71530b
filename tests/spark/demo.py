"""The demo as it stands on both engines: DuckDB's in a file, Spark's as parquet files and views (`make test-spark` builds both)."""

import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from lab.project import ROOT
from pyspark.sql import SparkSession

FOLDER = ROOT / "build" / "spark"
DUCKDB = FOLDER / "beside.duckdb"
MANIFEST = FOLDER / "target" / "manifest.json"
Rows = Counter[tuple[Any, ...]]


@dataclass(frozen=True)
class Relation:
    """A model or seed of the demo: where it is on Spark, where on DuckDB, and its statement on Spark if it is a model."""

    name: str
    schema: str
    is_view: bool
    sql: str

    @property
    def on_duckdb(self) -> str:
        return f"{self.schema.removeprefix('measuremart_')}.{self.name}"


def relations() -> list[Relation]:
    """Return all models and seeds that were built, by name."""
    nodes = json.loads(MANIFEST.read_text(encoding="utf-8"))["nodes"].values()
    built = [node for node in nodes if node["resource_type"] in ("model", "seed")]
    return sorted(
        (
            Relation(n["name"], n["schema"], n["config"]["materialized"] == "view", n.get("compiled_code") or "")
            for n in built
        ),
        key=lambda relation: relation.name,
    )


def rows_of_duckdb(opened: duckdb.DuckDBPyConnection, relation: Relation) -> tuple[list[str], Rows]:
    """Return the names of the columns, and how often each row stands there."""
    found = opened.execute(f"select * from {relation.on_duckdb}")
    names = [column[0] for column in found.description]
    return names, _counted(found.fetchall())


def rows_of_spark(spark: SparkSession, opened: duckdb.DuckDBPyConnection, relation: Relation, names: list[str]) -> Rows:
    """Return how often each row stands there. A table's files are read as they are: Spark takes a second for each."""
    columns = ", ".join(f'"{name}"' for name in names)
    if relation.is_view:
        chosen = columns.replace('"', "`")
        return _counted(
            [tuple(r) for r in spark.sql(f"select {chosen} from {relation.schema}.{relation.name}").collect()]
        )
    folder = FOLDER / "warehouse" / f"{relation.schema}.db" / relation.name
    assert folder.is_dir(), f"{relation.name} was not built on Spark"
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return Counter()
    listed = ", ".join(f"'{file}'" for file in files)
    return _counted(opened.execute(f"select {columns} from read_parquet([{listed}])").fetchall())


def _counted(rows: list[tuple[Any, ...]]) -> Rows:
    return Counter(tuple(_plain(cell) for cell in row) for row in rows)


def _plain(cell: Any) -> Any:
    """Return a decimal without the zeros at its end: 1.50 is 1.5."""
    return cell.normalize() if isinstance(cell, Decimal) else cell


def ready() -> None:
    """Stop where the demo was not built."""
    missing = [str(path.relative_to(ROOT)) for path in (DUCKDB, MANIFEST) if not Path(path).exists()]
    assert not missing, f"{', '.join(missing)}: build both demos first, as `make test-spark` does"
