"""Every oncology target on DuckDB and PostgreSQL, row by row as docs/explanation/oncology-targets.md says, by hand.

The records are in oncology_people.py, where each stands with what it is there for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import psycopg2
import pytest
from dbt_runs import Warehouse
from oncology_people import hospital
from oncology_world import ABSENT, AFTER_MAIN, CURE, RELIEF, SPREAD, STAGE_1, STAGE_3
from postgres_builds import environment

Rows = list[tuple[Any, ...]]
Query = Callable[[str], Rows]
SCHEMA = "oncology_by_hand"
VARIABLES = {
    "packs": ["oncology"],
    "omop_source": "schema",
    "absent_tables": ABSENT,
    "as_of": "2025-01-01",
}
BUILT = ("build", "--select", "+path:models/core/targets", "+fct_dropped_event", "--exclude", "path:tests/singular")


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def query(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """What a query over the built targets returns; `{}` in it stands before the name of a layer."""
    folder = tmp_path_factory.mktemp("oncology")
    if request.param == "duckdb":
        yield on_duckdb(Warehouse(folder, target="duckdb_attached"), {})
    else:
        yield from _on_postgres(Warehouse(folder, target="postgres"), request.getfixturevalue("postgres_dsn"))


def on_duckdb(warehouse: Warehouse, more: dict[str, Any]) -> Query:
    source = warehouse.folder / "hospital.duckdb"
    with duckdb.connect(str(source)) as connection:
        for statement in hospital().statements():
            connection.execute(statement)
    variables = VARIABLES | {"omop_database": "omop", "omop_schema": "main"} | more
    run = warehouse.dbt(*BUILT, variables=variables, MEASUREMART_OMOP_DUCKDB=str(source))
    assert run.exit_code == 0, run.output
    warehouse.attached = source
    return lambda sql: warehouse.rows(sql.replace("{}", ""))


def _on_postgres(warehouse: Warehouse, dsn: str) -> Iterator[Query]:
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    cursor = connection.cursor()
    try:
        cursor.execute(f"create schema {SCHEMA}_source")
        for statement in hospital().statements(f"{SCHEMA}_source."):
            cursor.execute(statement)
        variables = VARIABLES | {"omop_schema": f"{SCHEMA}_source"}
        run = warehouse.dbt(*BUILT, variables=variables, **environment(dsn, SCHEMA))
        assert run.exit_code == 0, run.output

        def rows(sql: str) -> Rows:
            cursor.execute(sql.replace("{}", f"{SCHEMA}_"))
            return list(cursor.fetchall())

        yield rows
    finally:
        cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{SCHEMA}%"])
        for (schema,) in cursor.fetchall():
            cursor.execute(f"drop schema {schema} cascade")
        connection.close()


def of(query: Query, target: str, columns: str, *persons: int) -> Rows:
    """Rows of a target about some persons: numbers as numbers, days as ISO text, in order, null last."""
    found = query(
        f"select {columns} from {{}}targets.target__{target} where person_id in ({', '.join(map(str, persons))})"
    )
    plain = [tuple(v.isoformat() if hasattr(v, "isoformat") else v for v in row) for row in found]
    return sorted(plain, key=lambda row: [(v is None, v) if v is not None else (True,) for v in row])


def test_any_condition_of_an_episode_or_a_phase(query: Query) -> None:
    assert of(query, "dx_any", "event_id, episode_id, nested_id, start_date", 1) == [
        (11, 101, None, "2024-01-05"),
        (12, 101, 102, "2024-06-01"),
        (13, 101, 102, "2024-06-02"),
        (13, 101, None, "2024-06-02"),
        (14, 101, None, "2024-02-01"),
        (15, 101, None, "2024-02-20"),
    ]


def test_a_primary_condition_is_of_the_root_itself_and_dated_by_it(query: Query) -> None:
    assert of(query, "dx_primary", "event_id, episode_id, start_date, condition_date", 1) == [
        (11, 101, "2024-01-10", "2024-01-05"),
        (13, 101, "2024-01-10", "2024-06-02"),
        (14, 101, "2024-01-10", "2024-02-01"),
    ]


def test_the_first_primary_is_of_the_earliest_root_of_which_the_lowest_id(query: Query) -> None:
    assert of(query, "dx_first_primary", "event_id, episode_id, start_date", 1, 2, 3) == [
        (11, 101, "2024-01-10"),
        (13, 101, "2024-01-10"),
        (14, 101, "2024-01-10"),
        (202, 202, "2023-05-01"),
    ]
    assert of(query, "dx_primary", "episode_id", 2) == [(200,), (201,), (202,), (203,)]


def test_a_stage_takes_every_episode_of_its_condition_else_its_own(query: Query) -> None:
    columns = "event_id, episode_id, nested_id, start_date, concept_id, unattached_reason"
    assert of(query, "dx_stage", columns, 4) == [
        (441, 401, None, "2024-03-02", STAGE_1, None),
        (441, 402, None, "2024-03-02", STAGE_1, None),
        (442, 401, None, "2024-08-01", STAGE_3, None),
        (442, 402, None, "2024-08-01", STAGE_3, None),
        (443, 402, None, "2024-03-03", STAGE_1, None),
        (444, 402, None, "2024-03-04", STAGE_1, None),
        (445, 401, None, "2023-03-05", STAGE_1, None),
        (446, 402, None, "2024-03-06", STAGE_1, None),
        (447, None, None, None, STAGE_1, "date_unknown"),
        (449, 401, None, None, STAGE_1, None),
        (449, 402, None, None, STAGE_1, None),
    ]


def test_every_metastasis_counts(query: Query) -> None:
    assert of(query, "dx_mets", "event_id, episode_id, nested_id, start_date, concept_id", 4) == [
        (451, 402, 403, "2024-05-01", SPREAD),
        (452, 402, 403, "2024-09-01", SPREAD),
        (453, 401, None, "2023-09-01", SPREAD),
    ]


def test_chemotherapy_is_treatment_episodes_with_drugs(query: Query) -> None:
    columns = "event_id, treatment_id, episode_id, nested_id, start_date, end_date, value_number, unattached_reason"
    assert of(query, "tx_chemotherapy", columns, 5, 50) == [
        (510, 510, 501, None, "2024-02-03", "2024-04-01", None, None),
        (520, 520, 501, None, "2024-05-01", "2024-05-20", None, None),
        (530, 530, 501, None, None, None, None, None),
        (580, 580, 501, None, "2024-07-01", "2024-07-31", None, None),
        (590, 590, None, None, "2024-09-02", "2024-09-02", None, "no_parent_episode"),
        (595, 595, 501, 502, "2024-06-10", "2024-06-10", None, None),
    ]


def test_radiotherapy_is_treatment_episodes_with_such_procedures(query: Query) -> None:
    assert of(query, "tx_radiotherapy", "event_id, treatment_id, episode_id, start_date, end_date", 5) == [
        (570, 570, 501, "2024-03-01", "2024-04-10"),
        (580, 580, 501, "2024-07-10", "2024-07-20"),
    ]


def test_surgery_is_procedures(query: Query) -> None:
    assert of(query, "tx_surgical", "event_id, treatment_id, episode_id, start_date, end_date", 5) == [
        (57, 560, 501, "2024-03-01", "2024-03-02"),
        (58, None, 501, "2024-03-09", None),
    ]


def test_any_treatment_is_the_three_with_an_id_of_each_kind(query: Query) -> None:
    assert of(query, "tx_any", "event_id, treatment_id, modality, start_date", 5) == [
        (571, 560, "surgery", "2024-03-01"),
        (581, None, "surgery", "2024-03-09"),
        (5102, 510, "drug", "2024-02-03"),
        (5202, 520, "drug", "2024-05-01"),
        (5302, 530, "drug", None),
        (5703, 570, "radiotherapy", "2024-03-01"),
        (5802, 580, "drug", "2024-07-01"),
        (5803, 580, "radiotherapy", "2024-07-10"),
        (5902, 590, "drug", "2024-09-02"),
        (5952, 595, "drug", "2024-06-10"),
    ]


def test_the_first_treatment_of_each_episode(query: Query) -> None:
    assert of(query, "tx_current_episode", "episode_id, event_id, modality, start_date", 3, 5, 6) == [
        (302, 321, "surgery", "2024-01-15"),
        (501, 5102, "drug", "2024-02-03"),
        (601, 6131, "surgery", "2024-02-01"),
        (602, 6222, "drug", "2024-02-01"),
        (603, 6313, "radiotherapy", "2024-01-31"),
        (604, 6411, "surgery", "2024-02-01"),
        (605, 6523, "radiotherapy", "2024-12-01"),
    ]


def test_the_first_line_is_of_the_first_episode_not_the_first_treatment(query: Query) -> None:
    columns = "person_id, episode_id, event_id, start_date"
    assert of(query, "tx_first_line", columns, 2, 3, 6) == [
        (2, 202, 221, "2023-07-01"),
        (6, 601, 6131, "2024-02-01"),
    ]


def test_concurrent_treatments_share_a_day(query: Query) -> None:
    columns = "episode_id, event_id, start_date, value_flag, chemotherapy_id, radiotherapy_id"
    assert of(query, "tx_concurrent", columns, 7) == [
        (701, 701, "2024-02-10", True, 711, 721),
        (702, 702, "2024-02-10", False, 712, 722),
        (703, 703, "2024-02-15", True, 713, 723),
        (704, 704, "2024-02-15", True, 714, 724),
        (706, 706, "2024-11-01", True, 716, 726),
        (708, 708, "2024-04-20", True, 728, 748),
    ]


def test_intents_of_treatments_by_modality(query: Query) -> None:
    columns = "event_id, treatment_id, episode_id, concept_id, start_date"
    assert of(query, "intent_sact", columns, 8, 80) == [
        (810, 810, 801, CURE, "2024-02-01"),
        (820, 820, 801, RELIEF, "2024-02-01"),
        (840, 840, 801, CURE, "2024-02-01"),
        (840, 840, 801, AFTER_MAIN, "2024-02-01"),
    ]
    assert of(query, "intent_rt", columns, 8, 80) == [
        (870, 870, 801, RELIEF, "2024-03-01"),
        (880, 880, 801, CURE, "2024-02-05"),
    ]
    assert of(query, "intent_concurrent_rt", columns, 8, 80) == [(880, 880, 801, CURE, "2024-02-05")]


def test_what_is_left_out_is_counted(query: Query) -> None:
    counted = "select pack, construct, target_name, reason, n_rows from {}marts.fct_dropped_event"
    assert query(counted) == [("oncology", "target", "intent_sact", "contradictory intents", 2)]


def test_visits_with_a_specialty(query: Query) -> None:
    assert of(query, "ev_visit", "event_id, episode_id, specialty_id, unattached_reason", 9) == [
        (91, 901, 4151173, None),
        (92, 902, 77, None),
        (95, None, 4151173, "outside_every_window"),
    ]


def test_days_between_two_ends(query: Query) -> None:
    persons = (10, 11, 12, 13)
    days = "event_id, episode_id, start_date, end_date, value_number"
    assert of(query, "dx_to_tx_window", f"{days}, diagnosis_date, treatment_date", *persons) == [
        (1001, 1001, "2024-01-10", "2024-02-01", 22, "2024-01-10", "2024-02-01"),
        (1002, 1002, "2022-01-10", "2022-02-01", 22, "2022-01-10", "2022-02-01"),
        (1101, 1101, "2024-01-05", "2024-01-10", -5, "2024-01-10", "2024-01-05"),
        (1301, 1301, "2024-03-01", "2024-03-31", 30, "2024-03-01", "2024-03-31"),
    ]
    assert of(query, "referral_to_tx_window", f"{days}, referral_date, treatment_date", *persons) == [
        (1001, 1001, "2024-01-05", "2024-02-01", 27, "2024-01-05", "2024-02-01"),
        (1101, 1101, "2024-01-05", "2024-01-15", -10, "2024-01-15", "2024-01-05"),
    ]
    assert of(query, "referral_to_specialist_window", f"{days}, referral_date, specialist_date", *persons) == [
        (1001, 1001, "2024-01-05", "2024-01-18", 13, "2024-01-05", "2024-01-18"),
        (1101, 1101, "2024-01-15", "2024-01-15", 0, "2024-01-15", "2024-01-15"),
    ]
    assert of(query, "tx_to_death_window", f"{days}, treatment_date, death_date", *persons) == [
        (1001, 1001, "2024-02-15", "2024-03-01", 15, "2024-02-15", "2024-03-01"),
        (1002, 1002, "2022-02-11", "2024-03-01", 749, "2022-02-11", "2024-03-01"),
        (1101, 1101, "2024-01-20", "2024-02-01", -12, "2024-02-01", "2024-01-20"),
    ]


def test_what_happened_after_as_of_is_in_nothing_that_is_made_of_events(query: Query) -> None:
    assert of(query, "dx_primary", "event_id, episode_id, start_date, condition_date", 60) == [
        (61, 6001, "2024-06-01", "2024-06-10")
    ]
    # by its own day, not through the condition
    assert of(query, "dx_stage", "event_id, episode_id", 60) == [(63, 6001)]
    assert of(query, "tx_chemotherapy", "event_id, episode_id, start_date, end_date", 60, 61) == [
        (6002, 6001, "2024-07-01", "2024-07-28")
    ]
    assert of(query, "tx_radiotherapy", "event_id", 60, 61) == []
    assert of(query, "tx_current_episode", "event_id, start_date", 60, 61) == [(60022, "2024-07-01")]
    assert of(query, "intent_sact", "event_id", 60, 61) == []
    assert of(query, "dx_to_tx_window", "event_id, start_date, end_date", 60, 61) == [
        (6001, "2024-06-01", "2024-07-01")
    ]
    assert of(query, "tx_to_death_window", "event_id", 60, 61) == []
    assert query("select episode_id from {}episodes.episode_of_care where person_id in (60, 61) order by 1") == [
        (6001,),
        (6010,),
        (6101,),
    ]


def test_a_phase_that_is_not_credited_keeps_its_events(warehouse: Warehouse) -> None:
    warehouse.target = "duckdb_attached"
    query = on_duckdb(warehouse, {"credit_nested_to_root": False})
    assert of(query, "dx_any", "event_id, episode_id, nested_id", 1)[1:3] == [(12, None, 102), (13, 101, None)]
    assert of(query, "dx_primary", "event_id", 1) == [(11,), (13,), (14,)]
    assert of(query, "dx_mets", "event_id, episode_id, nested_id, unattached_reason", 4) == [
        (451, None, 403, "nested_not_credited"),
        (452, None, 403, "nested_not_credited"),
        (453, 401, None, None),
    ]
    assert of(query, "tx_chemotherapy", "event_id, episode_id, unattached_reason", 5)[-1] == (
        595,
        None,
        "nested_not_credited",
    )
