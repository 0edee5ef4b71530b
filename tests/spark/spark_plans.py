"""The reader of plans finds what compares all rows with all others, and tells a look-up of one row from it."""

import pytest
from plans import loops
from pyspark.sql import SparkSession

FEW = "(select id, id % 2 as half from range(9)) as few"
MANY = "(select id, id % 2 as half from range(99)) as many"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("few.half = many.half", []),
        ("few.half is not distinct from many.half", []),
        ("few.half = many.half and few.id < many.id", []),
        ("few.id < many.id", [False]),
        ("few.half = many.half or few.id = many.id", [False]),
        ("1 = 1", [False]),
    ],
)
def test_a_join_without_an_equality_is_a_loop(spark: SparkSession, condition: str, found: list[bool]) -> None:
    sql = f"select few.id, many.id as other from {FEW} inner join {MANY} on {condition}"
    assert [loop.is_lookup for loop in loops(spark, sql)] == found


def test_loops_within_loops(spark: SparkSession) -> None:
    sums = "(select count(*) as n from range(99)) as sums"
    sql = f"select few.id, sums.n from {FEW} inner join {MANY} on few.id < many.id cross join {sums}"
    assert sorted(loop.is_lookup for loop in loops(spark, sql)) == [False, True]
