"""What one server holds: the definitions, the marts, who may look, and what it remembers of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from measuremart import __version__
from measuremart.pipeline import Read
from measuremart.report_cells import cell, words
from measuremart.warehouse.reading import Reading, Readings
from measuremart.web.access import Viewer
from measuremart.web.people import AccessFile
from measuremart.web.publications import Publications, publications_of
from measuremart.web.sentences import few, limit_words, percent
from measuremart.web.sessions import Addresses, Sessions, Tries

COOKIE = "__Host-measuremart"
# A page with persons is kept nowhere; another one is asked for again each time, and answered briefly if it is the same.
NO_STORE, ASK_AGAIN = "no-store", "private, no-cache"
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # With `no-referrer`, browsers send forms of our own pages with `Origin: null`, as those from elsewhere.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass
class Site:
    """Everything that requests share. Without `access` the one person at the machine sees all (`--no-sign-in`)."""

    read: Read
    readings: Readings
    access: AccessFile | None
    hosts: tuple[str, ...]
    publications: Callable[[Reading], Publications] = publications_of
    sessions: Sessions = field(default_factory=Sessions)
    tries: Tries = field(default_factory=Tries)
    addresses: Addresses = field(default_factory=Addresses)
    # Called with each reading when its page is done: tests count the queries.
    on_read: Callable[[Reading], None] = lambda reading: None

    @contextmanager
    def marts(self, request: Request) -> Iterator[Reading]:
        """Hold the marts open for one request, in the database's role of whoever asks. Raises `WarehouseError`."""
        with self.readings.open(viewer_of(request).database_role) as reading:
            yield reading
            self.on_read(reading)


def site_of(request: Request) -> Site:
    """Return the site of a request."""
    site: Site = request.app.state.site
    return site


def viewer_of(request: Request) -> Viewer:
    """Return who asks: the guard has found out before anything else."""
    viewer: Viewer = request.state.viewer
    return viewer


def tag_of(request: Request, build: str) -> str:
    """Return the tag of an answer: the same for the same viewer, question, build and version, else another."""
    viewer = viewer_of(request)
    parts = (
        __version__, build, viewer.name, viewer.role, sorted(viewer.entities), sorted(viewer.audiences),
        request.state.csrf, str(request.url), request.headers.get("accept", ""),
    )  # fmt: skip
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Say whether the one who asks has this very answer already."""
    return tag in [t.strip() for t in request.headers.get("if-none-match", "").split(",")]


def unchanged(tag: str) -> Response:
    """Return the answer that nothing has changed."""
    return Response(status_code=304, headers={"etag": tag, "cache-control": ASK_AGAIN})


def page(request: Request, template: str, status: int = 200, tag: str | None = None, **given: Any) -> HTMLResponse:
    """Return a page. Without a tag it is kept nowhere."""
    said = _PAGES.get_template(template).render(
        viewer=viewer_of(request), csrf=request.state.csrf, path=request.url.path, **given
    )
    headers = {"cache-control": NO_STORE} if tag is None else {"cache-control": ASK_AGAIN, "etag": tag}
    return HTMLResponse(said, status, headers)


def message(request: Request, status: int, title: str, text: str, **headers: str) -> HTMLResponse:
    """Return a page that says one thing."""
    answer = page(request, "message.html", status, title=title, text=text)
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("measuremart.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"words": words, "cell": cell, "percent": percent, "few": few, "limit": limit_words}
    return made


_PAGES = _environment()
STATIC = Path(__file__).parent / "static"
