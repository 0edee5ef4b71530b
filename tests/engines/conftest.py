"""Databases for tests that run dbt."""

import json
from pathlib import Path

import pytest
from dbt_runs import ROOT, Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """The project itself, with a fresh database."""
    return Warehouse(tmp_path)


@pytest.fixture
def scratch(tmp_path: Path) -> Warehouse:
    """A project of the test's own with our macros and generic tests; the test writes its models."""
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(
        json.dumps(
            {
                "name": "measuremart",
                "profile": "measuremart",
                "macro-paths": [str(ROOT / "macros"), str(ROOT / "tests" / "generic")],
                "models": {"+materialized": "table"},
            }
        )
    )
    return Warehouse(tmp_path, project)
