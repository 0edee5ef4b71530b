"""One small database with the demos of both reports, and a server over it that tests ask without a network."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from argon2 import PasswordHasher
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engines"))

from dbt_runs import ROOT, Warehouse
from measuremart.pipeline import Read, read_definitions
from measuremart.warehouse.reading import Readings
from measuremart.web.app import application
from measuremart.web.people import AccessFile
from measuremart.web.site import Site
from web_people import OWN, PASSWORD, Asks, sign_in


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Both demos, built without dbt's tests, which others run."""
    built = Warehouse(tmp_path_factory.mktemp("web"))
    run = built.dbt("build", "--exclude-resource-type", "test", variables={"packs": ["oncology", "lung", "epilepsy12"]})
    assert run.exit_code == 0, run.output
    return built


@pytest.fixture(scope="session")
def read() -> Read:
    return read_definitions(ROOT / "definitions", None)


@pytest.fixture(scope="session")
def password_hash() -> str:
    # As quick as argon2id can be: what a test waits for is not the hash.
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def access_file(tmp_path: Path, password_hash: str) -> Path:
    """One of each role, and one without any own entity that exists."""
    file = tmp_path / "access.yml"
    people = {
        "tess": {"role": "team", "password": password_hash},
        "clara": {"role": "clinician", "password": password_hash, "entities": OWN},
        "cornelius": {
            "role": "clinician",
            "password": password_hash,
            "entities": {"epilepsy12": {"organisation": ["XX999"]}},
        },
        "penny": {"role": "public", "password": password_hash},
    }
    file.write_text(yaml.safe_dump({"people": people}))
    return file


@pytest.fixture(scope="session")
def readings(marts: Warehouse) -> Iterator[Readings]:
    """One for all tests: it copies the database once. A test that wants a new copy says `readings.close()`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEASUREMART_DUCKDB", str(marts.database))
        made = Readings(ROOT, marts.folder / "profiles", "duckdb")
    yield made
    made.close()


@pytest.fixture
def site(readings: Readings, read: Read, access_file: Path) -> Site:
    return Site(read, readings, AccessFile(access_file), ("testserver",))


@pytest.fixture
def asks(site: Site) -> Iterator[Asks]:
    """Somebody who asks: by name, signed in; nobody without."""
    app = application(site)
    clients = []

    def client(name: str | None) -> TestClient:
        made = TestClient(app, base_url="https://testserver", follow_redirects=False)
        clients.append(made)
        if name is not None:
            assert sign_in(made, name, PASSWORD) == 303
        return made

    yield client
    for made in clients:
        made.close()


@pytest.fixture
def alone(readings: Readings, read: Read) -> TestClient:
    """The person at the machine, without sign-in."""
    return TestClient(application(Site(read, readings, None, ("testserver",))), base_url="https://testserver")
