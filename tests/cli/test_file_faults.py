"""A locked database, a folder that cannot be written and a full disk end in one line, not in a traceback."""

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from measuremart.warehouse.dbt import WarehouseError, query

ROOT = Path(__file__).resolve().parents[2]
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dbt project without models over an empty DuckDB file."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbt_project.yml").write_text("{name: small, profile: measuremart}")
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    monkeypatch.setenv("MEASUREMART_DUCKDB", str(tmp_path / "small.duckdb"))
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.delenv(name, raising=False)
    duckdb.connect(str(tmp_path / "small.duckdb")).close()
    return folder


def said(project: Path, *options: str) -> str:
    with pytest.raises(WarehouseError) as refusal:
        query(project, "select 1 as one", ("--profiles-dir", str(project), *options))
    return str(refusal.value)


def test_a_locked_database(project: Path, tmp_path: Path) -> None:
    database = tmp_path / "small.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        text = said(project)
        holder.stdin.close()
    assert text == (
        f"another program holds the database {database} (process {holder.pid}): close it, or wait until it ends"
    )


def test_a_folder_that_cannot_be_written(project: Path, tmp_path: Path) -> None:
    (tmp_path / "a_file").write_text("")
    text = said(
        project, "--log-path", str(tmp_path / "a_file" / "logs"), "--target-path", str(tmp_path / "a_file" / "t")
    )
    assert text == "dbt could not answer, and says nothing: its folders logs and target must be writable"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "OSError: [Errno 28] No space left on device: '/x/logs'",
            "the disk is full (/x/logs): make room, then run it again",
        ),
        (
            "IO Error: Could not write all bytes: No space left on device",
            "the disk is full: make room, then run it again",
        ),
        (
            "PermissionError: [Errno 13] Permission denied: '/x/target'",
            "/x/target cannot be written: Permission denied",
        ),
        ("OSError: [Errno 30] Read-only file system: '/x/logs'", "/x/logs cannot be written: Read-only file system"),
        (
            'IO Error: Cannot open file "/x/y.duckdb": Permission denied',
            "/x/y.duckdb cannot be written: Permission denied",
        ),
    ],
)
def test_what_the_system_says(project: Path, monkeypatch: pytest.MonkeyPatch, line: str, expected: str) -> None:
    """Words of DuckDB, Python and Linux, said by a program in the place of dbt."""
    stub = project / "dbt"
    stub.write_text(f"#!/bin/sh\ncat <<'END'\nTraceback (most recent call last):\n{line}\nEND\nexit 2\n")
    stub.chmod(0o755)
    monkeypatch.setattr("measuremart.warehouse.dbt.dbt_command", lambda: str(stub))
    assert said(project) == expected


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_ends_in_one_line(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk; of output, tests/cli/test_output.py says the same."""
    project = tmp_path / "project"
    project.mkdir()
    shutil.copytree(ROOT / "definitions", project / "definitions")
    done = subprocess.run(
        [sys.executable, "-c", "from measuremart.cli import main; main()", "generate", "--project-dir", str(project)],
        capture_output=True,
        text=True,
        preexec_fn=limited,
        check=False,
    )
    assert done.returncode == 7
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
