"""The file that says who may sign in, and with which role: read whole, strictly, and never half.

A file that cannot be read lets nobody in.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from measuremart.web.access import NOBODY, Entity, Role, Viewer

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
Name = Annotated[str, Field(pattern=_NAME)]


class AccessError(Exception):
    """The access file cannot be used; the message is for the person who runs the server and shows no secret."""


DatabaseRole = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]


class Person(BaseModel):
    """One who may look: the role, the own entities (population, level, entities), and how they sign in.

    `database_role` is the role of PostgreSQL to ask as, in place of that of all who have the same role here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    entities: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    audiences: list[str] = Field(default_factory=list)
    database_role: DatabaseRole | None = None
    # Argon2id of the password, and SHA-256 of tokens for programs; `measuremart account` writes both.
    password: Annotated[str, Field(pattern=r"^\$argon2id\$")] | None = None
    tokens: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(default_factory=list)


class Access(BaseModel):
    """The whole file. `everyone` is the role of somebody who did not sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign_in: Literal["accounts", "header"] = "accounts"
    header: str = "X-Forwarded-User"
    proxies: list[str] = Field(default_factory=list)
    everyone: Literal["public"] | None = None
    everyone_audiences: list[str] = Field(default_factory=list)
    database_roles: dict[Role, DatabaseRole] = Field(default_factory=dict)
    people: dict[Name, Person] = Field(default_factory=dict)

    def viewer(self, name: str | None) -> Viewer:
        """Return who a name is; nobody, or everyone's role, where the file does not name them."""
        person = self.people.get(name) if name else None
        # Whoever signs in sees what everyone sees, too.
        of_all = self.everyone_audiences if self.everyone is not None else []
        if person is None:
            if self.everyone is None:
                return NOBODY
            role = self.database_roles.get(self.everyone)
            return Viewer("", self.everyone, frozenset(), frozenset(of_all), role)
        entities = frozenset(
            Entity(population, level, entity)
            for population, levels in person.entities.items()
            for level, names in levels.items()
            for entity in names
        )
        role = person.database_role or self.database_roles.get(person.role)
        return Viewer(name or "", person.role, entities, frozenset([*person.audiences, *of_all]), role)


def read_access(file: Path) -> Access:
    """Return what an access file says. Raises `AccessError`."""
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        access = Access.model_validate({} if said is None else said)
    except OSError as error:
        raise AccessError(f"{file} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise AccessError(f"{file} is not readable as YAML") from None
    except ValidationError as error:
        # The places and the rules, not the values: a value may be a secret.
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AccessError(f"{file}: {place or 'the file'}: {first['msg']}") from None
    if access.sign_in == "header" and not access.proxies:
        raise AccessError(f"{file}: sign_in: header needs `proxies`, the addresses that may set the header")
    return access


class AccessFile:
    """An access file that is read again when it changes: a person who is taken out sees nothing from then on."""

    def __init__(self, file: Path) -> None:
        """Raise `AccessError` where the file cannot be used."""
        self._file = file
        self._lock = threading.Lock()
        self._stamp = self._stamped()
        self._access = read_access(file)

    def _stamped(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._file)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self) -> Access:
        """Return what the file says now; that nobody may look where it cannot be used any more."""
        with self._lock:
            stamp = self._stamped()
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._access = read_access(self._file)
                except AccessError:
                    self._access = Access(sign_in=self._access.sign_in, proxies=self._access.proxies)
            return self._access


def write_person(file: Path, name: str, person: Person) -> None:
    """Add a person to an access file, or replace one; the file is for its owner alone. Raises `AccessError`."""
    said: dict[str, Any] = {}
    if file.exists():
        read_access(file)
        said = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    people = said.setdefault("people", {})
    people[name] = person.model_dump(exclude_defaults=True)
    try:
        Access.model_validate(said)
    except ValidationError as error:
        raise AccessError(f"{name}: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None
    beside = file.with_name(f".{file.name}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            yaml.safe_dump(said, stream, sort_keys=False, allow_unicode=True)
        beside.replace(file)
    except OSError as error:
        raise AccessError(f"{file} cannot be written: {error.strerror}") from None
