"""The application: its routes, and what is answered where something cannot be."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from measuremart import __version__
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.reading import RefreshingError
from measuremart.web import api, fhir, pages, person_pages, publication_pages, sign_in
from measuremart.web.access import HiddenError
from measuremart.web.api_forms import problem
from measuremart.web.fhir_resources import outcome
from measuremart.web.guard import PROGRAMS, Guard
from measuremart.web.site import STATIC, Site, message

_LOG = logging.getLogger("measuremart.web")
_AGAIN = 5  # seconds until one may ask again while a build writes
_NOTHING = ("There is nothing here for you", "It does not exist, or your role does not see it.")


def application(site: Site) -> FastAPI:
    """Return the application of a site."""

    @asynccontextmanager
    async def until_the_end(app: FastAPI) -> AsyncIterator[None]:
        yield
        site.readings.close()

    app = FastAPI(
        lifespan=until_the_end,
        title="measuremart",
        version=__version__,
        description=(
            "Reports over the marts. Sign in with a token (`Authorization: Bearer ...`), or from a browser that has "
            "signed in. Lists are cut by parameters, have pages (`limit`, `offset`, `next`), and come as JSON, CSV or "
            "parquet by `Accept`."
        ),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.site = site
    for router in (pages.pages, person_pages.pages, publication_pages.pages, sign_in.pages, api.api, fhir.fhir):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/health", include_in_schema=False)
    def health() -> JSONResponse:
        """Say that the server answers; nothing of the database."""
        return JSONResponse({"status": "ok"})

    app.add_exception_handler(HiddenError, _hidden)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(WarehouseError, _no_marts)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(Guard, site=site)
    return app


def _answered(request: Request, status: int, title: str, text: str, errors: Sequence[dict[str, str]] = ()) -> Response:
    """Return what cannot be done, in the form of the address: a page, a problem, or an outcome of FHIR."""
    if request.url.path.startswith("/fhir/"):
        return fhir.resource(outcome(status, title, (f"{e['parameter']}: {e['message']}" for e in errors)), status)
    if request.url.path.startswith("/api/"):
        return problem(status, title, **({"errors": errors} if errors else {}))
    return message(request, status, title, text)


def _hidden(request: Request, error: Exception) -> Response:
    return _answered(request, 404, *_NOTHING)


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if not request.url.path.startswith(PROGRAMS):
        return message(request, 404, *_NOTHING)
    # The places and the rules, not what was sent.
    wrong = [{"parameter": str(e["loc"][-1])[:60], "message": _rule(e)} for e in error.errors()[:10]]
    return _answered(request, 422, "A parameter is not understood", "", wrong)


def _rule(error: dict[str, object]) -> str:
    return "is not a parameter here" if error["type"] == "extra_forbidden" else str(error["msg"])


def _no_marts(request: Request, error: Exception) -> Response:
    if isinstance(error, RefreshingError):
        title, text = "The data is being refreshed", "A build writes to the database. Try again in a moment."
    else:
        # The message may show a path or a query: it is for those who run the server.
        _LOG.error("the marts cannot be read: %s", error)
        title, text = "The data cannot be read now", "Whoever runs this server finds the reason in its log."
    answer = _answered(request, 503, title, text)
    answer.headers["retry-after"] = str(_AGAIN)
    return answer


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _hidden(request, error)
    return _answered(request, error.status_code, "This is not answered here", "Go back to the reports.")


def _failed(request: Request, error: Exception) -> Response:
    _LOG.error("a page failed: %s", type(error).__name__)
    return _answered(request, 500, "A fault", "Whoever runs this server finds the kind of fault in its log.")
