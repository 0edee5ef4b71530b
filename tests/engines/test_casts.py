"""What staging makes of a source's values: the same on every engine, whatever the session's time zone, never an error."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from lab import DuckDbEngine, Engine, PostgresEngine
from lab.direct import compiled

DAYS = {
    "2023-02-28": dt.date(2023, 2, 28),
    "2024-02-29": dt.date(2024, 2, 29),
    "20240229": dt.date(2024, 2, 29),
    " 2024-01-02 ": dt.date(2024, 1, 2),
    "2024-01-02 23:59:59": dt.date(2024, 1, 2),
    "2024-01-02T23:59:59.123Z": dt.date(2024, 1, 2),
    # A text has the day that it writes.
    "2024-01-02 23:59:59-10": dt.date(2024, 1, 2),
    "20240102 09:00": dt.date(2024, 1, 2),
    # What a program writes that holds days as doubles.
    "20240229.0": dt.date(2024, 2, 29),
    "20240229.5": None,
    "20240231": None,
    "19782": None,
    "1709164800": None,
    "0001-01-01": dt.date(1, 1, 1),
    "9999-12-31": dt.date(9999, 12, 31),
    "2024-04-31": None,
    "2023-02-29": None,
    "1900-02-29": None,
    "2023-02-30": None,
    "2024-13-01": None,
    "2024-00-10": None,
    "2024-01-00": None,
    "2024-01-02 afternoon": None,
    "2024-01-02\n": None,
    "0000-01-01": None,
    "10000-01-01": None,
    "infinity": None,
    "-infinity": None,
    "today": None,
    "epoch": None,
    "01/02/2020": None,
    "2 January 2024": None,
    "12": None,
    "": None,
    "born in May": None,
}
IDS = {
    "7": 7,
    " 7 ": 7,
    "7\n": 7,
    "-7": -7,
    "7.0": 7,
    "1e+06": 1000000,
    "9007199254740993": 9007199254740993,
    "9223372036854775807": 9223372036854775807,
    "9223372036854775808": None,
    "99999999999999999999": None,
    "1e400": None,
    "1.5": None,
    "1_000": None,
    "0x1F": None,
    "NaN": None,
    "A7": None,
    "": None,
}
NUMBERS = {
    "7.25": Decimal("7.25"),
    "-.5e1": Decimal(-5),
    " 7 ": Decimal(7),
    "1_000": None,
    "0x1F": None,
    "<5": None,
    "1e400": None,
    "infinity": None,
    "n/a": None,
}
FLAGS = {
    "Yes": True,
    " t ": True,
    "1": True,
    "n": False,
    "0.0": False,
    "1.00": True,
    "10": None,
    "perhaps": None,
    "": None,
}
TEXTS = {"to_day": DAYS, "to_bigint": IDS, "to_number": NUMBERS, "to_flag": FLAGS}

# Type, value, macro, what it gives.
TYPED: list[tuple[str, str, str, Any]] = [
    ("timestamp", "'2020-01-10 23:59:59'", "to_day", dt.date(2020, 1, 10)),
    ("timestamp", "'infinity'", "to_day", None),
    # 20:00 is the next morning in Sydney, where the session is.
    ("timestamptz", "'2020-01-10 20:00:00+00'", "to_day", dt.date(2020, 1, 10)),
    ("timestamptz", "'2020-01-10 20:00:00-05'", "to_day", dt.date(2020, 1, 11)),
    ("timestamptz", "'infinity'", "to_day", None),
    ("timestamptz", "'-infinity'", "to_day", None),
    ("date", "'2020-01-10'", "to_day", dt.date(2020, 1, 10)),
    ("date", "'9999-12-31'", "to_day", dt.date(9999, 12, 31)),
    ("date", "'infinity'", "to_day", None),
    ("date", "'-infinity'", "to_day", None),
    ("date", "'5000000-01-01'", "to_day", None),
    ("char(12)", "'2020-01-10'", "to_day", dt.date(2020, 1, 10)),
    ("bigint", "9223372036854775807", "to_bigint", 9223372036854775807),
    ("integer", "7", "to_bigint", 7),
    ("smallint", "7", "to_bigint", 7),
    ("double precision", "9007199254740992", "to_bigint", 9007199254740992),
    ("double precision", "1.5", "to_bigint", None),
    ("double precision", "'NaN'", "to_bigint", None),
    ("double precision", "1e300", "to_bigint", None),
    ("real", "7", "to_bigint", 7),
    ("numeric(20,2)", "900719925474099300", "to_bigint", 900719925474099300),
    ("numeric(10,2)", "7.5", "to_bigint", None),
    ("varchar(10)", "'7'", "to_bigint", 7),
    ("char(10)", "'7'", "to_bigint", 7),
    ("real", "7.2", "to_number", Decimal("7.2")),
    ("double precision", "0.1", "to_number", Decimal("0.1")),
    ("double precision", "'-infinity'", "to_number", None),
    ("numeric(10,2)", "7.25", "to_number", Decimal("7.25")),
    ("integer", "7", "to_number", Decimal(7)),
    ("boolean", "true", "to_flag", True),
    # Days as whole numbers, as a guessed type holds them; a small number is no day of 1970.
    ("bigint", "20240301", "to_day", dt.date(2024, 3, 1)),
    ("integer", "20240301", "to_day", dt.date(2024, 3, 1)),
    ("integer", "20240231", "to_day", None),
    ("integer", "19783", "to_day", None),
    ("smallint", "7", "to_day", None),
    ("bigint", "-20240301", "to_day", None),
    ("double precision", "20240301", "to_day", dt.date(2024, 3, 1)),
    ("double precision", "20240301.5", "to_day", None),
    ("double precision", "'NaN'", "to_day", None),
    ("numeric(10,2)", "20240301", "to_day", dt.date(2024, 3, 1)),
    ("numeric(8,0)", "20240301", "to_day", dt.date(2024, 3, 1)),
    # A real holds 20240302 in place of 20240301, and 16777216 in place of 16777217.
    ("real", "20240301", "to_day", None),
    ("real", "16777217", "to_bigint", 16777216),
    ("real", "16777218", "to_bigint", None),
    ("numeric(22,2)", "900719925474099300.50", "to_bigint", None),
    ("numeric(4,2)", "1", "to_flag", True),
    ("numeric(4,2)", "0", "to_flag", False),
    ("double precision", "1", "to_flag", True),
    ("integer", "2", "to_flag", None),
    ("date", "'2024-03-01'", "to_text", "2024-03-01"),
    ("bigint", "7", "to_text", "7"),
]
# What has no day, id or number, whatever it holds: null, and no error.
FOREIGN = {
    "boolean": "true",
    "uuid": "'00000000-0000-0000-0000-000000000007'",
    "time": "'10:00:00'",
    "interval": "'1 day'",
    "json": "'{}'",
}
# Types of one engine alone: type, value, macro, what it gives.
OF_ONE_ENGINE: dict[str, list[tuple[str, str, str, Any]]] = {
    "duckdb": [
        ("enum('20240301')", "'20240301'", "to_day", dt.date(2024, 3, 1)),
        ("enum('7.5')", "'7.5'", "to_number", Decimal("7.5")),
        ("enum('7')", "'7'", "to_bigint", 7),
        ("blob", "'2024-03-01'", "to_day", dt.date(2024, 3, 1)),
        ("blob", "'7'", "to_bigint", 7),
        ("timestamp_ns", "'2024-03-01 23:59:59'", "to_day", dt.date(2024, 3, 1)),
        ("timestamp_s", "'2024-03-01 23:59:59'", "to_day", dt.date(2024, 3, 1)),
        ("hugeint", "20240301", "to_day", dt.date(2024, 3, 1)),
        ("hugeint", "9223372036854775808", "to_bigint", None),
        ("ubigint", "7", "to_bigint", 7),
        ("struct(a integer)", "{'a': 7}", "to_bigint", None),
        ("struct(a date)", "{'a': date '2024-03-01'}", "to_day", None),
        ("integer[]", "[7]", "to_number", None),
    ],
    "postgres": [
        ("bpchar", "'2024-03-01'", "to_day", dt.date(2024, 3, 1)),
        ("name", "'7'", "to_bigint", 7),
        ("json", "'7.5'", "to_number", Decimal("7.5")),
        ("bytea", "'7'", "to_bigint", None),
        ("integer[]", "array[7]", "to_number", None),
        ("timestamp", "'2024-03-01 23:59:59.5'", "to_day", dt.date(2024, 3, 1)),
        ("timestamptz", "'0044-03-15 00:00:00 BC'", "to_day", None),
        ("date", "'0044-03-15 BC'", "to_day", None),
    ],
}
# With a decimal comma a point is no part of a number: 1.000 might be a thousand.
WITH_COMMA = {
    "7,25": Decimal("7.25"),
    "-,5": Decimal("-0.5"),
    "7": Decimal(7),
    "7.25": None,
    "1.000,5": None,
    "1,000,5": None,
}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A session on the other side of the world."""
    opened: Engine = (
        DuckDbEngine() if request.param == "duckdb" else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    )
    opened.execute("set timezone = 'Australia/Sydney'")
    opened.execute("create table written (cell varchar)")
    for cell in {cell for cells in (*TEXTS.values(), WITH_COMMA) for cell in cells}:
        opened.execute(f"insert into written values ('{cell}')")
    yield opened
    opened.close()


@pytest.mark.parametrize("macro", TEXTS)
def test_texts(engine: Engine, macro: str) -> None:
    found = dict(engine.rows(compiled(f"select cell, {{{{ {macro}('cell') }}}} from written", engine.name)))
    assert {cell: found[cell] for cell in TEXTS[macro]} == TEXTS[macro]


def read(engine: Engine, kind: str, value: str, macro: str) -> Any:
    """What a macro makes of a value in a column of that type."""
    engine.execute("drop table if exists typed")
    engine.execute(f"create table typed as select cast({value} as {kind}) as cell")
    [(answer,)] = engine.rows(compiled(f"select {{{{ {macro}('cell') }}}} from typed", engine.name))
    return answer


def test_typed_columns(engine: Engine) -> None:
    expected = TYPED + OF_ONE_ENGINE[engine.name]
    found = [(kind, value, macro, read(engine, kind, value, macro)) for kind, value, macro, _ in expected]
    assert found == expected


@pytest.mark.parametrize("macro", ["to_day", "to_bigint", "to_number"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_type_without_such_a_value_is_null(engine: Engine, kind: str, macro: str) -> None:
    assert read(engine, kind, FOREIGN[kind], macro) is None


def test_a_decimal_comma(engine: Engine) -> None:
    found = dict(engine.rows(compiled("select cell, {{ to_number('cell', ',') }} from written", engine.name)))
    assert {cell: found[cell] for cell in WITH_COMMA} == WITH_COMMA
    found = dict(engine.rows(compiled("select cell, {{ to_bigint('cell', ',') }} from written", engine.name)))
    assert (found["7,25"], found["7"], found["7.0"]) == (None, 7, None)


def test_an_absent_column_is_null(engine: Engine) -> None:
    """Staging asks for `null` where the source lacks a column."""
    for macro in ("to_day", "to_bigint", "to_number", "to_flag", "to_text"):
        assert engine.rows(compiled(f"select {{{{ {macro}('null') }}}}", engine.name)) == [(None,)]


def test_a_time_zone_of_the_source(engine: Engine) -> None:
    engine.execute("create table moment as select cast('2020-01-10 20:00:00+00' as timestamptz) as cell")
    call = "select {{ to_day('cell', 'Asia/Tokyo') }} from moment"
    assert engine.rows(compiled(call, engine.name)) == [(dt.date(2020, 1, 11),)]


def test_dates_at_the_ends_of_the_calendar_can_be_reckoned_with(engine: Engine) -> None:
    """An open end is often 9999-12-31."""
    engine.execute("create table edge as select date '9999-12-31' as last_day, date '0001-01-01' as first_day")
    later = "{{ add_interval('last_day', 12, 365) }} > last_day"
    earlier = "{{ add_interval('first_day', -12, -365) }} < first_day"
    days = "{{ date_diff_days('last_day', 'first_day') }}"
    years = "{{ age_in_years('first_day', 'last_day') }}"
    call = f"select {later}, {earlier}, {days}, {years} from edge"
    assert engine.rows(compiled(call, engine.name)) == [(True, True, 3652058, 9998)]


def test_ages_around_a_birthday(engine: Engine) -> None:
    """Born on 29 February 2000: a year older on 28 February where the year has no 29th; and on the birthday itself."""
    days = ["2001-02-27", "2001-02-28", "2004-02-28", "2004-02-29", "2000-02-29"]
    calls = [f"{{{{ age_in_years(\"date '2000-02-29'\", \"date '{day}'\") }}}}" for day in days]
    assert engine.rows(compiled(f"select {', '.join(calls)}", engine.name)) == [(0, 1, 3, 4, 0)]
