"""The generic tests find what they are for, and pass what is right."""

import json
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt_runs import Warehouse, scratch_project

MEMBER = "cast({} as bigint) as person_id, cast({} as bigint) as episode_id, cast({} as bigint) as measure_resolver, "
MEMBER += "cast({} as date) as measure_date"
DAY = "'2024-01-01'"


def member(*rows: tuple[object, ...]) -> str:
    return "\nunion all ".join("select " + MEMBER.format(*row) for row in rows)


# name: (model, arguments of the test, what it says is wrong)
MEMBERS = {
    "person_right": (member((1, "null", 1, DAY), (2, "null", 2, "null")), {"grain": "person"}, None),
    "person_other_resolver": (member((1, "null", 5, DAY)), {"grain": "person"}, "measure_resolver is not person_id"),
    "person_with_episode": (member((1, 5, 1, DAY)), {"grain": "person"}, "episode_id is not null"),
    "episode_right": (member((1, 5, 5, DAY), (1, 5, 5, "null")), {"grain": "episode", "within": "person"}, None),
    "episode_missing": (member((1, "null", 5, DAY)), {"grain": "episode"}, "measure_resolver is not episode_id"),
    "event_right": (
        member((1, 5, 70, DAY), (1, "null", 71, DAY), (1, 6, 70, DAY)),
        {"grain": "event", "within": "episode"},
        None,
    ),
    "event_within_person": (member((1, 5, 70, DAY)), {"grain": "event", "within": "person"}, "episode_id is not null"),
    "key_within_person": (member((1, 5, 70, DAY)), {"grain": "key", "within": "person"}, "episode_id is not null"),
    "key_within_episode": (member((1, 5, 70, DAY)), {"grain": "key", "within": "episode"}, None),
    "no_person": (member(("null", "null", 1, DAY)), {"grain": "event"}, "person_id is null"),
    "no_resolver": (member((1, "null", "null", DAY)), {"grain": "person"}, "measure_resolver is null"),
    "twice_in_set": (member((1, "null", 1, "null"), (1, "null", 1, "null")), {"grain": "person"}, "more than once"),
    "twice_in_bag": (
        member((1, "null", 1, DAY), (1, "null", 1, DAY)),
        {"grain": "person", "is_set": False},
        None,
    ),
    "empty": (member((1, "null", 1, DAY)) + " where 1 = 0", {"grain": "person"}, None),
    "fifth_column": (member((1, "null", 1, DAY)) + ", 1 as more", {"grain": "person"}, "5 columns"),
    "other_order": (
        "select cast(null as bigint) as episode_id, cast(1 as bigint) as person_id, cast(1 as bigint) as "
        "measure_resolver, cast(null as date) as measure_date",
        {"grain": "person"},
        "column 1 is episode_id",
    ),
    "other_type": (
        "select 1 as person_id, cast(null as bigint) as episode_id, cast(1 as bigint) as measure_resolver, "
        "cast(null as date) as measure_date",
        {"grain": "person"},
        "column 1 is person_id integer, should be person_id bigint",
    ),
}


def test_measure_member_says_what_is_wrong(scratch: Warehouse) -> None:
    models = []
    for name, (sql, arguments, _) in MEMBERS.items():
        (scratch.project / "models" / f"{name}.sql").write_text(sql)
        test = {"name": f"shape_{name}", "arguments": arguments, "config": {"store_failures": True}}
        models.append({"name": name, "data_tests": [{"measure_member": test}]})
    (scratch.project / "models" / "models.yml").write_text(yaml.safe_dump({"models": models}))

    run = scratch.dbt("build", "--no-fail-fast")

    wrong = {name for name, (_, _, problem) in MEMBERS.items() if problem}
    found = {name.removeprefix("shape_") for name, status in run.statuses.items() if status == "fail"}
    assert found == wrong, run.output
    for name in wrong:
        said = scratch.rows(f"select problem from dbt_test__audit.shape_{name}")
        assert any(MEMBERS[name][2] in problem for (problem,) in said), said


# In a union each row says its grain: relation, grain, what it lies in, the four columns, and what the test says of it.
UNITED = [
    ("right", "person", "none", "1, null, 1", None),
    ("right", "person", "none", "2, null, 2", None),
    ("of_episodes", "episode", "episode", "1, 5, 5", None),
    ("of_events", "event", "person", "1, null, 70", None),
    ("other_resolver", "person", "none", "1, null, 5", "grain person: measure_resolver is not person_id"),
    ("no_episode", "episode", "episode", "1, null, 5", "grain episode: measure_resolver is not episode_id"),
    ("in_an_episode", "event", "person", "1, 5, 70", "the grain lies in no episode, yet episode_id is not null"),
    ("nobody", "event", "episode", "null, 5, 70", "person_id is null"),
    ("no_resolver", "key", "episode", "1, 5, null", "measure_resolver is null"),
    ("no_grain", "visit", "episode", "1, 5, 70", "there is no such grain"),
    ("lost", "event", "visit", "1, 5, 70", "the grain cannot lie within that"),
    ("twice", "person", "none", "1, null, 1", "stands more than once in a set"),
    ("twice", "person", "none", "1, null, 1", "stands more than once in a set"),
]


