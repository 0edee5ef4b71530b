"""Every example of the specification on Spark, with the contract and the shape tests of each model of its scene."""

from functools import cache

import pytest
from lab import DirectBench, Found, prepare
from pyspark.sql import SparkSession
from session import SparkEngine
from spec.test_spec import SCENES

# What Spark itself makes different, with the reason: an example that comes right fails.
EXPECTED_FAILURES: dict[str, str] = {}


@pytest.fixture(scope="module")
def judged(spark: SparkSession) -> object:
    @cache
    def found(scene: str) -> Found:
        return DirectBench(SparkEngine(spark)).checked(prepare(SCENES[scene].case()))

    return found


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(s, marks=[pytest.mark.xfail(reason=EXPECTED_FAILURES[s])] if s in EXPECTED_FAILURES else [])
        for s in SCENES
    ],
)
def test_scene(scene: str, judged: object) -> None:
    found = judged(scene)
    assert found.failures == {}
    for example in SCENES[scene].examples:
        assert found.members[example.relation] == example.expected(), f"{example.name}: {example.says}"
