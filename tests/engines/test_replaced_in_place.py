"""On DuckDB a model takes its relation's place in one transaction (macros/engine/replace_relation.sql), and a contract is
compared with one question to the engine (assert_columns.sql)."""

from typing import Any

import duckdb
import pytest
import yaml
from dbt_runs import Warehouse

COLUMNS = {"id": "bigint", "name": "string", "day": "date", "share": "numeric(38,10)", "is_in": "boolean"}
RIGHT = {
    "id": "cast(1 as bigint)",
    "name": "cast('a' as varchar)",
    "day": "cast('2026-01-31' as date)",
    "share": "cast(0.5 as numeric(38, 10))",
    "is_in": "true",
}


def write(scratch: Warehouse, sql: str, materialized: str = "table", **more: Any) -> None:
    (scratch.project / "models" / "one.sql").write_text(f"{{{{ config(materialized='{materialized}') }}}}\n{sql}\n")
    (scratch.project / "models" / "one.yml").write_text(yaml.safe_dump({"models": [{"name": "one", **more}]}))


def relations(scratch: Warehouse) -> list[tuple[Any, ...]]:
    return scratch.rows("select table_name, table_type from information_schema.tables order by table_name")


def test_a_relation_takes_the_place_of_the_one_before_duckdb(scratch: Warehouse) -> None:
    """Also where that is of the other kind, and where a run was killed that gave relations other names."""
    kinds = {"table": "BASE TABLE", "view": "VIEW"}
    for number, kind in enumerate(("table", "table", "view", "view", "table")):
        write(scratch, f"select {number} as id", kind)
        run = scratch.dbt("build")
        assert run.statuses["one"] == "success", run.output
        assert scratch.rows("select id from one") == [(number,)]
        assert relations(scratch) == [("one", kinds[kind])]
        with duckdb.connect(str(scratch.database)) as connection:
            connection.execute("create table one__dbt_backup as select 7 as id")
            connection.execute("create table one__dbt_tmp as select 7 as id")


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_model_that_fails_leaves_what_was_there_duckdb(scratch: Warehouse, kind: str) -> None:
    """A row that cannot be read, an unknown column, a hook after it: the relation of the run before stays."""
    write(scratch, "select 1 as id", kind)
    assert scratch.dbt("build").statuses["one"] == "success"
    bad = ["select no_such_column as id", "{{ config(post_hook='select no_such_column') }} select 2 as id"]
    bad += ["select cast(name as bigint) as id from (values ('x')) as t (name)"] if kind == "table" else []
    for sql in bad:
        write(scratch, sql, kind)
        assert scratch.dbt("build").statuses["one"] == "error"
        assert scratch.rows("select id from one") == [(1,)]
        assert [name for name, _ in relations(scratch)] == ["one"]


def test_columns_stand_in_the_order_of_the_contract_duckdb(scratch: Warehouse) -> None:
    """Whatever their order in the SQL; a key of the contract holds, too."""
    columns: list[dict[str, Any]] = [{"name": name, "data_type": type_} for name, type_ in COLUMNS.items()]
    contract = {"config": {"contract": {"enforced": True}}, "columns": columns}
    sql = "select " + ", ".join(f"{RIGHT[name]} as {name}" for name in reversed(COLUMNS))
    write(scratch, sql, **contract)
    assert scratch.dbt("build").statuses["one"] == "success"
    order = "select column_name from information_schema.columns where table_name = 'one' order by ordinal_position"
    assert [name for (name,) in scratch.rows(order)] == list(COLUMNS)
    columns[0]["constraints"] = [{"type": "not_null"}]
    write(scratch, sql.replace(RIGHT["id"], "cast(null as bigint)"), **contract)
    run = scratch.dbt("build")
    assert run.statuses["one"] == "error"
    assert "NOT NULL" in run.output
    assert scratch.rows("select id from one") == [(1,)]


# What stands in the SQL in place of what the contract says, and what dbt says of it.
BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "another_type": ({"id": "cast(1 as integer)"}, "id"),
    "other_decimals": ({"share": "cast(0.5 as numeric(18, 2))"}, "share"),
    "a_text": ({"day": "'2026-01-31'"}, "day"),
    "missing": ({"name": ""}, "name"),
    "one_more": ({"more": "1"}, "more"),
}


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_contract_that_does_not_hold_is_an_error_duckdb(scratch: Warehouse, kind: str) -> None:
    contract = {
        "config": {"contract": {"enforced": True}},
        "columns": [{"name": name, "data_type": type_} for name, type_ in COLUMNS.items()],
    }
    for columns, said in ((RIGHT, ""), *((RIGHT | change, word) for change, word in BROKEN.values())):
        write(scratch, "select " + ", ".join(f"{sql} as {n}" for n, sql in columns.items() if sql), kind, **contract)
        run = scratch.dbt("build")
        assert run.statuses["one"] == ("error" if said else "success"), run.output
        if said:
            assert "enforced contract that failed" in run.output
            assert any(line.startswith(f"  | {said} ") for line in run.output.splitlines()), run.output
    assert scratch.rows("select id, name, share from one") == [(1, "a", 0.5)]
