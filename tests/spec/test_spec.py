"""Every example, on every evaluator; an engine also checks the contract and the shape tests of each model of a scene.

The engines run the statements without dbt: `test_compiled.py` holds their text to what dbt compiles, and
`tests/property/test_dbt.py` builds cases of the whole language through dbt, with contracts and tests, on both engines.
"""

from collections.abc import Iterator
from functools import cache

import pytest
from lab import DirectBench, DuckDbEngine, Engine, Found, PostgresEngine, Prepared, prepare, referee_members

from spec.reading import Example, Scene, spec_files

ENGINES = ("duckdb", "postgres")
EVALUATORS = ("referee", *ENGINES)
SCENES = {f"{scene.file}-{scene.name}": scene for file in spec_files() for scene in file.scenes}


def _parameters(evaluators: tuple[str, ...]) -> Iterator[object]:
    """With xdist, the tests of an evaluator stay together: each scene is evaluated once."""
    for evaluator in evaluators:
        for named, scene in SCENES.items():
            for example in scene.examples:
                marks = [pytest.mark.xdist_group(f"spec_{evaluator}")]
                if evaluator in example.fails:
                    marks.append(pytest.mark.xfail(reason=example.fails[evaluator]))
                yield pytest.param(evaluator, scene, example, id=f"{evaluator}-{named}-{example.name}", marks=marks)


@cache
def prepared(scene: str) -> Prepared:
    """Return a scene as the generator takes it. What it refuses fails the scene's own tests only."""
    return prepare(SCENES[scene].case())


class Judges:
    """Both engines, opened where they are asked; the answers about a scene are kept."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request
        self._engines: dict[str, Engine] = {}
        self._found: dict[tuple[str, str], Found] = {}

    def found(self, evaluator: str, scene: str) -> Found:
        """Return what an evaluator says of a scene. Raises what the scene's definitions or the database refuse."""
        if (evaluator, scene) not in self._found:
            case = prepared(scene)
            if evaluator == "referee":
                said = Found(members=referee_members(case))
            else:
                said = DirectBench(self._engine(evaluator)).checked(case)
            self._found[evaluator, scene] = said
        return self._found[evaluator, scene]

    def _engine(self, name: str) -> Engine:
        if name not in self._engines:
            dsn = self._request.getfixturevalue("postgres_dsn") if name == "postgres" else ""
            self._engines[name] = PostgresEngine(dsn) if dsn else DuckDbEngine()
        return self._engines[name]

    def close(self) -> None:
        for engine in self._engines.values():
            engine.close()


@pytest.fixture(scope="module")
def judges(request: pytest.FixtureRequest) -> Iterator[Judges]:
    opened = Judges(request)
    yield opened
    opened.close()


@pytest.mark.parametrize(("evaluator", "scene", "example"), list(_parameters(EVALUATORS)))
def test_members(evaluator: str, scene: Scene, example: Example, judges: Judges) -> None:
    found = judges.found(evaluator, f"{scene.file}-{scene.name}")
    assert example.relation not in found.failures, found.failures[example.relation]
    assert found.members[example.relation] == example.expected(), example.says


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("evaluator", [pytest.param(e, marks=pytest.mark.xdist_group(f"spec_{e}")) for e in ENGINES])
def test_contracts_and_shapes(evaluator: str, scene: str, judges: Judges) -> None:
    """Of every model of a scene, those that no example shows among them."""
    assert judges.found(evaluator, scene).failures == {}


def test_names_are_unique() -> None:
    names = [(scene.file, scene.name, example.name) for scene in SCENES.values() for example in scene.examples]
    assert len(SCENES) == sum(len(file.scenes) for file in spec_files())
    assert len(names) == len(set(names))
