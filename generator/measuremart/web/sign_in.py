"""Signing in and out of accounts that the access file names."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from measuremart.web.sessions import OF_ADDRESS
from measuremart.web.site import COOKIE, Site, message, page, site_of

_BEFORE = "__Host-measuremart-form"
_HASHER = PasswordHasher()  # argon2id, with the library's parameters
# Compared where a name is unknown, so that both take as long.
_NOBODYS = _HASHER.hash(secrets.token_hex(16))
# An address of this server, never of another one.
_INSIDE = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?=&+:-]*")
_LONGEST = 256

pages = APIRouter(include_in_schema=False)


def hashed(password: str) -> str:
    """Return what the access file keeps of a password."""
    return _HASHER.hash(password)


@pages.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Show the form."""
    return _form(request, next, 200, "")


def _form(request: Request, following: str, status: int, fault: str) -> Response:
    token = secrets.token_urlsafe(32)
    inside = following if _INSIDE.fullmatch(following) else "/"
    answer = page(request, "sign_in.html", status, token=token, following=inside, fault=fault)
    answer.set_cookie(_BEFORE, token, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@pages.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
    following: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session with a new id, or say that name and password do not fit, whichever is wrong."""
    site = site_of(request)
    before = request.cookies.get(_BEFORE, "")
    if not before or not hmac.compare_digest(before.encode(), token.encode()):
        return _form(request, following, 403, "The form was too old. Try again.")
    address = request.client.host if request.client else ""
    watched = (f"name {name[:_LONGEST]}", f"{OF_ADDRESS}{address}")
    wait = site.tries.wait(*watched)
    if wait:
        answer = _form(request, following, 429, f"Too many tries. Wait {wait} seconds.")
        answer.headers["retry-after"] = str(wait)
        return answer
    # Counted before the password is looked at, so that many tries at once are not free.
    site.tries.failed(*watched)
    if not _fits(site, name, password):
        return _form(request, following, 401, "Name and password do not fit.")
    site.tries.succeeded(*watched)
    site.sessions.end(request.cookies.get(COOKIE))
    identity, _ = site.sessions.begin(name)
    inside = following if _INSIDE.fullmatch(following) else "/"
    answer = RedirectResponse(inside, 303)
    answer.set_cookie(COOKIE, identity, path="/", secure=True, httponly=True, samesite="lax")
    answer.delete_cookie(_BEFORE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def _fits(site: Site, name: str, password: str) -> bool:
    access = site.access.read() if site.access is not None else None
    person = access.people.get(name) if access is not None and access.sign_in == "accounts" else None
    kept = person.password if person is not None and person.password is not None else _NOBODYS
    try:
        _HASHER.verify(kept, password[: _LONGEST * 4])
    except (VerificationError, InvalidHashError):
        return False
    return kept != _NOBODYS


@pages.post("/sign-out")
def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """End the session."""
    if not request.state.csrf or not hmac.compare_digest(request.state.csrf.encode(), csrf.encode()):
        return message(request, 403, "Not done", "The form was too old. Go back, and try again.")
    site_of(request).sessions.end(request.state.session)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer
