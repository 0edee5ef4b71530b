"""A few random cases through dbt itself: what the bench runs is what dbt compiles, and dbt's relations say the same."""

import re
from collections.abc import Iterator

import pytest
from lab import Answers, DuckDbEngine, Engine, Laboratory, PostgresEngine, Prepared, prepare
from lab.cases import Case as LabCase

from property.bench import Bench, Case, models_of, statement
from property.cases import numbered
from property.definitions import write_measures
from property.house import SQL_TYPES, TABLES, TABLES_OF
from property.reports import write_reports

SEED = 577
CASES = {f"case_{n}": numbered(SEED, n, write_reports if n % 3 == 0 else write_measures) for n in range(7)}
# With xdist, the tests of an engine stay together: they share one run of dbt.
ENGINES = [pytest.param(e, marks=pytest.mark.xdist_group(f"property_dbt_{e}")) for e in ("duckdb", "postgres")]
_RELATION = re.compile(r'"\w+"\."\w+"\."(\w+)"')


def in_the_laboratory(name: str, case: Case) -> Prepared:
    """Return a case as the laboratory takes it: every column of the house is of a role."""
    types = {t: {c: SQL_TYPES[k] for c, k in columns.items() if k in SQL_TYPES} for t, columns in TABLES.items()}
    own = (*TABLES_OF[case.population], "concept_ancestor", "concept")
    tables = {t: rows for t, rows in case.rows.items() if t in own}
    as_of = case.rows["run_context"][0]["as_of"]
    return prepare(LabCase(name, (case.text(),), tables, as_of, {t: types[t] for t in own if types[t]}))


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "duckdb":
        opened: Engine = DuckDbEngine(tmp_path_factory.mktemp("random"))
    else:
        opened = PostgresEngine(request.getfixturevalue("postgres_dsn"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def prepared() -> dict[str, Prepared]:
    return {name: in_the_laboratory(name, case) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def answers(engine: Engine, prepared: dict[str, Prepared]) -> Answers:
    return Laboratory(engine).build(list(prepared.values()))


def test_dbt_compiles_what_the_bench_runs(engine: Engine, answers: Answers) -> None:
    compared = 0
    for statements in answers.statements.values():
        for relation, found in statements.items():
            assert _RELATION.sub(r"\1", found.compiled).strip() == statement(found.generated, engine.name).strip(), (
                relation
            )
            compared += 1
    assert compared > 60


def test_dbt_builds_what_the_bench_answers(
    engine: Engine, answers: Answers, prepared: dict[str, Prepared], request: pytest.FixtureRequest
) -> None:
    """And every contract and shape test holds of random rows."""
    assert not any(answers.failures.values())
    given = request.getfixturevalue("postgres_dsn") if engine.name == "postgres" else None
    own: Engine = PostgresEngine(given) if given else DuckDbEngine()
    bench = Bench(own)
    try:
        for name, case in CASES.items():
            found = bench.ask(prepared[name].plan, models_of(prepared[name].plan), case.rows)
            members = answers.members[name]
            assert members == {relation: found[relation] for relation in members}
            assert len(members) >= 3
    finally:
        own.close()
