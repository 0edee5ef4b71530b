"""What people look at: `serve`, and `account` for those who may look."""

from __future__ import annotations

import importlib.util
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from measuremart.cli.console import REFUSED, WAREHOUSE, err, out
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption
from measuremart.cli.reading import read_project
from measuremart.warehouse.dbt import WarehouseError

if TYPE_CHECKING:
    from measuremart.web.people import Person

_USAGE = 2
_NEEDED = ("argon2", "fastapi", "multipart", "psycopg", "psycopg_pool", "uvicorn")
_SHORTEST = 12  # characters of a password
_AT_THE_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def serve(
    access: Annotated[
        Path | None, typer.Option("--access", help="The file that says who may look, and how they sign in.")
    ] = None,
    no_sign_in: Annotated[
        bool, typer.Option("--no-sign-in", help="Only on this machine: whoever opens a page sees everything.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen on. Another than loopback needs --access.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    known_as: Annotated[
        list[str] | None,
        typer.Option("--known-as", help="A name that browsers call this server by; say it again for another."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="A TLS certificate with its chain (PEM).", dir_okay=False)
    ] = None,
    certificate_key: Annotated[Path | None, typer.Option(help="Its private key (PEM).", dir_okay=False)] = None,
    connections: Annotated[
        int, typer.Option(min=1, max=200, help="PostgreSQL: the most connections that are open at a time.")
    ] = 8,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    profiles_dir: ProfilesOption = None,
    target: TargetOption = None,
) -> None:
    """Show the reports as pages, and answer programs under /api/v1, until Ctrl-C.

    It reads what was built and writes nothing. No address that a browser asks for is logged.
    """
    _needs_the_extra()
    if (access is None) == (not no_sign_in):
        _refuse("say who may look: --access access.yml, or --no-sign-in for yourself on this machine")
    if not _is_loopback(host):
        if no_sign_in:
            _refuse(f"--no-sign-in is for this machine alone, and {host} is open to others")
        if not known_as:
            _refuse(f"say the name that browsers will use for {host}: --known-as audit.hospital.example")
    if (certificate is None) != (certificate_key is None):
        _refuse("--certificate and --certificate-key belong together")
    for pem in (certificate, certificate_key):
        if pem is not None and not pem.is_file():
            _refuse(f"{pem} is not a file")

    import uvicorn

    from measuremart.warehouse.reading import Readings
    from measuremart.web.app import application
    from measuremart.web.people import AccessError, AccessFile
    from measuremart.web.site import Site

    read = read_project(project_dir, definitions)
    try:
        readings = Readings(project_dir, profiles_dir, target, connections)
        file = None if access is None else AccessFile(access)
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    except AccessError as error:
        _refuse(str(error))
    hosts = tuple(name.lower() for name in (*_AT_THE_MACHINE, *(known_as or ())))
    said = f"[{host}]" if ":" in host else host
    out.print(f"measuremart serves http{'s' if certificate else ''}://{said}:{port}/ until Ctrl-C", soft_wrap=True)
    uvicorn.run(
        application(Site(read, readings, file, hosts)),
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
        timeout_keep_alive=15,
        limit_concurrency=200,
        h11_max_incomplete_event_size=16_384,
        ssl_certfile=certificate,
        ssl_keyfile=certificate_key,
    )


def account(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    access: Annotated[Path, typer.Option("--access", help="The access file; made where there is none.")],
    role: Annotated[str, typer.Option(help="team, clinician or public.")],
    entity: Annotated[
        list[str] | None,
        typer.Option("--entity", help="An own entity, as population:level:entity; say it again for another."),
    ] = None,
    audience: Annotated[
        list[str] | None, typer.Option("--audience", help="An audience whose publications are seen.")
    ] = None,
    token: Annotated[
        bool, typer.Option("--token", help="Make a token for programs instead of a password; it is shown once.")
    ] = False,
) -> None:
    """Add somebody who may look, or replace them. The password is asked for, and kept as an argon2id hash."""
    _needs_the_extra()
    import hashlib
    import secrets

    from measuremart.web.people import AccessError, write_person
    from measuremart.web.sign_in import hashed

    entities: dict[str, dict[str, list[str]]] = {}
    for said in entity or ():
        parts = said.split(":", 2)
        if len(parts) != 3 or not all(parts):
            _refuse(f"'{said}' is not population:level:entity, such as epilepsy12:organisation:EN001")
        entities.setdefault(parts[0], {}).setdefault(parts[1], []).append(parts[2])
    if role == "clinician" and not entities:
        _refuse("a clinician without an own entity sees nothing: say --entity")
    given: dict[str, object] = {"role": role, "entities": entities, "audiences": audience or []}
    made = secrets.token_urlsafe(32) if token else None
    if made is not None:
        given["tokens"] = [hashlib.sha256(made.encode()).hexdigest()]
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        if len(password) < _SHORTEST:
            _refuse(f"the password is shorter than {_SHORTEST} characters")
        given["password"] = hashed(password)
    try:
        write_person(access, name, _person(name, given))
    except AccessError as error:
        _refuse(str(error))
    out.print(f"{access} has {name}, {role}", soft_wrap=True)
    if made is not None:
        out.print(f"token, shown once: {made}", soft_wrap=True)


def _person(name: str, given: dict[str, object]) -> Person:
    from pydantic import ValidationError

    from measuremart.web.people import Person

    try:
        return Person.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        _refuse(f"{name}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def _refuse(text: str) -> NoReturn:
    err.print(text)
    raise typer.Exit(_USAGE)


def _needs_the_extra() -> None:
    """Stop where the packages of the extra `web` are not installed."""
    lacking = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        err.print("this needs the extra 'web': pip install 'measuremart[web]'")
        raise typer.Exit(REFUSED)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
