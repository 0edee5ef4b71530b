"""What Spark would do for a query: the joins of its plan that compare every row with every row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import SparkSession

_LOOPS = ("BroadcastNestedLoopJoin", "CartesianProduct")
# Steps that add no row to what is below them.
_NO_ROW_MORE = ("Project", "Filter", "BroadcastExchange", "Exchange", "ColumnarToRow", "AdaptiveSparkPlan", "Sort")
_TABLE = re.compile(r"FileScan parquet (?:spark_catalog\.)?([\w.]+)\[")
_STEP = re.compile(r"^((?:[ :]  )*(?:[+:]- )?)(?:\*\(\d+\) )?(.*)$")


@dataclass(frozen=True)
class Step:
    """A line of a plan: how deep it is, and what it does."""

    depth: int
    does: str


@dataclass(frozen=True)
class Loop:
    """A join that compares all rows of one side with all of the other; `is_lookup`: one side has one row by its nature."""

    kind: str
    sides: tuple[str, ...]
    is_lookup: bool

    def __str__(self) -> str:
        return f"{self.kind} of {' and '.join(self.sides)}"


def loops(spark: SparkSession, sql: str) -> list[Loop]:
    """Return the loops of a query's plan; the query is not run."""
    plan = spark.sql(sql)._jdf.queryExecution().executedPlan().treeString()
    steps = [_step(line) for line in plan.splitlines() if line.strip()]
    return list(_loops(steps))


def _step(line: str) -> Step:
    found = _STEP.match(line)
    assert found is not None
    return Step(len(found[1]) // 3, found[2])


def _loops(steps: list[Step]) -> Iterator[Loop]:
    for number, step in enumerate(steps):
        if step.does.startswith(_LOOPS):
            sides = _sides(steps, number)
            named = tuple(_named(side) for side in sides)
            yield Loop(step.does.split(",")[0].split("(")[0].strip(), named, any(_has_one_row(side) for side in sides))


def _sides(steps: list[Step], number: int) -> list[list[Step]]:
    """Return the two branches below a join."""
    depth = steps[number].depth
    sides: list[list[Step]] = []
    for step in steps[number + 1 :]:
        if step.depth <= depth:
            break
        if step.depth == depth + 1:
            sides.append([])
        if sides:
            sides[-1].append(step)
    return sides[-2:]


def _named(side: list[Step]) -> str:
    tables = sorted({found[1].split(".")[-1] for step in side for found in _TABLE.finditer(step.does)})
    return "+".join(tables) or "rows that the query writes itself"


def _has_one_row(side: list[Step]) -> bool:
    for step in side:
        if step.does.startswith(_NO_ROW_MORE):
            continue
        table = _TABLE.match(step.does)
        return step.does.startswith("HashAggregate(keys=[],") or bool(table and table[1].endswith(".run_context"))
    return False
