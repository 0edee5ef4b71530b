"""The demo on Spark: every relation has the rows that it has on DuckDB, and no plan compares all rows with all others."""

from collections.abc import Iterator

import demo
import duckdb
import pytest
from plans import Loop, loops
from pyspark.sql import SparkSession

# Relations that differ, with the reason. One that comes right fails, so that the list stays true.
DIFFERENT: dict[str, str] = {}

# Models whose plan has loops that no equality can replace: how many, and why. Fewer loops, or more, fail.
LOOPS: dict[str, tuple[int, str]] = {
    "agg_attrition": (1, "each indicator and period with each of nine steps, all of which are rows of the result"),
    "dim_reference_period": (
        1,
        "each report with the calendar's rows for all time and undated, which are rows of the result",
    ),
    "fct_source_freshness": (1, "each table with the one release of the source"),
    "result_day_period": (
        3,
        "days with the one first and last day of the calendar, and with a report's few named periods",
    ),
    "agg_not_asked": (1, "each indicator with each of two reasons, all of which are rows of the result"),
}


@pytest.fixture(scope="module")
def relations() -> list[demo.Relation]:
    demo.ready()
    return demo.relations()


@pytest.fixture(scope="module")
def beside() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo.DUCKDB), read_only=True) as opened:
        yield opened


def test_every_relation_has_the_rows_of_duckdb(
    spark: SparkSession, beside: duckdb.DuckDBPyConnection, relations: list[demo.Relation]
) -> None:
    differences: dict[str, str] = {}
    for relation in relations:
        names, wanted = demo.rows_of_duckdb(beside, relation)
        found = demo.rows_of_spark(spark, beside, relation, names)
        if found != wanted:
            differences[relation.name] = (
                f"{(wanted - found).total()} rows of DuckDB only, {(found - wanted).total()} of Spark"
            )
    print(f"{len(relations) - len(differences)} of {len(relations)} relations are equal row by row")
    unexpected = {name: said for name, said in differences.items() if name not in DIFFERENT}
    assert unexpected == {}
    assert sorted(set(DIFFERENT) - set(differences)) == [], "these are equal now: take them from the list"


def test_no_plan_compares_all_rows_with_all_others(spark: SparkSession, relations: list[demo.Relation]) -> None:
    """A join to the one row of run_context, or to the one row of sums without groups, is a look-up, and costs a row each."""
    found: dict[str, list[Loop]] = {}
    look_ups = 0
    for relation in relations:
        all_of_it = loops(spark, relation.sql) if relation.sql else []
        look_ups += sum(loop.is_lookup for loop in all_of_it)
        if true_loops := [loop for loop in all_of_it if not loop.is_lookup]:
            found[relation.name] = true_loops
    print(f"{len(relations)} relations, {look_ups} look-ups of one row, loops in {sorted(found)}")
    counts = {name: len(some) for name, some in found.items()}
    wanted = {name: count for name, (count, _) in LOOPS.items()}
    assert counts == wanted, "\n".join(f"{name}: {loop}" for name, some in found.items() for loop in some)
