"""At event grain an event id is one record of its person, or a test says so (docs/semantics.md, 2.3)."""

import datetime as dt
from collections.abc import Iterator

import pytest

from lab import Answers, Case, DirectBench, DuckDbEngine, Engine, Laboratory, PostgresEngine, Prepared, prepare

DEFINITIONS = """
populations:
  clinic:
    person: {model: person}
    episodes: {model: episode}
targets:
  record: {model: record, dates: {start: start_date}, keys: {treatment: {column: treatment_id, within: episode}}}
subqueries:
  by_event: {target: record, resolve_by: event, rules: [{exact: 5}]}
  by_episode: {target: record, rules: [{exact: 5}]}
measures:
  twice: {count: {of: {target: record, resolve_by: event, rules: [{exact: 5}]}, at_least: 2, per: person}}
  once: {subquery: by_episode}
"""
DAY = dt.date(2024, 1, 1)


def row(person: int, event: int, concept: int = 5, episode: int = 10, **more: object) -> dict[str, object]:
    return {
        "person_id": person,
        "episode_id": episode,
        "event_id": event,
        "concept_id": concept,
        "start_date": DAY,
        "treatment_id": None,
        **more,
    }


MATCHES = {"match__by_event", "match__twice__1"}
# Rows, and the relations whose test finds something.
CASES: dict[str, tuple[list[dict[str, object]], set[str]]] = {
    "one_row_each": ([row(1, 1), row(1, 2)], set()),
    "one_record_in_two_episodes": ([row(1, 1), row(1, 1, episode=11)], set()),
    "one_record_in_two_treatments": ([row(1, 1, treatment_id=20), row(1, 1, treatment_id=21)], set()),
    "one_record_twice": ([row(1, 1), row(1, 1)], set()),
    "two_persons": ([row(1, 1), row(2, 1)], set()),
    "two_days": ([row(1, 1), row(1, 1, start_date=dt.date(2024, 1, 2))], MATCHES),
    "two_concepts": ([row(1, 1), row(1, 1, concept=6)], MATCHES),
    # No event that a rule matches has a shared id, be the subquery named or inline.
    "other_events": ([row(1, 1), row(1, 2, concept=6), row(1, 2, concept=7)], set()),
    # One of the two records matches: the id means either.
    "one_of_two_matches": ([row(1, 2), row(1, 2, concept=6)], MATCHES),
    "no_id": ([row(1, 1), {**row(1, 1), "event_id": None}, {**row(1, 1, concept=6), "event_id": None}], set()),
}


def prepared(name: str) -> Prepared:
    return prepare(Case(name, (DEFINITIONS,), {"record": CASES[name][0]}, DAY))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """What dbt says of all cases."""
    engine = DuckDbEngine(tmp_path_factory.mktemp("lab"))
    yield Laboratory(engine).build([prepared(name) for name in CASES])
    engine.close()


@pytest.mark.xdist_group("event_ids")
@pytest.mark.parametrize("name", CASES)
def test_a_shared_id_is_found_at_event_grain(answers: Answers, name: str) -> None:
    assert answers.shared_ids.get(name, set()) == CASES[name][1]
    assert not answers.failures[name]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def bench(request: pytest.FixtureRequest) -> Iterator[DirectBench]:
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""
    engine: Engine = PostgresEngine(dsn) if dsn else DuckDbEngine()
    yield DirectBench(engine)
    engine.close()


@pytest.mark.parametrize("name", CASES)
def test_both_engines_say_the_same_without_dbt(bench: DirectBench, name: str) -> None:
    found = bench.checked(prepared(name))
    assert found.shared_ids == CASES[name][1]
    assert found.failures == {}