def test_measure_member_names_the_definition_of_a_union(scratch: Warehouse) -> None:
    """One query for all definitions: each that is wrong is named, beside others with the same rows that are right."""
    parts = [
        f"select '{name}' as measure, '{grain}' as grain, '{within}' as lies_within, "
        "cast(person_id as bigint) as person_id, cast(episode_id as bigint) as episode_id, "
        "cast(measure_resolver as bigint) as measure_resolver, cast(null as date) as day "
        f"from (values ({ids})) as t (person_id, episode_id, measure_resolver)"
        for name, grain, within, ids, _ in UNITED
    ]
    (scratch.project / "models" / "united.sql").write_text("\nunion all ".join(parts))
    tests = [
        {"measure_member": {"name": name, "arguments": arguments, "config": {"store_failures": True}}}
        for name, arguments in {
            "as_sets": {"named": "measure", "date": "day"},
            "as_bags": {"named": "measure", "date": "day", "is_set": False},
        }.items()
    ]
    models = [{"name": "united", "data_tests": tests}]
    (scratch.project / "models" / "models.yml").write_text(yaml.safe_dump({"models": models}))

    run = scratch.dbt("build")

    assert (run.statuses["as_sets"], run.statuses["as_bags"]) == ("fail", "fail"), run.output
    wrong = {(name, problem) for name, _, _, _, problem in UNITED if problem}
    query = "select definition, problem from dbt_test__audit."
    assert sorted(scratch.rows(f"{query}as_sets")) == sorted(wrong)
    assert sorted(scratch.rows(f"{query}as_bags")) == sorted((n, p) for n, p in wrong if n != "twice")


def test_target_shape_names_the_columns(scratch: Warehouse) -> None:
    (scratch.project / "models" / "target__t.sql").write_text(
        "select cast(1 as bigint) as person_id, cast(1 as bigint) as event_id, 'x' as concept_id, "
        "cast(null as numeric(38,10)) as value_number, cast('a' as varchar) as value_text, true as flag"
    )
    right = {"numbers": ["value_number"], "texts": ["value_text"], "flags": ["flag"]}
    wrong = {"dates": ["start_date"], "concepts": ["concept_id"], "keys": ["episode_id"]}
    tests = [
        {"target_shape": {"name": name, "arguments": arguments, "config": {"store_failures": True}}}
        for name, arguments in [("right", right), ("wrong", wrong)]
    ]
    models = [{"name": "target__t", "data_tests": tests}]
    (scratch.project / "models" / "models.yml").write_text(yaml.safe_dump({"models": models}))

    run = scratch.dbt("build")

    assert (run.statuses["right"], run.statuses["wrong"]) == ("pass", "fail"), run.output
    assert scratch.rows("select problem from dbt_test__audit.wrong order by problem") == [
        ("column concept_id is varchar, should be bigint",),
        ("column episode_id is missing",),
        ("column start_date is missing",),
    ]


# What each scalar macro gives, as text: expression -> expected.
SCALARS = {
    "add_interval(\"cast('2024-01-31' as date)\", 1, 0)": "2024-02-29",
    "add_interval(\"cast('2023-01-31' as date)\", 1, 1)": "2023-03-01",
    "add_interval(\"cast('2024-03-31' as date)\", -1, 0)": "2024-02-29",
    "add_interval(\"cast('2024-03-31' as date)\", -13, -1)": "2023-02-27",
    "add_interval(\"cast('2024-02-29' as date)\", 0, 0)": "2024-02-29",
    "add_interval(\"cast('2024-02-29' as date)\", 1, 0)": "2024-03-29",
    "add_interval(\"cast('2024-02-29' as date)\", 'two', 'seven')": "2024-05-06",
    "add_interval(\"cast('2024-02-29' as date)\", 'cast(null as bigint)', 0)": None,
    "date_diff_days(\"cast('2024-03-01' as date)\", \"cast('2024-02-28' as date)\")": "2",
    "date_diff_days(\"cast('2024-02-28' as date)\", \"cast('2024-03-01' as date)\")": "-2",
    "age_in_years(\"cast('2004-02-29' as date)\", \"cast('2023-02-27' as date)\")": "18",
    "age_in_years(\"cast('2004-02-29' as date)\", \"cast('2023-02-28' as date)\")": "19",
    "age_in_years(\"cast('2004-02-29' as date)\", \"cast('2024-02-28' as date)\")": "19",
    "age_in_years(\"cast('2004-02-29' as date)\", \"cast('2024-02-29' as date)\")": "20",
    "to_day(\"cast('2024-02-29 23:59:59' as timestamp)\")": "2024-02-29",
    "to_day(\"'2024-02-29 23:59:59'\")": "2024-02-29",
    "to_bigint('cast(9007199254740992 as double precision)')": "9007199254740992",
    "to_bigint(\"'9007199254740993'\")": "9007199254740993",
    "to_number(\"'1.5'\")": "1.5000000000",
    "to_number(\"'-.5e1'\")": "-5.0000000000",
    "to_number(\"'<5'\")": None,
    "to_number(\"''\")": None,
    "to_number(\"'NaN'\")": None,
    "to_number(\"cast('NaN' as double precision)\")": None,
    "to_number(\"cast('infinity' as double precision)\")": None,
    "to_number('cast(1e40 as double precision)')": None,
    "to_number('cast(0.1 as double precision)')": "0.1000000000",
    "to_text('cast(7 as bigint)')": "7",
    "to_flag('true')": "true",
    "to_flag(\"'T'\")": "true",
    "to_flag('1')": "true",
    "to_flag('0')": "false",
    "to_flag(\"'no'\")": "false",
    "to_flag(\"'unknown'\")": None,
    "to_flag('cast(null as integer)')": None,
    "fold_ascii(\"'ÄSCII Ⅻ'\")": "Äscii Ⅻ",
}


