"""Every example, on every evaluator; an engine answers all of them after one `dbt build`."""

import fcntl
import pickle
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lab import Answers, CaseError, DuckDbEngine, Engine, Laboratory, PostgresEngine, Prepared, prepare, referee_members
from lab.direct import compiled

from spec.reading import Example, Scene, spec_files

ENGINES = ("duckdb", "postgres")
EVALUATORS = ("referee", *ENGINES)
SCENES = [scene for file in spec_files() for scene in file.scenes]


def _parameters() -> Iterator[object]:
    for evaluator in EVALUATORS:
        for scene in SCENES:
            for example in scene.examples:
                marks = [pytest.mark.xfail(reason=example.fails[evaluator])] if evaluator in example.fails else []
                name = f"{evaluator}-{scene.file}-{scene.name}-{example.name}"
                yield pytest.param(evaluator, scene, example, id=name, marks=marks)


@pytest.fixture(scope="session")
def prepared() -> dict[str, Prepared | CaseError]:
    """Every scene as the generator takes it, or what it refuses: that fails the scene's own tests only."""
    return {scene.case().name: _prepared(scene) for scene in SCENES}


def _prepared(scene: Scene) -> Prepared | CaseError:
    try:
        return prepare(scene.case())
    except CaseError as error:
        return error


@pytest.fixture(scope="session")
def answers(
    request: pytest.FixtureRequest, prepared: dict[str, Prepared | CaseError], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Answers]:
    """What each engine that is asked answers: built side by side, and once for all xdist workers."""
    asked = {item.callspec.params.get("evaluator") for item in request.session.items if hasattr(item, "callspec")}
    engines = [engine for engine in ENGINES if engine in asked]
    cases = [case for case in prepared.values() if isinstance(case, Prepared)]
    folder = tmp_path_factory.getbasetemp()
    if not hasattr(request.config, "workerinput"):
        return _build(engines, cases, folder, request)
    kept = folder.parent / "spec_answers.pickle"
    with (folder.parent / "spec_answers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(_build(engines, cases, folder, request)))
        return pickle.loads(kept.read_bytes())


def _build(
    engines: list[str], cases: list[Prepared], folder: Path, request: pytest.FixtureRequest
) -> dict[str, Answers]:
    opened: dict[str, Engine] = {}
    if "duckdb" in engines:
        opened["duckdb"] = DuckDbEngine(folder)
    if "postgres" in engines:
        opened["postgres"] = PostgresEngine(request.getfixturevalue("postgres_dsn"))
    try:
        with ThreadPoolExecutor() as pool:
            runs = {name: pool.submit(Laboratory(engine).build, cases) for name, engine in opened.items()}
            return {name: run.result() for name, run in runs.items()}
    finally:
        for engine in opened.values():
            engine.close()


@pytest.mark.parametrize(("evaluator", "scene", "example"), list(_parameters()))
def test_members(
    evaluator: str,
    scene: Scene,
    example: Example,
    prepared: dict[str, Prepared | CaseError],
    request: pytest.FixtureRequest,
) -> None:
    case = prepared[scene.case().name]
    if isinstance(case, CaseError):
        raise case
    if evaluator == "referee":
        found = referee_members(case)[example.relation]
    else:
        found = request.getfixturevalue("answers")[evaluator].of(case.case.name, example.relation)
    assert found == example.expected(), example.says


def test_names_are_unique() -> None:
    names = [(scene.file, scene.name, example.name) for scene in SCENES for example in scene.examples]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("evaluator", ENGINES)
def test_statements_without_dbt_are_those_of_dbt(evaluator: str, answers: dict[str, Answers]) -> None:
    """The fast path of property tests compiles the generator's text as dbt does, but for where relations are."""
    for case, statements in answers[evaluator].statements.items():
        for relation, statement in statements.items():
            bare = re.sub(r'"[^"]+"\."[^"]+"\."([^"]+)"', r"\1", statement.compiled)
            assert compiled(statement.generated, evaluator).strip() == bare.strip(), f"{case}: {relation}"
