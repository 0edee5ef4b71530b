"""One small hospital, read from CSV, parquet and an attached DuckDB file, gives the same targets."""

import csv
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_runs import ROOT, Warehouse

STAGING = ROOT / "models" / "core" / "staging" / "omop"
ABSENT = [
    "care_site",
    "cdm_source",
    "concept_ancestor",
    "concept_relationship",
    "device_exposure",
    "location",
    "provider",
    "vocabulary",
]
NEW_IN_54 = ["episode", "episode_event"]

# Only the columns that a row says something about; the others exist and are null.
ROWS: dict[str, list[dict[str, str]]] = {
    "person": [
        {
            "person_id": "1",
            "gender_concept_id": "8532",
            "birth_datetime": "1950-02-03 14:30:00",  # of another year than the year of birth: not read
            "year_of_birth": "1951",
        },
        {
            "person_id": "2",
            "gender_concept_id": "8507",
            "birth_datetime": "1960-12-31 23:30:00",
            "year_of_birth": "1960",
            "month_of_birth": "6",
        },
        {"person_id": "3", "year_of_birth": "1970", "month_of_birth": "2", "day_of_birth": "31"},
        {"person_id": "4", "month_of_birth": "2", "day_of_birth": "3"},
        {"person_id": "5", "year_of_birth": "1980", "month_of_birth": "13", "day_of_birth": "5"},
        {"person_id": "6", "year_of_birth": "1984", "month_of_birth": "2", "day_of_birth": "29"},
        {"person_id": "7", "birth_datetime": "1970-02-03 00:00:00", "month_of_birth": "5"},
    ],
    "death": [{"person_id": "6", "death_date": "2020-05-05", "cause_concept_id": "77"}],
    "observation_period": [
        {
            "observation_period_id": "1",
            "person_id": "1",
            "observation_period_start_date": "2010-01-01",
            "observation_period_end_date": "2020-12-31",
        }
    ],
    "visit_occurrence": [
        {
            "visit_occurrence_id": "900",
            "person_id": "1",
            "visit_start_datetime": "2020-03-04 22:00:00",
            "visit_end_date": "2020-03-06",
            "admitted_from_concept_id": "8844",
            "discharged_to_concept_id": "8536",
        }
    ],
    "condition_occurrence": [
        # The timestamp is a day later than the date: the date is the day.
        {
            "condition_occurrence_id": "101",
            "condition_start_date": "2020-01-10",
            "condition_start_datetime": "2020-01-11 23:59:00",
        },
        {"condition_occurrence_id": "102", "condition_start_date": "2020-02-01", "visit_occurrence_id": "900"},
        {"condition_occurrence_id": "103"},
        # The same id twice, on two days in different episodes.
        {"condition_occurrence_id": "104", "condition_start_date": "2020-02-02"},
        {"condition_occurrence_id": "104", "condition_start_date": "2020-07-02"},
    ],
    "drug_exposure": [
        {"drug_exposure_id": "201", "person_id": "1", "drug_exposure_start_date": "2020-02-01", "quantity": "1.5"},
        {"drug_exposure_id": "202", "person_id": "1", "drug_exposure_start_date": "2020-02-01", "quantity": "NaN"},
        {"drug_exposure_id": "203", "person_id": "1", "drug_exposure_start_date": "2020-02-01", "quantity": "0.1"},
        {"drug_exposure_id": "204", "person_id": "2", "drug_exposure_start_date": "2019-05-01", "quantity": "1e40"},
        {
            "drug_exposure_id": "205",
            "person_id": "1",
            "drug_exposure_start_date": "2020-07-01",
            "quantity": "-Infinity",
        },
        {"drug_exposure_id": "206", "person_id": "2", "drug_exposure_start_date": "2020-01-01"},
        {"drug_exposure_id": "207", "person_id": "1", "drug_exposure_start_date": "2020-02-01"},
        {"drug_exposure_id": "208", "person_id": "2", "drug_exposure_start_date": "2019-12-31"},
        {"drug_exposure_id": "209", "person_id": "1"},
        {"drug_exposure_id": "210", "drug_exposure_start_date": "2020-02-01"},
    ],
    "procedure_occurrence": [
        {
            "procedure_occurrence_id": "301",
            "person_id": "3",
            "procedure_date": "2020-01-01",
            "procedure_end_date": "2020-01-03",
        }
    ],
    "measurement": [
        {
            "measurement_id": "401",
            "person_id": "3",
            "measurement_date": "2020-01-01",
            "value_as_number": "140",
            "unit_concept_id": "8876",
            "measurement_event_id": "101",
            "meas_event_field_concept_id": "1147127",
        }
    ],
    "observation": [
        {
            "observation_id": "501",
            "person_id": "3",
            "observation_date": "2020-01-01",
            "value_as_string": "Épilepsie 'x', \"y\"",
        }
    ],
    "episode": [
        {"episode_id": "10", "person_id": "1", "episode_concept_id": "32533", "episode_start_date": "2020-01-01"},
        {"episode_id": "11", "person_id": "1", "episode_concept_id": "32944", "episode_parent_id": "10"},
        {"episode_id": "12", "person_id": "1", "episode_concept_id": "32532", "episode_parent_id": "13"},
        {"episode_id": "13", "person_id": "1", "episode_concept_id": "32531", "episode_parent_id": "11"},
        {"episode_id": "20", "person_id": "1", "episode_concept_id": "32533", "episode_start_date": "2020-06-01"},
        # A disease episode within another is part of it; a repeated row changes nothing.
        {"episode_id": "21", "person_id": "1", "episode_concept_id": "32533", "episode_parent_id": "20"},
        {"episode_id": "21", "person_id": "1", "episode_concept_id": "32533", "episode_parent_id": "20"},
        {
            "episode_id": "30",
            "person_id": "2",
            "episode_concept_id": "32533",
            "episode_start_date": "2019-01-01",
            "episode_end_datetime": "2019-12-31 10:00:00",
        },
        # A parent of another person is no parent; two that name each other lead nowhere.
        {"episode_id": "31", "person_id": "2", "episode_concept_id": "32531", "episode_parent_id": "10"},
        {"episode_id": "32", "person_id": "2", "episode_concept_id": "32531", "episode_parent_id": "33"},
        {"episode_id": "33", "person_id": "2", "episode_concept_id": "32944", "episode_parent_id": "32"},
    ],
    "episode_event": [
        {"episode_id": episode, "event_id": event, "episode_event_field_concept_id": field}
        for episode, event, field in [
            ("12", "101", "1147127"),
            ("10", "103", "1147127"),
            ("13", "201", "1147094"),
            ("13", "202", "1147094"),
            ("12", "202", "1147094"),
            ("10", "203", "1147094"),
            ("20", "203", "1147094"),
            ("10", "204", "1147094"),
            ("21", "207", "1147094"),
            ("31", "208", "1147094"),
            ("32", "206", "1147094"),
            ("10", "209", "1147094"),
        ]
    ],
    "concept": [
        {"concept_id": "8532", "concept_name": "FEMALE", "concept_code": "F", "valid_start_date": "1970-01-01"}
    ],
}
for row in ROWS["condition_occurrence"]:
    row["person_id"] = "1"