def test_scalar_macros(scratch: Warehouse) -> None:
    selects = [
        f"select {number} as number, {{{{ to_text({call}) }}}} as answer from input"
        for number, call in enumerate(SCALARS)
    ]
    (scratch.project / "models" / "answers.sql").write_text(
        "with input as (select cast(2 as bigint) as two, cast(7 as bigint) as seven)\n" + "\nunion all ".join(selects)
    )

    run = scratch.dbt("build")

    assert run.exit_code == 0, run.output
    answers = dict(scratch.rows("select number, answer from main.answers"))
    assert {call: answers[number] for number, call in enumerate(SCALARS)} == SCALARS


def test_row_key_says_what_may_be_null(scratch: Warehouse) -> None:
    models = scratch.project / "models"
    (models / "once.sql").write_text("select 1 as id, cast(null as integer) as part union all select 1, 2")
    (models / "twice.sql").write_text("select 1 as id, cast(null as integer) as part union all select 1, null")
    tests = {
        "once": [{"columns": ["id", "part"]}, {"columns": ["id", "part"], "may_be_null": ["part"]}],
        "twice": [{"columns": ["id", "part"], "may_be_null": ["part"]}],
    }
    listed = [
        {
            "name": name,
            "data_tests": [{"row_key": {"name": f"{name}_{n}", "arguments": a}} for n, a in enumerate(asked)],
        }
        for name, asked in tests.items()
    ]
    (models / "models.yml").write_text(json.dumps({"models": listed}))
    run = scratch.dbt("build", "--no-fail-fast")
    assert {n: run.statuses[n] for n in ("once_0", "once_1", "twice_0")} == {
        "once_0": "fail", "once_1": "pass", "twice_0": "fail",
    }  # fmt: skip


def test_what_tests_store_names_nobody(tmp_path: Path) -> None:
    """A test that fails over persons writes no person's number or day into `--store-failures`, dbt's files or its output."""
    scratch = scratch_project(tmp_path)
    scratch.is_logged = True
    person, day = "40414243", "1931-07-13"
    row = (
        f"select cast({person} as bigint) as person_id, cast(null as bigint) as episode_id, "
        f"cast({person} as bigint) as measure_resolver, cast('{day}' as date) as measure_date"
    )
    strata = f"select person_id, measure_date as cohort_date, 'sex' as stratifier, 'f' as stratum from ({row}) as one"
    models = scratch.project / "models"
    # The numbers stand in a table of a database, as those of a hospital do, and in no file of the project.
    for name, sql in (("members", row), ("strata", strata)):
        with duckdb.connect(str(scratch.database)) as connection:
            connection.execute("create schema if not exists hospital")
            connection.execute(f"create table hospital.{name} as {sql} union all {sql}")
        (models / f"{name}.sql").write_text(f"select * from hospital.{name}")
    tests: dict[str, list[dict[str, Any]]] = {
        "members": [
            {"measure_member": {"name": "a_set", "arguments": {"grain": "person"}}},
            {"measure_member": {"name": "of_episodes", "arguments": {"grain": "episode"}}},
            {"row_key": {"name": "a_key", "arguments": {"columns": ["person_id", "measure_date"]}}},
        ],
        "strata": [{"stratum_key": {"name": "one_stratum"}}],
    }
    listed = [{"name": name, "data_tests": found} for name, found in tests.items()]
    (models / "models.yml").write_text(json.dumps({"models": listed}))

    run = scratch.dbt("build", "--no-fail-fast", "--store-failures")

    failed = {name for name, status in run.statuses.items() if status == "fail"}
    assert failed == {"a_set", "of_episodes", "a_key", "one_stratum"}, run.output
    stored = {name: scratch.rows(f"select * from dbt_test__audit.{name}") for name in failed}
    assert all(stored.values())
    written = {str(path): path.read_bytes().decode(errors="replace") for path in scratch.folder.rglob("*")
               if path.is_file() and path != scratch.database}  # fmt: skip
    assert {"run_results.json", "a_key.sql"} <= {name.rsplit("/", 1)[-1] for name in written}
    said = written | {"the screen": run.output} | {name: str(rows) for name, rows in stored.items()}
    assert [name for name, text in said.items() if person in text or day in text or "1931, 7, 13" in text] == []
