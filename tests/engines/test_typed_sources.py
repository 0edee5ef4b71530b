"""Tables whose columns have other types than OMOP says: days as whole numbers, an infinite number, a flag as an id."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_runs import Warehouse
from postgres_builds import environment, postgres_schemas
from test_csv_files import TABLES
from test_staging import source_columns

Rows = list[tuple[Any, ...]]
STATEMENTS = (
    "create schema typed_by_guess",
    "create table typed_by_guess.measurement (measurement_id double precision, person_id numeric(20, 2), "
    "measurement_date bigint, measurement_datetime time, value_as_number double precision, unit_concept_id boolean)",
    "insert into typed_by_guess.measurement values "
    "(1, 7, 20240301, '10:00', 7.5, true), (2, 7, 20240231, null, 'infinity', null), (3, 7, 19783, null, 'NaN', null), "
    "(4, 7, null, null, null, null)",
    "create table typed_by_guess.death (person_id bigint, death_date integer)",
    "insert into typed_by_guess.death values (7, 19783), (8, null)",
)
FINDINGS = {
    "unreadable_omop_cells": [
        ("death", "death_date", 1),
        ("measurement", "measurement_date", 2),
        ("measurement", "measurement_datetime", 1),
        ("measurement", "unit_concept_id", 1),
        ("measurement", "value_as_number", 1),
    ],
    # No day can be read in the one, and the other holds times alone.
    "unreadable_omop_days": [("death", "death_date", 1), ("measurement", "measurement_datetime", 1)],
}


@pytest.fixture(params=["duckdb", "postgres"])
def source(
    request: pytest.FixtureRequest, warehouse: Warehouse
) -> Iterator[tuple[Callable[[str], Rows], dict[str, str]]]:
    """What asks the database, and the environment of dbt; the tables are made."""
    warehouse.target = request.param
    if request.param == "duckdb":
        with duckdb.connect(str(warehouse.database)) as connection:
            for statement in STATEMENTS:
                connection.execute(statement)
        yield warehouse.rows, {}
        return
    dsn = request.getfixturevalue("postgres_dsn")
    with postgres_schemas(dsn, "typed_by_guess") as rows:
        for statement in STATEMENTS:
            rows(statement)
        yield rows, environment(dsn, "typed_by_guess_built")


def test_columns_of_other_types(warehouse: Warehouse, source: tuple[Callable[[str], Rows], dict[str, str]]) -> None:
    ask, given = source
    read = {"measurement": STATEMENTS[1], "death": STATEMENTS[3]}
    lacks = [
        f"{table}.{column}"
        for table, made in read.items()
        for column in source_columns(table)
        if f"{column} " not in made
    ]
    run = warehouse.dbt(
        *("build", "--select", "+stg_omop__measurement", "+stg_omop__death", *FINDINGS),
        variables={
            "packs": [],
            "omop_source": "schema",
            "omop_schema": "typed_by_guess",
            "absent_tables": sorted(set(TABLES) - set(read)),
            "absent_columns": lacks,
        },
        **given,
    )
    assert (run.statuses["unreadable_omop_cells"], run.statuses["unreadable_omop_days"]) == ("warn", "fail"), run.output
    for name, findings in FINDINGS.items():
        (compiled,) = run.target.rglob(f"compiled/**/{name}.sql")
        assert sorted(ask(Path(compiled).read_text())) == findings
    staging = "typed_by_guess_built_staging" if given else "staging"
    assert ask(
        "select measurement_id, person_id, measurement_date, cast(value_as_number as varchar), unit_concept_id "
        f"from {staging}.stg_omop__measurement order by 1"
    ) == [
        (1, 7, dt.date(2024, 3, 1), "7.5000000000", None),
        (2, 7, None, None, None),
        (3, 7, None, None, None),
        (4, 7, None, None, None),
    ]
