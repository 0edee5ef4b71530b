"""Databases for tests that run dbt."""

from pathlib import Path

import pytest
from dbt_runs import Warehouse, scratch_project


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """The project itself, with a fresh database."""
    return Warehouse(tmp_path)


@pytest.fixture
def scratch(tmp_path: Path) -> Warehouse:
    """A project of the test's own with our macros and generic tests; the test writes its models."""
    return scratch_project(tmp_path)
