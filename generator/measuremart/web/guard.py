"""What every request passes before anything else sees it: its size, its host, where a form comes from, and who asks.

Nobody sees anything but the page to sign in: every other address answers alike, whether there is something or not.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from measuremart.web.access import NOBODY, Viewer
from measuremart.web.fhir_codes import MEDIA_TYPE
from measuremart.web.fhir_resources import outcome
from measuremart.web.people import Access
from measuremart.web.site import COOKIE, SECURITY_HEADERS, Site

_LOG = logging.getLogger("measuremart.web")
_LONGEST_ADDRESS, _LONGEST_BODY = 4_000, 16_000
_FORMS = ("/sign-in", "/sign-out")
# Addresses for programs: who has no right there is told so, and sent to no page.
PROGRAMS = ("/api/", "/fhir/")
_OPEN = re.compile(r"/health|/sign-in|/static/[a-z.]+")
_AT_THE_MACHINE = Viewer("the person at this machine", "team")


class Guard:
    """Refuses what is too large, from elsewhere or from nobody; says who asks; adds the headers of security."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        began, status = time.perf_counter(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                there = {name.lower() for name, _ in message["headers"]}
                added = {**SECURITY_HEADERS, "cache-control": "no-store", "vary": "Accept, Authorization, Cookie"}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in added.items() if k.encode() not in there),
                ]
            await send(message)

        request = Request(scope, receive)
        scope.setdefault("state", {})
        refused = self._refused(request)
        try:
            await (refused or self._app)(scope, receive, with_headers)
        finally:
            # The template of the route, never the address itself, which may name somebody.
            template = getattr(scope.get("route"), "path", "-") if status < 400 else "-"
            _LOG.info("%s %s %s %.0f ms", request.method, template, status, (time.perf_counter() - began) * 1000)

    def _refused(self, request: Request) -> Response | None:
        raw = request.scope.get("raw_path") or b""
        if len(raw) + len(request.scope["query_string"]) > _LONGEST_ADDRESS:
            return _refusal(request, "The address is too long.", 414)
        if not _is_host(request, self._site.hosts):
            return _refusal(request, "This server does not go by that name.", 400)
        allowed = ("GET", "POST") if request.url.path in _FORMS else ("GET",)
        if request.method not in allowed:
            return _refusal(request, "This is not answered here.", 405, {"allow": ", ".join(allowed)})
        if request.method == "POST" and (refused := _refused_form(request)):
            return refused
        request.state.viewer, request.state.csrf, request.state.session = self._who(request)
        is_open = _OPEN.fullmatch(request.url.path) is not None
        if request.state.viewer.role is None and not is_open:
            return self._not_known(request)
        return None

    def _who(self, request: Request) -> tuple[Viewer, str, str | None]:
        """Return who asks, the token of their forms, and the id of their session."""
        if self._site.access is None:
            return _AT_THE_MACHINE, "", None
        access = self._site.access.read()
        if access.sign_in == "header":
            return access.viewer(_header_name(request, access)), "", None
        token = request.headers.get("authorization", "")
        if token.lower().startswith("bearer "):
            return (_of_token(access, token[7:].strip()), "", None)
        identity = request.cookies.get(COOKIE)
        session = self._site.sessions.find(identity)
        if session is None:
            return access.viewer(None), "", None
        viewer = access.viewer(session.name)
        # Somebody who was taken out of the file since has no session any more.
        return (viewer, session.csrf, identity) if viewer.name else (access.viewer(None), "", None)

    def _not_known(self, request: Request) -> Response:
        if request.url.path.startswith(PROGRAMS):
            return _refusal(request, "Sign in first", 401, {"www-authenticate": 'Bearer realm="measuremart"'})
        access = self._site.access
        if access is not None and access.read().sign_in == "header":
            return PlainTextResponse("Nothing here is for you. Ask whoever runs this server for a role.", 403)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(asked)}", 303)


def _refusal(request: Request, said: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return a refusal in the form of whoever asks."""
    if request.scope["path"].startswith("/fhir/"):
        return JSONResponse(outcome(status, said), status, headers, MEDIA_TYPE)
    if request.scope["path"].startswith("/api/"):
        problem = {"type": "about:blank", "title": said, "status": status}
        return JSONResponse(problem, status, headers, "application/problem+json")
    return PlainTextResponse(said, status, headers)


def _is_host(request: Request, hosts: tuple[str, ...]) -> bool:
    """Say whether a request names one host, and one that the server goes by."""
    named = request.headers.getlist("host")
    if len(named) != 1 or not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?", named[0]):
        return False
    return re.sub(r":\d{1,5}$", "", named[0]).lower() in hosts


def _refused_form(request: Request) -> Response | None:
    """Return a refusal of a form that is too large, of another kind, or sent from a page of another site."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _LONGEST_BODY:
        return PlainTextResponse("The form is too large.", 413)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return PlainTextResponse("Only forms are taken.", 415)
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    is_ours = origin is None or urlsplit(origin).netloc == request.headers["host"]
    if not is_ours or site not in ("same-origin", "none"):
        return PlainTextResponse("The form was sent from elsewhere.", 403)
    return None


def _header_name(request: Request, access: Access) -> str | None:
    """Return the name that the proxy says, None where it is not the proxy that asks, or it says several."""
    if request.client is None or request.client.host not in access.proxies:
        return None
    said = request.headers.getlist(access.header)
    return said[0].strip() if len(said) == 1 and said[0].strip() else None


def _of_token(access: Access, token: str) -> Viewer:
    """Return whose token it is; nobody where it is nobody's. Every token is compared, whether one fits or not."""
    given, found = hashlib.sha256(token.encode()).hexdigest(), None
    for name, person in access.people.items():
        for known in person.tokens:
            if hmac.compare_digest(given, known):
                found = name
    return NOBODY if found is None else access.viewer(found)