OLD_NAMES = {
    "admitted_from_concept_id": "admitting_source_concept_id",
    "discharged_to_concept_id": "discharge_to_concept_id",
}


def source_columns(table: str, version: str = "5.4") -> list[str]:
    """The columns that staging reads from a source of that version."""
    columns: list[str] = []
    for call in re.findall(
        r"(?s)omop_(?:column|value|day)\((.*?)\) }}", (STAGING / f"stg_omop__{table}.sql").read_text()
    ):
        words = re.findall(r"'([^']*)'", call.split(", since")[0].split(", formerly")[0])
        if version == "5.3" and "since='5.4'" in call:
            continue
        columns += [word for word in words[1:] if word not in ("bigint", "number", "text", "day")]
    return [OLD_NAMES.get(column, column) if version == "5.3" else column for column in columns]


def type_of(column: str) -> str:
    """What a source may well hold it as: ids as doubles, days as timestamps."""
    if column.endswith("_datetime"):
        return "timestamp"
    if column.endswith("_date"):
        return "date"
    if column.endswith(("_id", "_id_1", "_id_2")) and column not in (
        "domain_id",
        "vocabulary_id",
        "concept_class_id",
        "relationship_id",
    ):
        return "double"
    if column in ("quantity", "days_supply", "value_as_number", "range_low", "range_high"):
        return "double"
    return "varchar"


def fill(connection: duckdb.DuckDBPyConnection, version: str = "5.4", typed: bool = True) -> list[str]:
    """Make the hospital's tables in the connection's database, 5.3 in capitals; returns their names."""
    tables = [table for table in ROWS if version == "5.4" or table not in NEW_IN_54]
    for table in tables:
        columns = source_columns(table, version)
        declared = ", ".join(f"{column} {type_of(column) if typed else 'varchar'}" for column in columns)
        connection.execute(f"create table {table} ({declared})")
        for row in ROWS[table]:
            named = {OLD_NAMES.get(name, name) if version == "5.3" else name: value for name, value in row.items()}
            values = [named.get(column) for column in columns]
            connection.execute(f"insert into {table} values ({', '.join('?' * len(columns))})", values)
    return tables


def write_files(folder: Path, kind: str) -> None:
    folder.mkdir()
    with duckdb.connect() as connection:
        for table in fill(connection, typed=kind == "parquet"):
            options = "format csv, header true" if kind == "csv" else "format parquet"
            path = str(folder / f"{table}.{kind}").replace("'", "''")
            connection.execute(f"copy {table} to '{path}' ({options})")


def birth_dates(warehouse: Warehouse) -> dict[int, date | None]:
    return dict(warehouse.rows("select person_id, birth_date from staging.stg_omop__person"))


BIRTH_DATES = {
    1: date(1951, 1, 1),
    2: date(1960, 12, 31),
    3: date(1970, 2, 1),
    4: None,
    5: date(1980, 1, 5),
    6: date(1984, 2, 29),
    7: date(1970, 2, 3),
}


def check_values(warehouse: Warehouse) -> None:
    """What all sources of CDM 5.4 must give."""
    assert birth_dates(warehouse) == BIRTH_DATES
    assert warehouse.rows(
        "select event_id, start_date, episode_id, visit_id from targets.target__condition order by event_id, start_date"
    ) == [
        (101, date(2020, 1, 10), 10, None),
        (102, date(2020, 2, 1), 10, 900),
        (103, None, 10, None),
        (104, date(2020, 2, 2), 10, None),
        (104, date(2020, 7, 2), 20, None),
    ]
    assert warehouse.rows(
        "select event_id, person_id, episode_id, treatment_id, cast(value_number as varchar) "
        "from targets.target__drug order by event_id, episode_id"
    ) == [
        (201, 1, 10, 13, "1.5000000000"),
        (202, 1, 10, 13, None),
        (203, 1, 10, None, "0.1000000000"),
        (203, 1, 20, None, "0.1000000000"),
        (204, 2, 30, None, None),
        (205, 1, 20, None, None),
        (206, 2, None, None, None),
        (207, 1, 20, None, None),
        (208, 2, 30, None, None),
        (209, 1, 10, None, None),
        (210, None, None, None, None),
    ]
    unattached = "select event_id, unattached_reason from targets.target__drug where episode_id is null order by 1"
    assert warehouse.rows(unattached) == [
        (206, "outside_every_window"),
        (210, "no_episode"),
    ]
    assert warehouse.rows("select event_id, episode_id, object_id from targets.target__episode_nested order by 1") == [
        (11, 10, None),
        (21, 20, None),
    ]
    assert warehouse.rows(
        "select person_id, episode_id, start_date, end_date from episodes.episode_of_care order by episode_id"
    ) == [
        (1, 10, date(2020, 1, 1), None),
        (1, 20, date(2020, 6, 1), None),
        (2, 30, date(2019, 1, 1), date(2019, 12, 31)),
    ]
    assert warehouse.rows(
        "select episode_id, event_id, visit_id, start_date, end_date, admitted_from_id from targets.target__visit"
    ) == [(10, 900, 900, date(2020, 3, 4), date(2020, 3, 6), 8844)]
    assert warehouse.rows("select value_text from targets.target__observation") == [("Épilepsie 'x', \"y\"",)]
    assert warehouse.rows("select end_date from targets.target__procedure") == [(date(2020, 1, 3),)]
    assert warehouse.rows("select measurement_event_id from staging.stg_omop__measurement") == [(101,)]
    assert warehouse.rows("select event_id, start_date, concept_id from targets.target__death") == [
        (6, date(2020, 5, 5), 77)
    ]
    assert warehouse.rows("select count(*) from targets.target__device") == [(0,)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_of_files(warehouse: Warehouse, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "the hospital's {files}"
    write_files(folder, kind)

    run = warehouse.dbt(
        "build",
        "--selector",
        "input",
        variables={
            "packs": [],
            "reduce_targets": False,
            "omop_source": "files",
            "omop_files": str(folder),
            "omop_files_format": kind,
            "absent_tables": ABSENT,
            "as_of": "2021-01-01",
        },
    )

    assert run.exit_code == 0, run.output
    check_values(warehouse)
    assert warehouse.rows("select as_of from reference.run_context") == [(date(2021, 1, 1),)]
    warned = {name for name, status in run.statuses.items() if status == "warn"}
    assert warned == {
        "row_key_stg_omop__condition_occurrence_condition_occurrence_id",
        "row_key_stg_omop__episode_episode_id",
        "event_ids",
        # A condition whose timestamp is of the next day, a birth_datetime of another year than the year of birth.
        "dates_and_datetimes_agree",
        "events_of_unknown_persons",
        # A quantity of 1e40, and an infinite one.
        "unreadable_omop_cells",
    }


def test_an_attached_file_of_cdm_5_3(warehouse: Warehouse) -> None:
    """No episodes, no links between records, and other names for where a visit came from and went to."""
    warehouse.attached = warehouse.folder / "hospital.duckdb"
    warehouse.target = "duckdb_attached"
    with duckdb.connect(str(warehouse.attached)) as connection:
        fill(connection, "5.3")

    run = warehouse.dbt(
        "build",
        "--selector",
        "input",
        variables={
            "packs": [],
            "reduce_targets": False,
            "omop_source": "schema",
            "omop_database": "omop",
            "omop_schema": "main",
            "cdm_version": "5.3",
            "absent_tables": ABSENT,
            "absent_columns": ["drug_exposure.quantity"],
        },
        MEASUREMART_OMOP_DUCKDB=str(warehouse.attached),
    )

    assert run.exit_code == 0, run.output
    assert birth_dates(warehouse) == BIRTH_DATES
    assert warehouse.rows("select as_of = current_date from reference.run_context") == [(True,)]
    assert warehouse.rows("select event_id, start_date, episode_id from targets.target__condition limit 1") == [
        (101, date(2020, 1, 10), None)
    ]
    assert warehouse.rows("select event_id, admitted_from_id, discharged_to_id from targets.target__visit") == [
        (900, 8844, 8536)
    ]
    assert warehouse.rows("select start_date, end_date from targets.target__procedure") == [(date(2020, 1, 1), None)]
    assert warehouse.rows("select count(*), count(value_number) from targets.target__drug") == [(10, 0)]
    assert warehouse.rows("select count(*) from targets.target__episode_of_care") == [(0,)]
    assert warehouse.rows("select measurement_id, measurement_event_id from staging.stg_omop__measurement") == [
        (401, None)
    ]


def test_a_setting_that_means_nothing_stops(warehouse: Warehouse) -> None:
    run = warehouse.dbt(
        "parse",
        variables={
            "packs": [],
            "omop_source": "parquet",
            "cdm_version": "6.0",
            "attach_days_before": -90,
            "attach_started_days": "a year",
            "credit_nested_to_root": "no",
        },
    )
    assert run.exit_code != 0
    assert "omop_source is 'parquet'; it can be demo, schema or files" in run.output
    assert "cdm_version is '6.0'; it can be 5.3 or 5.4" in run.output
    assert "attach_days_before is '-90'; it is a whole number of days, 0 or more" in run.output
    assert "attach_started_days is 'a year'; it is a whole number of days" in run.output
    assert "credit_nested_to_root is 'no'; it is true or false" in run.output


def test_a_day_that_is_none_stops(warehouse: Warehouse) -> None:
    for setting in ("as_of", "demo_as_of"):
        run = warehouse.dbt("parse", variables={"packs": [], setting: "2023-02-29') --"})
        assert run.exit_code != 0
        assert f"{setting} is '2023-02-29') --'; it is a day such as 2026-06-30" in run.output


def test_a_pack_that_is_no_name_stops(warehouse: Warehouse) -> None:
    run = warehouse.dbt("parse", variables={"packs": ["lung", "x') or (1 = 1"]})
    assert run.exit_code != 0
    assert "packs holds 'x') or (1 = 1', but there are" in run.output


def test_demo_seeds_and_their_types_agree() -> None:
    """A column without a stated type would be guessed by each engine; one that is not there would warn."""
    declared = {
        seed["name"].removeprefix("demo__"): set(seed["config"]["column_types"])
        for seed in yaml.safe_load((ROOT / "seeds" / "demo" / "_demo.yml").read_text())["seeds"]
    }
    headers = {}
    for path in sorted((ROOT / "seeds" / "demo").glob("demo__*.csv")):
        with path.open(newline="", encoding="utf-8") as lines:
            headers[path.stem.removeprefix("demo__")] = set(next(csv.reader(lines)))
    assert headers == declared

    absent = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["demo_absent_columns"]
    read = {f"{table}.{column}" for table in headers for column in source_columns(table)}
    assert set(absent) == read - {f"{table}.{column}" for table, columns in headers.items() for column in columns}
