"""The script of docs/how-to/schedule-runs.md: one run at a time, and what people read is replaced only by a run that ended well."""

import fcntl
import os
import stat
import subprocess
from pathlib import Path

import pytest

STARTER = Path(__file__).resolve().parents[2] / "generator" / "measuremart" / "starter" / "files"
SCRIPT = STARTER / "schedule" / "refresh.sh"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a database that people read, and a `dbt` that says how it was called and writes into its database."""
    (tmp_path / "read.duckdb").write_text("as it was")
    command = tmp_path / "dbt"
    command.write_text(
        '#!/bin/sh\necho "$@" >> calls\necho "$MEASUREMART_DUCKDB" >> databases\necho new > "$MEASUREMART_DUCKDB"\n'
        "[ ! -s failures ] || { sed -i 1d failures; exit 1; }\n"
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def refresh(project: Path, *arguments: str) -> int:
    environment = os.environ | {"DBT": "./dbt", "MEASUREMART_DUCKDB": str(project / "read.duckdb"), "PAUSE": "0"}
    return subprocess.run(["sh", str(SCRIPT), *arguments], cwd=project, env=environment, check=False).returncode


def test_a_run_that_ends_well_replaces_the_database(project: Path) -> None:
    assert refresh(project, "clinicians", "--threads", "1") == 0
    assert (project / "read.duckdb").read_text() == "new\n"
    calls = (project / "calls").read_text().splitlines()
    assert calls == ["build --selector clinicians --target-path build/refresh/clinicians --threads 1"]
    assert (project / "databases").read_text() == "build/refresh/read.duckdb\n"


def test_what_failed_is_tried_again(project: Path) -> None:
    (project / "failures").write_text("one\ntwo\n")
    assert refresh(project, "clinicians") == 0
    calls = (project / "calls").read_text().splitlines()
    assert calls[1:] == ["retry --target-path build/refresh/clinicians"] * 2


def test_a_run_that_fails_leaves_the_database(project: Path) -> None:
    (project / "failures").write_text("one\n" * 9)
    assert refresh(project, "clinicians") == 1
    assert (project / "read.duckdb").read_text() == "as it was"


def test_a_publication_that_is_made_meanwhile_is_not_lost(project: Path) -> None:
    """It is in the database that people read, which the run does not replace then."""
    with (project / "dbt").open("a") as command:
        command.write("[ -e done ] || echo published >> read.duckdb\ntouch done\n")
    assert refresh(project, "clinicians") == 75
    assert (project / "read.duckdb").read_text() == "as it waspublished\n"
    assert refresh(project, "clinicians") == 0
    assert (project / "read.duckdb").read_text() == "new\n"


def test_one_run_at_a_time(project: Path) -> None:
    (project / "build" / "refresh").mkdir(parents=True)
    with (project / "build" / "refresh" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert refresh(project, "clinicians") == 75
    assert not (project / "calls").exists()
    assert refresh(project, "clinicians") == 0


def test_an_audience_that_there_is_not(project: Path) -> None:
    assert refresh(project, "everybody") == 2
    assert refresh(project, "public") == 2
