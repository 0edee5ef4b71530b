"""A DuckDB file that pages read while builds write to it: they read a copy of what the last build left.

DuckDB lets many processes read a file, or one write. A page that held the file would keep a build from beginning, and
a build, which holds the file from its first model to its last, would keep every page away. So the server copies the
file when it has changed and nobody writes to it, and reads the copy until the next build has ended. The copy has no
name any more once it is open: nothing is left behind, however the server ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, failed
from measuremart.warehouse.refreshing import RefreshingError

# A file beside the database, of its name and this: no new copy is made, so that a build can begin.
WAITS = ".refresh"
_COPY, _WAL = ".pages", ".wal"
_LOCKED = re.compile(r"Could not set lock|different configuration", re.IGNORECASE)
# The threads: what DuckDB 2.0 answers wrongly (docs/decisions/0007) needs more than two. Nothing but the file is read.
_SETTINGS: dict[str, Any] = {"threads": 1, "enable_external_access": False, "lock_configuration": True}
_LOOK_AGAIN = 1.0  # seconds until a file that somebody writes to is tried again
_LEFT_BEHIND = 3600.0  # seconds after which a copy with a name is of a server that was killed while it copied

Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass
class _Copy:
    """An open copy. The lock is for the moment in which a cursor is made."""

    stamp: Stamp
    connection: Any
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def build(self) -> str:
        return hashlib.sha256(repr(self.stamp).encode()).hexdigest()[:20]


class FileCopies:
    """Opens the copy of the last build of a file. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: _Copy | None = None
        self._copying = threading.Lock()
        self._tried = float("-inf")

    def is_there(self) -> bool:
        """Say whether there is anything to read."""
        return self._held is not None or self._file.exists()

    @contextmanager
    def cursor(self) -> Iterator[tuple[str, Any]]:
        """Give the name of a build, and a cursor on it. Raises `WarehouseError`."""
        copy = self._newest()
        with copy.lock:
            cursor = copy.connection.cursor()
        try:
            yield copy.build, cursor
        finally:
            cursor.close()

    def close(self) -> None:
        """Let go of the copy; it goes away with the last page that reads it."""
        self._held = None

    def _newest(self) -> _Copy:
        """Return a copy of what the file is now; while somebody writes to it, of what it was before."""
        held = self._held
        if held is not None:
            is_old = held.stamp != self._stamp() and time.monotonic() - self._tried > _LOOK_AGAIN
            if not is_old or not self._copying.acquire(blocking=False):
                return held
        else:
            self._copying.acquire()
        try:
            held = self._held
            if held is not None and held.stamp == self._stamp():
                return held
            try:
                # The old copy is not closed: pages may read it.
                self._held = self._copied()
            except RefreshingError:
                if held is None:
                    raise
                self._tried = time.monotonic()
                return held
            return self._held
        finally:
            self._copying.release()

    def _copied(self) -> _Copy:
        """Return a new copy. While it is made the file is held, so that no build can begin to change it."""
        import duckdb

        if self._beside(WAITS).exists():
            raise RefreshingError("a build is about to write to the database")
        try:
            holds = duckdb.connect(str(self._file), read_only=True, config=_SETTINGS)
        except duckdb.Error as error:
            if _LOCKED.search(str(error)):
                raise RefreshingError("a build writes to the database") from None
            raise failed(str(error)) from None
        try:
            stamp, made = self._stamp(), self._written()
        except OSError as error:
            raise WarehouseError(f"the copy that pages read cannot be written: {error.strerror}") from None
        finally:
            holds.close()
        try:
            return _Copy(stamp, duckdb.connect(str(made), read_only=True, config=_SETTINGS))
        except duckdb.Error as error:
            raise failed(str(error)) from None
        finally:
            for name in (made, made.with_name(f"{made.name}{_WAL}")):
                with contextlib.suppress(PermissionError):  # Windows keeps a file that is open; a later copy removes it
                    name.unlink(missing_ok=True)

    def _written(self) -> Path:
        """Copy the file, and what is written ahead of it, for the owner of this process alone."""
        folder = self._file.parent
        if not os.access(folder, os.W_OK):
            folder = Path(tempfile.gettempdir())
        start = f".{self._file.name}."
        for left in folder.glob(f"{start}*{_COPY}*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                    left.unlink()
        handle, name = tempfile.mkstemp(prefix=start, suffix=_COPY, dir=folder)
        os.close(handle)
        made = Path(name)
        try:
            shutil.copyfile(self._file, made)
            if (ahead := self._beside(_WAL)).exists():
                shutil.copyfile(ahead, made.with_name(f"{made.name}{_WAL}"))
        except OSError:
            made.unlink(missing_ok=True)
            raise
        return made

    def _stamp(self) -> Stamp:
        """Return what changes when the file does."""
        stamps: list[tuple[int, int, int] | None] = []
        for path in (self._file, self._beside(_WAL)):
            try:
                found = os.stat(path)
            except OSError:
                stamps.append(None)
            else:
                stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
        return tuple(stamps)

    def _beside(self, suffix: str) -> Path:
        return self._file.with_name(f"{self._file.name}{suffix}")
