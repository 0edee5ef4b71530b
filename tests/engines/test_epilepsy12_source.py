"""The audit's tables in a schema that lacks something: the table, the column and the remedy are named, and nothing is read."""

import duckdb
from dbt_runs import Run, Warehouse

from benchmarks.synthetic_epilepsy12.__main__ import DEMO_FOLDER, DEMO_PREFIX
from benchmarks.synthetic_epilepsy12.tables import COLUMNS

LACKING = ("children", "assessment", "medicines", "sites")
VARIABLES = {"packs": ["epilepsy12"], "e12_source": "schema", "e12_schema": "audit_of_test"}


def written(warehouse: Warehouse, *tables: str) -> None:
    """The demo's children as tables of texts."""
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("create schema if not exists audit_of_test")
        for table in tables:
            path = DEMO_FOLDER / f"{DEMO_PREFIX}{table}.csv"
            rows = f"select * from read_csv('{path}', all_varchar = true)"
            connection.execute(f"create or replace table audit_of_test.{table} as {rows}")


def staged(warehouse: Warehouse) -> Run:
    return warehouse.dbt("run", "--select", "+path:models/core/staging/epilepsy12", variables=VARIABLES)


def test_what_a_schema_lacks_is_named(warehouse: Warehouse) -> None:
    written(warehouse, *COLUMNS)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("alter table audit_of_test.children drop column sex")
        connection.execute("alter table audit_of_test.assessment drop column child_id")
        connection.execute("alter table audit_of_test.medicines drop column entry_order")
        connection.execute("alter table audit_of_test.sites rename to sites_of_last_year")
    run = staged(warehouse)
    assert run.exit_code != 0
    for said in (
        "table audit_of_test.children has no column sex. Add it under that name",
        "table audit_of_test.assessment has no column child_id. Add it under that name",
        "table audit_of_test.medicines has no column entry_order. Add it under that name",
        "schema audit_of_test has no table sites: correct e12_schema; if the source lacks it, make an empty one",
    ):
        assert said in run.output, run.output
    wrong = {name for name, status in run.statuses.items() if status == "error"}
    assert wrong == {f"stg_epilepsy12__{table}" for table in LACKING}

    written(warehouse, *LACKING)
    run = staged(warehouse)
    assert run.exit_code == 0, run.output
    n_children = len((DEMO_FOLDER / f"{DEMO_PREFIX}children.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert warehouse.rows("select count(*) from staging.stg_epilepsy12__children") == [(n_children,)]
