"""Targets that hold only the events that some definition asks about (docs/semantics.md, 2.9), as dbt builds them."""

import re
from pathlib import Path

import duckdb
import pytest
from dbt_runs import ROOT, Warehouse

TABLES = {
    "condition": "condition_occurrence",
    "drug": "drug_exposure",
    "procedure": "procedure_occurrence",
    "measurement": "measurement",
    "observation": "observation",
    "device": "device_exposure",
    "visit": "visit_occurrence",
}
MODELS = {
    "asked_concept": "select 'target__test' as target_model, cast(null as bigint) as concept_id",
    "catalogue_target_demand": (
        "select 'told' as pack, 'pack' as construct, 'target__test' as target_model "
        "union all select 'untold', 'subquery', 'target__test'"
    ),
    "target__test": "select concept_id from {{ ref('asked_concept') }}",
    "generated": "{{ config(meta={'kind': 'match'}) }} select * from {{ ref('target__test') }}",
    "told_reader": "{{ config(tags=['other', 'told']) }} select * from {{ ref('target__test') }}",
    "untold_reader": "{{ config(tags=['untold']) }} select * from {{ ref('target__test') }}",
    "reader_of_no_pack": "select * from {{ ref('target__test') }}",
    "reader_of_a_reader": "select * from {{ ref('told_reader') }}",
}


def test_a_model_by_hand_that_does_not_say_what_it_reads_is_found(scratch: Warehouse) -> None:
    for name, sql in MODELS.items():
        (scratch.project / "models" / f"{name}.sql").write_text(sql)
    (scratch.project / "tests").mkdir()
    test = "event_targets_are_declared"
    (scratch.project / "tests" / f"{test}.sql").symlink_to(ROOT / "tests" / "singular" / f"{test}.sql")

    run = scratch.dbt("build", "--store-failures")

    assert run.statuses[test] == "fail", run.output
    assert scratch.rows(f"select model_name, target_model from dbt_test__audit.{test} order by 1") == [
        ("reader_of_no_pack", "target__test"),
        ("untold_reader", "target__test"),
    ]


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("target", TABLES)
def test_an_event_table_is_read_once(demo: Warehouse, target: str) -> None:
    (compiled,) = (demo.folder / "target" / "compiled").rglob(f"target__{target}.sql")
    assert scans(demo.database, compiled).count(f"demo__{TABLES[target]}") == 1


def scans(database: Path, compiled: Path) -> list[str]:
    """Return the seeds that the plan of a compiled model scans."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ((_, plan),) = connection.execute(f"explain {compiled.read_text(encoding='utf-8')}").fetchall()
    return re.findall(r"\bdemo__\w+", plan)


@pytest.mark.xdist_group("demo")
def test_each_event_of_the_source_is_counted(demo: Warehouse) -> None:
    """By hand: those of asked concepts stand in the target; what definitions do not name is counted as not asked."""
    for target, table in TABLES.items():
        concept = f"{table.split('_')[0]}_concept_id"
        kept = f"select distinct event_id from targets.target__{target}"
        left = f"select count(*) from staging.stg_omop__{table} where {table}_id not in ({kept})"
        counted = (
            f"select sum(n_rows) from marts.agg_attachment where target_name = '{target}' and outcome = 'not_asked'"
        )
        assert (demo.rows(counted)[0][0] or 0) == demo.rows(left)[0][0], target
        shared = (
            f"select count(*) from staging.stg_omop__{table} where {table}_id not in ({kept}) "
            f"and {concept} in (select concept_id from targets.target__{target})"
        )
        assert demo.rows(shared) == [(0,)], target
    assert demo.rows("select count(*) from marts.agg_attachment where outcome = 'not_asked'") == [(4,)]
