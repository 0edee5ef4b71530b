"""What all tests share: packages below tests/ are importable, and one private PostgreSQL server a session."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lab.postgres_server import PostgresServer

_GIVEN = "MEASUREMART_TEST_POSTGRES"
_SERVER = pytest.StashKey[PostgresServer]()
_SHARED = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that workers share; a worker finds it in the environment that it has from its starter.

    No test depends on the terminal's width, which a worker has from its starter, too.
    """
    os.environ.pop("COLUMNS", None)
    if "MEASUREMART_TEST_SHARED" not in os.environ:
        config.stash[_SHARED] = os.environ["MEASUREMART_TEST_SHARED"] = tempfile.mkdtemp(prefix="measuremart-tests-")


def pytest_configure_node(node: Any) -> None:
    """With xdist, the controller owns the one server that all workers use: it outlives each of them."""
    stash = node.config.stash
    if _GIVEN not in os.environ and _SERVER not in stash:
        stash[_SERVER] = PostgresServer().__enter__()
    node.workerinput["postgres_dsn"] = os.environ.get(_GIVEN) or stash[_SERVER].dsn


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, and remove the folder, that this process made for its workers."""
    if _SERVER in config.stash:
        config.stash[_SERVER].stop()
    if _SHARED in config.stash:
        shutil.rmtree(config.stash[_SHARED], ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return a PostgreSQL database that tests may write to: the one that is given, else a private server's."""
    given = os.environ.get(_GIVEN) or getattr(request.config, "workerinput", {}).get("postgres_dsn")
    if given:
        yield given
        return
    with PostgresServer() as server:
        yield server.dsn


# What costs most, first: whole builds, which stay on one worker each, then what runs dbt over small projects. What is left
# for the end is short, so that both workers end together (`--no-loadscope-reorder` keeps this order).
_FIRST = (
    "test_opt_outs",
    "test_csv_files",
    "test_demo_report",
    "test_epilepsy12",
    "test_access",
    "test_own_repository",
    "test_unavailable",
    "test_epilepsy12_postgres",
    "test_postgres_demo",
)
_FOLDERS = ("web", "engines", "cli", "lab", "property", "spec")


def _turn(item: pytest.Item) -> tuple[int, int]:
    stem, folder = item.path.stem, item.path.parent.name
    first = _FIRST.index(stem) if stem in _FIRST else len(_FIRST)
    return first, _FOLDERS.index(folder) if folder in _FOLDERS else len(_FOLDERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With xdist, a module whose fixtures build a project stays on one worker: built once, in schemas of its own."""
    for item in items:
        if item.path.parent.name in ("attachment", "cli", "engines") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=_turn)
