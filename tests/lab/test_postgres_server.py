import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from lab.postgres_server import PostgresServer, PostgresUnavailableError, binaries

TESTS = Path(__file__).resolve().parents[1]


def _is_alive(process_id: int) -> bool:
    stat = Path(f"/proc/{process_id}/stat")
    return stat.is_file() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_it_answers_and_leaves_nothing_behind() -> None:
    with PostgresServer() as server:
        connection = psycopg2.connect(server.dsn)
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('server_encoding'), current_setting('lc_collate', true)")
            assert cursor.fetchone()[0] == "UTF8"
        connection.close()
        process_id, home = server.process_id, server.home
        assert home.is_dir()
    assert process_id is not None
    assert not _is_alive(process_id)
    assert not home.exists()
    server.stop()  # a second time is no error


def test_it_wants_the_password() -> None:
    with PostgresServer() as server, pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(re.sub(r":[0-9a-f]{32}@", ":guess@", server.dsn))


def test_it_is_not_root() -> None:
    with PostgresServer() as server:
        assert Path(f"/proc/{server.process_id}").stat().st_uid != 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux to end the server with its starter")
def test_a_killed_starter_takes_it_along() -> None:
    code = (
        "import sys, time; from lab.postgres_server import PostgresServer\n"
        "with PostgresServer() as server:\n"
        "    print(server.process_id, server.home, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    process_id, home = starter.stdout.readline().split()
    assert _is_alive(int(process_id))
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 10
    while _is_alive(int(process_id)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(int(process_id))
    subprocess.run(["rm", "-rf", home], check=True)  # files are what a killed starter leaves


def test_two_at_once() -> None:
    with PostgresServer() as first, PostgresServer() as second:
        assert first.port != second.port


def test_binaries_are_found() -> None:
    assert (binaries() / "postgres").is_file()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "installation" / "bin"
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        tool = folder / name
        tool.write_text("#!/bin/sh\necho no server today >&2\nexit 1\n")
        tool.chmod(0o755)
    with pytest.raises(PostgresUnavailableError, match="no server today"), PostgresServer(folder):
        pass


def test_binaries_where_only_the_owner_may_enter(tmp_path: Path) -> None:
    """A venv below /root: the server's user could not read it, so its files are copied."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "postgresql").symlink_to(binaries().parent)
    with PostgresServer(private / "postgresql" / binaries().name) as server:
        psycopg2.connect(server.dsn).close()
