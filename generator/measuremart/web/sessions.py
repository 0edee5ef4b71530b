"""Sessions, tries to sign in, addresses of persons' pages: what the server keeps in memory alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

IDLE, LONGEST = 30 * 60, 12 * 60 * 60  # seconds until a session ends
_TRIES, _FORGET = 5, 15 * 60  # failures before one must wait, and seconds until they are forgotten
# Of an address: many may sit behind one proxy, and none should keep the others out.
OF_ADDRESS, _TRIES_OF_ADDRESS = "address ", 50
_MOST = 10_000  # sessions, or names that are watched


@dataclass
class Session:
    """Somebody who has signed in; `csrf` is what a form must send back."""

    name: str
    csrf: str
    began: float
    seen: float


class Sessions:
    """Sessions by the hash of their id: the id itself is in the cookie alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def begin(self, name: str) -> tuple[str, Session]:
        """Return a new id and its session: an id that was there before sign-in is never taken over."""
        identity, now = secrets.token_urlsafe(32), self._clock()
        session = Session(name, secrets.token_urlsafe(32), now, now)
        with self._lock:
            self._sessions = {k: s for k, s in self._sessions.items() if self._lives(s)}
            while len(self._sessions) >= _MOST:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[_hashed(identity)] = session
        return identity, session

    def find(self, identity: str | None) -> Session | None:
        """Return the session of an id, None where there is none or it is over."""
        with self._lock:
            session = self._sessions.get(_hashed(identity or ""))
            if session is None or not self._lives(session):
                return None
            session.seen = self._clock()
            return session

    def end(self, identity: str | None) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_hashed(identity or ""), None)

    def _lives(self, session: Session) -> bool:
        now = self._clock()
        return now - session.seen < IDLE and now - session.began < LONGEST


class Tries:
    """Failures to sign in, by name and by address: after five of a name, the wait doubles with each further one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}

    def wait(self, *whom: str) -> int:
        """Return how many seconds to wait before the next try; 0 is none."""
        with self._lock:
            return max(self._wait(key) for key in whom)

    def _wait(self, key: str) -> int:
        count, last = self._failed.get(key, (0, 0.0))
        most = _TRIES_OF_ADDRESS if key.startswith(OF_ADDRESS) else _TRIES
        if count < most:
            return 0
        left = min(2 ** min(count - most, 20) * 5, _FORGET) - (self._clock() - last)
        return max(0, int(left + 0.999))

    def failed(self, *whom: str) -> None:
        """Count a failure."""
        now = self._clock()
        with self._lock:
            if len(self._failed) >= _MOST:
                self._failed = {k: f for k, f in self._failed.items() if now - f[1] < _FORGET}
            for key in whom:
                count, last = self._failed.get(key, (0, now))
                self._failed[key] = (count + 1 if now - last < _FORGET else 1, now)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a name, and of an address the try that was counted before its password was read."""
        with self._lock:
            self._failed.pop(name, None)
            count, last = self._failed.get(address, (0, 0.0))
            self._failed[address] = (max(count - 1, 0), last)


class Addresses:
    """Writes a person's id so that an address names nobody: for one viewer, and until the server ends.

    The id is hidden by HMAC-SHA-256 in counter fashion (a fresh nonce each), then signed with the viewer's name.
    """

    def __init__(self) -> None:
        self._hide, self._sign = secrets.token_bytes(32), secrets.token_bytes(32)

    def write(self, viewer: str, person: int, episode: int | None) -> str:
        """Return the text that stands for a person, and an episode where there is one, in an address."""
        nonce = secrets.token_bytes(12)
        plain = struct.pack(">q?q", person, episode is not None, episode or 0)
        hidden = nonce + self._mixed(nonce, plain)
        return base64.urlsafe_b64encode(hidden + self._signed(viewer, hidden)).decode()

    def read(self, viewer: str, address: str) -> tuple[int, int | None] | None:
        """Return the person and the episode; None where the server did not write it for this viewer."""
        try:
            raw = base64.b64decode(address.encode("ascii"), altchars=b"-_", validate=True)
        except (ValueError, UnicodeEncodeError):
            return None
        hidden, signed = raw[:-16], raw[-16:]
        if len(hidden) != 29 or not hmac.compare_digest(signed, self._signed(viewer, hidden)):
            return None
        person, has_episode, episode = struct.unpack(">q?q", self._mixed(hidden[:12], hidden[12:]))
        return person, episode if has_episode else None

    def _mixed(self, nonce: bytes, data: bytes) -> bytes:
        stream = hmac.digest(self._hide, nonce, "sha256")
        return bytes(a ^ b for a, b in zip(data, stream, strict=False))

    def _signed(self, viewer: str, hidden: bytes) -> bytes:
        return hmac.digest(self._sign, viewer.encode() + b"\0" + hidden, "sha256")[:16]


def _hashed(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()
