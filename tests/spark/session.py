"""Spark inside this process: the session of `make test-spark`, with the settings of the example profile."""

import os
from typing import Any

import yaml
from jinja2 import Environment
from lab.engines import Engine
from lab.project import ROOT
from pyspark.sql import SparkSession


def settings() -> dict[str, str]:
    """Return the settings of the example profile's output `spark`."""
    environment = Environment(autoescape=False)
    environment.filters["as_number"] = int
    text = environment.from_string((ROOT / "profiles.example.yml").read_text(encoding="utf-8")).render(
        env_var=lambda name, default="": os.environ.get(name, default)
    )
    found: dict[str, str] = yaml.safe_load(text)["measuremart"]["outputs"]["spark"]["server_side_parameters"]
    return found


def session() -> SparkSession:
    """Return the one session of this process."""
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in settings().items():
        builder = builder.config(name, value)
    opened: SparkSession = builder.getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    return opened


class SparkEngine(Engine):
    """Temporary views of one session: a table of parquet would cost a second, and there is no transaction to undo it."""

    name = "spark"
    _marker = "?"

    def __init__(self, opened: SparkSession) -> None:
        self._session = opened
        self._views: list[str] = []

    def profile(self) -> dict[str, Any]:
        raise NotImplementedError("dbt would start a session of its own, which sees no temporary view of this one")

    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        words = sql.split(maxsplit=4)
        if [word.lower() for word in words[:2]] == ["create", "table"] and words[3].lower() == "as":
            self._views.append(words[2])
            sql = f"create or replace temporary view {words[2]} as {words[4]}"
        self._session.sql(sql, args=values)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._session.sql(sql).collect()]

    def columns(self, name: str) -> list[tuple[str, str]]:
        return [(f.name, f.dataType.simpleString()) for f in self._session.table(name).schema.fields]

    def load(self, table: Any, name: str) -> None:
        """Make an input table of literals."""
        types = {column: "string" if kind == "text" else kind for column, kind in table.columns.items()}
        cells = [[_literal(row.get(column), kind) for column, kind in types.items()] for row in table.rows]
        nothing = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in types.items())
        listed = ", ".join(f"({', '.join(row)})" for row in cells)
        written = f"select * from values {listed} as listed ({', '.join(types)})" if cells else f"{nothing} limit 0"
        self.execute(f"create table {name} as {written if cells else 'select ' + written}")

    def begin(self) -> None:
        """Do nothing: Spark has no transactions."""

    def rollback(self) -> None:
        for view in self._views:
            self._session.catalog.dropTempView(view)
        self._views.clear()

    def release(self) -> None:
        """Do nothing: a temporary view is there for nobody else."""

    def close(self) -> None:
        self.rollback()


def _literal(value: Any, kind: str) -> str:
    if value is None:
        return f"cast(null as {kind})"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"cast('{escaped}' as {kind})"
