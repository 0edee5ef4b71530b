"""`/fhir`: figures of reports as `MeasureReport` of FHIR R4. Who may see what is decided where the pages ask, too."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from measuremart import __version__
from measuremart.web import figures
from measuremart.web.access import WHOLE, HiddenError, Part, Sight, sight
from measuremart.web.again import AgainRoute
from measuremart.web.fhir_codes import MEDIA_TYPE
from measuremart.web.fhir_resources import (
    Json,
    bundle,
    capability_statement,
    measure_report,
    outcome,
    piece,
    published_report,
    with_persons,
)
from measuremart.web.fhir_rows import AskedOfReports, days_of, indicator_of, parts_of, published_rows, summary_rows
from measuremart.web.pages import report_named
from measuremart.web.site import ASK_AGAIN, NO_STORE, is_known, site_of, tag_of, unchanged, viewer_of

# Keys in the lists of one report: the lists are written whole.
_MOST_KEYS = 20_000
_ID = re.compile(r"([0-9a-f]{12})\.([0-9a-f]{12})\.([0-9a-f]{12})\.([0-9a-f]{12})\.(summary|persons)")
_OF_PUBLICATION = re.compile(r"publication-([1-9]\d{0,8})\.[0-9a-f]{12}")
_OUTCOME: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The resource", **_OUTCOME},
    304: {"description": "Nothing has changed since the answer with the tag of If-None-Match"},
    401: {"description": "Nobody has signed in", **_OUTCOME},
    404: {"description": "There is no such thing, or you may not see it", **_OUTCOME},
    414: {"description": "The address is too long", **_OUTCOME},
    422: {"description": "A parameter is not known, or not one of its values", **_OUTCOME},
    503: {"description": "The marts cannot be read now; Retry-After says when to ask again", **_OUTCOME},
}

fhir = APIRouter(prefix="/fhir", route_class=AgainRoute)


def resource(said: Json, status: int = 200, tag: str | None = None) -> Response:
    """Return a resource. Without a tag it is kept nowhere."""
    headers = {"cache-control": NO_STORE} if tag is None else {"cache-control": ASK_AGAIN, "etag": f"W/{tag}"}
    return JSONResponse(said, status, headers, MEDIA_TYPE)


def _is_known(request: Request, tag: str) -> bool:
    return is_known(request, tag) or is_known(request, f"W/{tag}")


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


@fhir.get("/metadata", summary="What this server can do in FHIR", responses=_DOCUMENTED, response_class=JSONResponse)
def metadata(request: Request) -> Response:
    """Return a CapabilityStatement."""
    asked = AskedOfReports.model_json_schema(by_alias=True)["properties"]
    types = {"_count": "number", "_offset": "number", "publication": "number", "measure": "reference"}
    parameters = {name: (types.get(name, "string"), field["description"]) for name, field in asked.items()}
    return resource(capability_statement(_base(request), __version__, parameters))


@fhir.get("/MeasureReport", summary="Search reports", responses=_DOCUMENTED, response_class=JSONResponse)
def search(request: Request, asked: Annotated[AskedOfReports, Query()]) -> Response:
    """Return summaries of indicators in a period: of the whole report, or of entities; or those of a publication.

    They have no strata, which the single report has.
    """
    if (asked.report is None) == (asked.publication is None):
        return resource(outcome(404, "Name a report, or a publication"), 404)
    base = _base(request)
    with site_of(request).marts(request) as marts:
        if _is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(f"W/{tag}")
        if asked.publication is not None:
            about, rows = _published(request, marts, asked.publication)
            every = published_rows(rows, asked)
            total = len(every)
            found = [published_report(base, about, r) for r in every[asked.offset : asked.offset + asked.count]]
        else:
            seen = sight(marts, viewer_of(request), report_named(request, str(asked.report)))
            period, parts = days_of(seen, asked.period_name), parts_of(seen, asked.level, asked.entity)
            indicator = indicator_of(seen, asked.measure)
            summaries, total = summary_rows(marts, seen, parts, period, indicator, asked.count, asked.offset)
            name = seen.report.about.name
            found = [measure_report(base, name, part, period, r, subsetted=True) for part, r in summaries]
        links = {"self": str(request.url), "next": _next(request, asked, total)}
        return resource(bundle(base, found, total, links), tag=tag)


def _next(request: Request, asked: AskedOfReports, total: int) -> str | None:
    following = asked.offset + asked.count
    if following >= total:
        return None
    given = {k: v for k, v in request.query_params.items() if k != "_offset"}
    return f"{_base(request)}{request.url.path}?{urlencode({**given, '_offset': following})}"


def _published(request: Request, marts: Any, publication: int) -> tuple[dict[str, Any], figures.Rows]:
    """Return a publication for an audience of the viewer, and its figures. Raises `HiddenError`."""
    viewer, published = viewer_of(request), site_of(request).publications(marts)
    audiences = None if viewer.role == "team" else viewer.audiences
    about = next((p for p in published.listed(audiences) if p["publication_id"] == publication), None)
    if about is None:
        raise HiddenError
    return about, published.figures(publication)


@fhir.get("/MeasureReport/{identity}", summary="One report", responses=_DOCUMENTED, response_class=JSONResponse)
def read(request: Request, identity: Annotated[str, Path(max_length=64)]) -> Response:
    """Return a report with its strata; with the id that ends in `.persons`, the persons of each population instead.

    The subject list is for those who may see the persons, and is kept nowhere.
    """
    base = _base(request)
    with site_of(request).marts(request) as marts:
        of_publication = _OF_PUBLICATION.fullmatch(identity)
        if of_publication:
            if _is_known(request, tag := tag_of(request, marts.build)):
                return unchanged(f"W/{tag}")
            about, rows = _published(request, marts, int(of_publication[1]))
            every = (published_report(base, about, found) for found in published_rows(rows, AskedOfReports()))
            said = next((one for one in every if one["id"] == identity), None)
            if said is None:
                raise HiddenError
            return resource(said, tag=tag)
        named = _ID.fullmatch(identity)
        if named is None:
            raise HiddenError
        of_persons = named[5] == "persons"
        if not of_persons and _is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(f"W/{tag}")
        plan = site_of(request).read.plan.reports
        report = next((name for name in plan if piece(name) == named[1]), "")
        seen = sight(marts, viewer_of(request), report_named(request, report))
        indicator = next((i.about.name for i in seen.report.listed if piece(i.about.name) == named[2]), None)
        period = next((p for p in seen.periods if piece(p.kind, p.name) == named[3]), None)
        part = _part(seen, named[4])
        if indicator is None or period is None or (of_persons and not seen.sees_persons(part)):
            raise HiddenError
        period = days_of(seen, period.name)
        summaries, _ = summary_rows(marts, seen, [part], period, indicator, None)
        if not summaries:
            raise HiddenError
        said = measure_report(base, report, part, period, summaries[0][1], subsetted=False)
        if not of_persons:
            return resource(said, tag=tag_of(request, marts.build))
        keys = figures.person_rows(marts, seen, part, indicator, period, (), _MOST_KEYS, 0)
        if keys and int(keys[0]["n"]) > len(keys):
            return resource(outcome(422, "More persons than one answer has: ask for an entity"), 422)
        return resource(with_persons(base, said, keys))


def _part(seen: Sight, named: str) -> Part:
    """Return the part of a report that a piece of an id stands for. Raises `HiddenError`."""
    if named == piece(WHOLE, WHOLE):
        if not seen.sees_whole:
            raise HiddenError
        return seen.part(None, None)
    for level, entities in seen.entities.items():
        for entity in entities:
            if piece(level, entity) == named:
                return seen.part(level, entity)
    raise HiddenError
