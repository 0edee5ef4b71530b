"""The laboratory itself: cases do not meet, and what goes wrong is said of the case that it went wrong in."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import (
    Answers,
    Case,
    CaseError,
    DirectBench,
    DuckDbEngine,
    Laboratory,
    LaboratoryError,
    PostgresEngine,
    prepare,
    referee_members,
)
from lab.models import lab_models
from lab.shapes import findings

DEFINITIONS = """
populations:
  clinic:
    person: {model: person}
    episodes: {model: episode}
targets:
  record: {model: record, dates: {start: start_date}}
subqueries:
  below: {target: record, rules: [{hierarchy: 5}]}
  coded: {target: record, rules: [{substring: {code_of: 6}}]}
  event: {target: record, resolve_by: event, rules: [{presence: concept}]}
measures:
  elapsed: {filter: {of: below, elapsed: {days: 10}}}
"""
DAY = dt.date(2024, 1, 1)
_CODES = {"concept": [{"concept_id": 6, "concept_code": "A"}]}


def _row(person: int, concept: int, text: str | None = None) -> dict[str, object]:
    return {
        "person_id": person,
        "episode_id": person * 10,
        "event_id": person,
        "concept_id": concept,
        "value_text": text,
        "start_date": DAY,
    }


CASES = {
    "first": Case(
        "first",
        (DEFINITIONS,),
        {
            "record": [_row(1, 5, "a1"), _row(2, 51, "b2")],
            "concept_ancestor": [{"ancestor_concept_id": 5, "descendant_concept_id": 51}],
            "concept": [{"concept_id": 6, "concept_code": "A1"}],
        },
        as_of=dt.date(2024, 1, 11),
    ),
    "second": Case(
        "second",
        (DEFINITIONS,),
        {
            "record": [_row(3, 5, "a1"), _row(4, 51, "b2")],
            "concept": [{"concept_id": 6, "concept_code": "B2"}],
        },
        as_of=dt.date(2024, 1, 10),
    ),
    "empty": Case("empty", (DEFINITIONS,), {}, as_of=DAY),
}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    if request.param == "duckdb":
        opened = DuckDbEngine(tmp_path_factory.mktemp("lab"))
    else:
        opened = PostgresEngine(request.getfixturevalue("postgres_dsn"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def answers(engine: DuckDbEngine | PostgresEngine) -> Answers:
    return Laboratory(engine).build([prepare(case) for case in CASES.values()])


@pytest.mark.parametrize("name", CASES)
def test_cases_have_tables_vocabulary_and_clock_of_their_own(answers: Answers, name: str) -> None:
    expected = {
        "first": {
            "subquery__below": [(1, 10, 10, DAY), (2, 20, 20, DAY)],
            "subquery__coded": [(1, 10, 10, DAY)],
            "subquery__event": [(1, 10, 1, DAY), (2, 20, 2, DAY)],
            "measure__elapsed": [(1, 10, 10, DAY), (2, 20, 20, DAY)],
        },
        "second": {
            "subquery__below": [(3, 30, 30, DAY)],
            "subquery__coded": [(4, 40, 40, DAY)],
            "subquery__event": [(3, 30, 3, DAY), (4, 40, 4, DAY)],
            "measure__elapsed": [],
        },
        "empty": {r: [] for r in ("subquery__below", "subquery__coded", "subquery__event", "measure__elapsed")},
    }
    assert {relation: answers.of(name, relation) for relation in expected[name]} == expected[name]
    assert referee_members(prepare(CASES[name])) == expected[name]


@pytest.mark.parametrize("name", CASES)
def test_without_dbt_the_answers_are_the_same(
    engine: DuckDbEngine | PostgresEngine, answers: Answers, name: str
) -> None:
    assert DirectBench(engine).members(prepare(CASES[name])) == answers.members[name]


def test_a_failure_is_said_of_its_relation_and_no_other(tmp_path: Path) -> None:
    """A person whose id is no number fails in the database; the cases beside it do not."""
    bad = Case(
        "bad", (DEFINITIONS,), {"record": [{**_row(1, 5), "person_id": "x"}]}, DAY, {"record": {"person_id": "text"}}
    )
    engine = DuckDbEngine(tmp_path)
    answers = Laboratory(engine).build([prepare(bad), prepare(CASES["first"])])
    engine.close()
    assert answers.of("first", "measure__elapsed") == [(1, 10, 10, DAY), (2, 20, 20, DAY)]
    with pytest.raises(LaboratoryError, match=r"match__below of case bad: dbt: error: (?s:.*)Could not convert"):
        answers.of("bad", "match__below")
    with pytest.raises(LaboratoryError, match="measure__elapsed of case bad: dbt: skipped"):
        answers.of("bad", "measure__elapsed")


def test_a_shape_test_that_fails_is_said_of_its_relation(tmp_path: Path) -> None:
    """A spine with an unknown episode gives a measure a key that the shape forbids."""
    spine = "measures:\n  lifted: {or: [below, {at: person, of: coded}]}\n"
    tables = {"record": [_row(1, 5, "a")], "episode": [{"person_id": 1}], **_CODES}
    engine = DuckDbEngine(tmp_path)
    case = prepare(Case("bad", (DEFINITIONS, spine), tables, DAY))
    answers = Laboratory(engine).build([case])
    with pytest.raises(LaboratoryError, match="measure__lifted of case bad: its shape test: fail"):
        answers.of("bad", "measure__lifted")
    (said,) = DirectBench(engine).checked(case).failures["measure__lifted"]
    engine.close()
    assert said.startswith("measure_member: 1 rows, the first ('measure_resolver is null', 'member', 1)")


def test_a_contract_that_does_not_hold_is_found_without_dbt() -> None:
    """A key of another type than the contract's: dbt would not build it, `create table as` does."""
    engine = DuckDbEngine()
    model = next(m for m in lab_models(prepare(CASES["empty"]), "x") if m.own_name == "subquery__below")
    columns = "person_id bigint, episode_id bigint, measure_resolver integer, measure_date date"
    engine.execute(f"create table {model.name} ({columns})")
    found = dict(findings(engine, model))
    engine.close()
    assert found["contract"].startswith("its contract: found [('person_id', 'bigint'), ")
    assert "column 3 is measure_resolver integer, should be measure_resolver bigint" in found["measure_member"]


def test_problems_of_definitions_are_said() -> None:
    broken = Case("broken", (DEFINITIONS.replace("[{hierarchy: 5}]", "[{hierachy: 5}]"),), {}, DAY)
    with pytest.raises(CaseError, match=r"case broken: .*'hierachy'"):
        prepare(broken)


def test_tables_must_fit_the_definitions() -> None:
    with pytest.raises(CaseError, match="no definition reads table 'records'"):
        prepare(Case("x", (DEFINITIONS,), {"records": [_row(1, 5)]}, DAY))
    with pytest.raises(CaseError, match="no definition reads concept of table 'record'"):
        prepare(Case("x", (DEFINITIONS,), {"record": [{"concept": 5}]}, DAY))


def test_what_was_not_built_is_an_error() -> None:
    with pytest.raises(LaboratoryError, match="no relation measure__other"):
        Answers({"first": {}}, {}).of("first", "measure__other")
