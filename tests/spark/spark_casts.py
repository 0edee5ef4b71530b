"""What staging makes of a source's values on Spark: what tests/engines/test_casts.py asks of the other engines."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import test_casts
from lab.direct import compiled
from session import SparkEngine

# Spark calls a moment `timestamp`, and a time of the clock on the wall `timestamp_ntz`.
TYPES = {"timestamp": "timestamp_ntz", "timestamptz": "timestamp", "double precision": "double", "real": "float"}
# No type of Spark holds these.
ABSENT = [("timestamp", "'infinity'"), ("timestamptz", "'infinity'"), ("timestamptz", "'-infinity'")]
ABSENT += [("date", "'infinity'"), ("date", "'-infinity'"), ("date", "'5000000-01-01'")]
TYPED = [
    (TYPES.get(kind, kind), value, macro, wanted)
    for kind, value, macro, wanted in test_casts.TYPED
    if (kind, value) not in ABSENT
]
OF_SPARK: list[tuple[str, str, str, Any]] = [
    ("tinyint", "7", "to_bigint", 7),
    ("binary", "'2024-03-01'", "to_day", dt.date(2024, 3, 1)),
    ("binary", "'7'", "to_bigint", 7),
    ("decimal(38,0)", "9223372036854775808", "to_bigint", None),
    ("array<int>", "array(7)", "to_number", None),
    ("struct<a: int>", "named_struct('a', 7)", "to_bigint", None),
    ("struct<a: date>", "named_struct('a', date '2024-03-01')", "to_day", None),
    ("variant", "parse_json('7.5')", "to_number", Decimal("7.5")),
    ("timestamp", "timestamp_micros(-62135596800000001)", "to_day", None),
    ("date", "date_add(date '9999-12-31', 1)", "to_day", None),
    ("double", "20240231", "to_day", None),
    ("double", "1e300", "to_day", None),
]
FOREIGN = {
    "boolean": "true",
    "string": "'00000000-0000-0000-0000-000000000007'",
    "interval day": "'1'",
    "variant": "parse_json('{}')",
}


def written(engine: SparkEngine, cells: list[str]) -> None:
    listed = ", ".join(f"('{cell}')" for cell in cells)
    engine.execute(f"create table written as select cast(cell as string) as cell from values {listed} as t (cell)")


@pytest.mark.parametrize("macro", test_casts.TEXTS)
def test_texts(engine: SparkEngine, macro: str) -> None:
    written(engine, list(test_casts.TEXTS[macro]))
    found = dict(engine.rows(compiled(f"select cell, {{{{ {macro}('cell') }}}} from written", "spark")))
    assert found == test_casts.TEXTS[macro]


def read(engine: SparkEngine, asked: list[tuple[str, str, str]]) -> list[Any]:
    """What macros make of values in columns of those types."""
    columns = ", ".join(f"cast({value} as {kind}) as cell_{n}" for n, (kind, value, _) in enumerate(asked))
    engine.execute(f"create table typed as select {columns} from range(1)")
    calls = ", ".join(f"{{{{ {macro}('cell_{n}') }}}}" for n, (_, _, macro) in enumerate(asked))
    [answer] = engine.rows(compiled(f"select {calls} from typed", "spark"))
    return list(answer)


def test_typed_columns(engine: SparkEngine) -> None:
    expected = TYPED + OF_SPARK
    found = read(engine, [(kind, value, macro) for kind, value, macro, _ in expected])
    assert [(*one[:3], was) for one, was in zip(expected, found, strict=True)] == expected


@pytest.mark.parametrize("macro", ["to_day", "to_bigint", "to_number"])
def test_a_type_without_such_a_value_is_null(engine: SparkEngine, macro: str) -> None:
    assert read(engine, [(kind, value, macro) for kind, value in FOREIGN.items()]) == [None] * len(FOREIGN)


def test_a_decimal_comma(engine: SparkEngine) -> None:
    written(engine, [*test_casts.WITH_COMMA, "7.0"])
    call = "select cell, {{ to_number('cell', ',') }}, {{ to_bigint('cell', ',') }} from written"
    found = engine.rows(compiled(call, "spark"))
    numbers = {cell: number for cell, number, _ in found}
    whole = {cell: number for cell, _, number in found}
    assert {cell: numbers[cell] for cell in test_casts.WITH_COMMA} == test_casts.WITH_COMMA
    assert (whole["7,25"], whole["7"], whole["7.0"]) == (None, 7, None)


def test_what_needs_no_table(engine: SparkEngine) -> None:
    """The tests that test_casts.py has for the other engines, as they are there."""
    test_casts.test_an_absent_column_is_null(engine)
    test_casts.test_ages_around_a_birthday(engine)
    test_casts.test_dates_at_the_ends_of_the_calendar_can_be_reckoned_with(engine)


def test_a_time_zone_of_the_source(engine: SparkEngine) -> None:
    engine.execute("create table moment as select timestamp '2020-01-10 20:00:00+00' as cell")
    call = "select {{ to_day('cell', 'Asia/Tokyo') }} from moment"
    assert engine.rows(compiled(call, "spark")) == [(dt.date(2020, 1, 11),)]
